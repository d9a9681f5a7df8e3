import { printable } from '../../functions/reachability/one-line.ts';
import type { TargetsAnswer, TargetState } from '../../functions/aggregator/api/schemas.ts';
import type { Incident } from '../../functions/aggregator/incidents/incident.ts';
import { subjectName } from '../../functions/aggregator/incidents/incident.ts';
import type { HistoryPeriod } from '../../functions/aggregator/store/store.ts';
import { SILENT_KINDS, type Kind } from '../../functions/reachability/words.ts';
import { table, type Cell } from './table.ts';
import { wrap, type Page, type Style } from './text.ts';

/** The latest verdicts as a table, and below it the reasons for targets that are not as expected. */
export function renderStatus({ targets, now }: TargetsAnswer, page: Page): string {
  const rows = targets.map((state): Cell[] => [
    mark(state.latest),
    { text: state.target },
    verdictCell(state.latest),
    { text: state.since === undefined ? '' : span(state.since, now), style: 'dim' },
    { text: state.incident ? 'incident open' : '', style: 'red' },
  ]);
  const head = header(['', 'TARGET', 'VERDICT', 'FOR', '']);
  const reasons = targets.flatMap((state) => reason(state, page));
  return lines([...inTable(head, rows, page), ...reasons]);
}

/** Periods with the same verdict, newest first. */
export function renderHistory(stretches: readonly HistoryPeriod[], page: Page): string {
  if (stretches.length === 0) return lines(['there is no history for that time']);
  const rows = stretches.map((stretch): Cell[] => [
    mark(stretch),
    { text: moment(stretch.from) },
    { text: stretch.current ? 'now' : moment(stretch.to) },
    { text: String(stretch.ticks), style: 'dim' },
    verdictCell(stretch),
    { text: stretch.asExpected ? '' : stretch.summary, style: 'dim' },
  ]);
  return lines(inTable(header(['', 'FROM', 'TO', 'TICKS', 'VERDICT', '']), rows, page));
}

/** Incidents, open ones first. */
export function renderIncidents(incidents: readonly Incident[], page: Page): string {
  if (incidents.length === 0) return lines(['no incidents']);
  return lines(
    incidents.flatMap((incident, index) => {
      const { openedAt, closedAt, kinds, flapping, evidence } = incident;
      const open = closedAt === undefined;
      const when = open
        ? `open since ${moment(openedAt)}`
        : `${moment(openedAt)} to ${moment(closedAt)}, ${span(openedAt, closedAt)}`;
      const head = [
        page.style(open ? 'red' : 'green', open ? '●' : '○'),
        page.style('bold', subjectName(incident.subject)),
        printable(kinds.join(', then ')),
        ...(flapping ? [page.style('yellow', 'flapping')] : []),
        page.style('dim', when),
      ];
      return [...(index > 0 ? [''] : []), head.join('  '), ...wrap(evidence.summary, page.columns, '   ')];
    }),
  );
}

function reason({ target, latest }: TargetState, page: Page): string[] {
  if (!latest || (latest.asExpected && !isSilent(latest.kind))) return [];
  return ['', page.style('bold', target), ...wrap(latest.summary, page.columns, '  ')];
}

function header(texts: readonly string[]): Cell[] {
  return texts.map((text) => ({ text, style: 'dim' }));
}

/** A table. Where it is too wide for the page, each row is one wrapped line. */
function inTable(head: Cell[], rows: readonly Cell[][], page: Page): string[] {
  return (
    table([head, ...rows], page) ??
    rows.flatMap((row) => {
      const text = row.flatMap((cell) => (cell.text === '' ? [] : [cell.text])).join('  ');
      return wrap(text, page.columns);
    })
  );
}

function mark(judged: { kind: Kind; asExpected: boolean } | undefined): Cell {
  if (!judged) return { text: '·', style: 'dim' };
  if (isSilent(judged.kind)) return { text: '?', style: 'yellow' };
  return judged.asExpected ? { text: '✓', style: 'green' } : { text: '✗', style: 'red' };
}

function verdictCell(judged: { kind: Kind; asExpected: boolean } | undefined): Cell {
  if (!judged) return { text: 'not judged yet', style: 'dim' };
  const style: Style = isSilent(judged.kind) ? 'yellow' : judged.asExpected ? 'green' : 'red';
  return { text: judged.kind, style };
}

function isSilent(kind: Kind): boolean {
  return SILENT_KINDS.some((silent) => silent === kind);
}

/** Local time. */
function moment(iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return '?';
  const date = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${date} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

function span(from: string, to: string): string {
  const seconds = Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 1000));
  if (Number.isNaN(seconds)) return '?';
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} days`;
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text.trimEnd()}\n`).join('');
}
