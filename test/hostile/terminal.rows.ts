import { PassThrough } from 'node:stream';
import { expect } from 'vitest';
import { Journal } from '../../cli/dev/journal.ts';
import { renderDemo } from '../../cli/render/demo.ts';
import { Progress } from '../../cli/render/progress.ts';
import { renderReport } from '../../cli/render/reports.ts';
import { renderHistory, renderIncidents, renderStatus } from '../../cli/render/service.ts';
import { pageOf, type Page } from '../../cli/render/text.ts';
import { renderTraces } from '../../cli/render/traces.ts';
import { renderVerdicts } from '../../cli/render/verdicts.ts';
import type { Announcement } from '../../functions/aggregator/incidents/announcement.ts';
import { oneLine, printable, printableJson } from '../../functions/reachability/one-line.ts';
import type { Verdict } from '../../functions/reachability/verdict.ts';
import { reportOf } from '../cli/hostile-commands.ts';
import { expectPrintable, HOSTILE, poisoned } from '../cli/hostile-text.ts';
import { historyAnswer, incidentsAnswer, targetsAnswer, verdict } from '../cli/deployed/lying-service.ts';
import type { HostileRow } from './row.ts';

const OUTCOME = 'shown without control or invisible characters, each text in its own line or cell';

/** A terminal with so many columns and all colours, or a pipe, and what was written to it. */
function forged(columns: number | undefined): { stream: NodeJS.WriteStream; written: () => string } {
  const stream = new PassThrough();
  if (columns !== undefined) Object.assign(stream, { isTTY: true, columns, getColorDepth: () => 24 });
  let text = '';
  stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only the used part of a terminal
  return { stream: stream as unknown as NodeJS.WriteStream, written: () => text };
}

/** Rendered for narrow and wide terminals, and for a pipe: as a table and as a list. */
function everywhere(render: (page: Page) => string): void {
  for (const columns of [30, 5000, undefined]) {
    const text = render(pageOf(forged(columns).stream));
    expectPrintable(text, { tty: columns !== undefined });
    expect(text.replaceAll(/\s+/g, ' ')).toContain('✓ FORGED');
  }
}

function expectShown(written: string): void {
  expectPrintable(written, { tty: true });
  expect(written).toContain('✓ FORGED');
}

function row(input: string, run: () => void): HostileRow {
  return { surface: 'terminal', input, outcome: OUTCOME, run };
}

export const rows: HostileRow[] = [
  row('a verdict with escape sequences in every text', () =>
    everywhere((page) => renderVerdicts([poisoned(verdict)], page)),
  ),
  row('a report with escape sequences in every text', () =>
    everywhere((page) => renderReport(poisoned(reportOf(), ['outcome', 'stage']), page)),
  ),
  row('traces with escape sequences in every text', () => {
    const hops = [{ ttl: 1, from: '192.0.2.1', elapsedMs: 1, answer: 'host-unreachable' }];
    const trace = { address: '192.0.2.7', port: 1, reached: false, hops, unavailable: 'nothing' };
    const traces = [
      { vantage: 'a', traces: [trace] },
      { vantage: 'b', traces: [], absent: 'late' },
    ];
    everywhere((page) => renderTraces(poisoned(traces), [], page));
  }),
  row('the state of a service with escape sequences in every text', () =>
    everywhere((page) => renderStatus(poisoned(targetsAnswer), page)),
  ),
  row('a history with escape sequences in every text', () =>
    everywhere((page) => {
      const { stretches } = poisoned(historyAnswer);
      return renderHistory(stretches, page);
    }),
  ),
  row('incidents with escape sequences in every text', () =>
    everywhere((page) => renderIncidents(poisoned(incidentsAnswer, ['type']).incidents, page)),
  ),
  row('a demo whose verdicts have escape sequences in every text', () => {
    const { target, kind } = verdict;
    const truth = { target, planted: 'nothing', kind, blame: {}, abstaining: [], doubt: '' };
    const result = { truth, verdict, expected: kind, wrong: ['all of it'] };
    everywhere((page) => renderDemo([poisoned(result)], page));
  }),
  row('an announcement of synwhere dev with escape sequences in every text', () => {
    const { stream, written } = forged(80);
    const journal = new Journal(stream);
    const { incidents } = poisoned(incidentsAnswer, ['type']);
    const [incident] = incidents;
    if (!incident) throw new Error('there is no incident');
    const { subject } = incident;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the part that the journal reads
    journal.announcement({
      change: 'opened',
      subject,
      incident,
      summary: HOSTILE,
    } as unknown as Announcement);
    journal.line(HOSTILE);
    expectShown(written());
  }),
  row('vantages with escape sequences in their names, while progress is shown', () => {
    const { stream, written } = forged(200);
    const progress = new Progress(stream);
    progress.onEvent({ type: 'asked', round: 1, vantages: [HOSTILE] });
    progress.end();
    expectShown(written());
  }),
  {
    surface: 'terminal',
    input: 'escape sequences in what --json prints',
    outcome: 'escaped as in RFC 8259, so that a program reads the same text',
    run: () => {
      const value = { [HOSTILE]: [HOSTILE, '\u{1F600}', 'é', 7] };
      const text = printableJson(value, 2);
      expectPrintable(text);
      expect(JSON.parse(text)).toEqual(value);
      expect(text).toContain('\u{1F600}');
    },
  },
  {
    surface: 'terminal',
    input: '1 MB of escape sequences that do not end',
    outcome: 'read once from start to end; the time is proportional to the length',
    run: () => {
      const pieces = [
        '\u001B]8;;',
        '\u001B[',
        '\u009B1;',
        '\u009D',
        '\u009D8;;',
        '\u001B]0;x\u001B[',
        '\u009D0;x\u009B',
      ];
      for (const piece of pieces) {
        const text = printable(piece.repeat(1_000_000 / piece.length));
        expectPrintable(text);
        expect(oneLine(text).length).toBeLessThanOrEqual(200);
      }
    },
  },
  {
    surface: 'terminal',
    input: 'a verdict with 3,000 words in every text',
    outcome: 'the output is proportional to the length of the texts',
    run: () => {
      const words = 'a '.repeat(3000);
      const long: Verdict = JSON.parse(JSON.stringify(verdict), (_key, value: unknown) =>
        typeof value === 'string' ? words : value,
      );
      const text = renderVerdicts([long], pageOf(forged(30).stream));
      expect(text.length).toBeLessThan(50 * words.length);
    },
  },
];
