import { printable } from '../../functions/reachability/one-line.ts';
import type { PathFinding } from '../../functions/reachability/paths.ts';
import type { Hop, Trace } from '../../functions/reachability/report.ts';
import { formatTarget } from '../../functions/reachability/target.ts';
import { wrap, type Page } from './text.ts';
import { table, type Cell } from './table.ts';

const INDENT = '  ';

/** The traces of one vantage to a target, or why there are none. */
export interface VantageTraces {
  vantage: string;
  traces: Trace[];
  /** Why there are no traces. */
  absent?: string;
}

/** The traces of all vantages as text: for each hop its router, its time and its answer; then the findings of the comparison. */
export function renderTraces(
  results: readonly VantageTraces[],
  findings: readonly PathFinding[],
  page: Page,
): string {
  const lines = results.flatMap(({ vantage, traces, absent }, index) => [
    ...(index > 0 ? [''] : []),
    ...(absent === undefined ? [] : [page.style('bold', vantage), ...wrap(absent, page.columns, '  ')]),
    ...traces.flatMap((trace, at) => [...(at > 0 ? [''] : []), ...renderTrace(vantage, trace, page)]),
  ]);
  const words = findings.flatMap((finding) => wrap(capitalised(finding.words), page.columns));
  return [...lines, ...(words.length > 0 ? ['', ...words] : [])].map((line) => `${line}\n`).join('');
}

function renderTrace(vantage: string, trace: Trace, page: Page): string[] {
  const head = page.style('bold', `${vantage} to ${formatTarget({ host: trace.address, port: trace.port })}`);
  const rows = trace.hops.map(cells);
  const hops =
    table(rows, page, page.columns - INDENT.length) ??
    rows.map((row) => printable(row.map(({ text }) => text).join(' ')));
  const unavailable =
    trace.unavailable === undefined ? [] : wrap(`no trace: ${trace.unavailable}`, page.columns, '  ');
  return [head, ...hops.map((hop) => INDENT + hop), ...unavailable];
}

function cells({ ttl, from, elapsedMs, answer }: Hop): Cell[] {
  const silent = from === undefined;
  return [
    { text: String(ttl), align: 'right' },
    { text: silent ? '-' : from },
    { text: elapsedMs === undefined ? '' : `${elapsedMs.toFixed(1)} ms`, align: 'right' },
    {
      text: answer === 'time-exceeded' ? '' : answer.replaceAll('-', ' '),
      style: answer === 'connected' ? 'green' : silent || answer === 'time-exceeded' ? 'gray' : 'red',
    },
  ];
}

function capitalised(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
