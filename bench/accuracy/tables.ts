import { OTHER_RULES } from './claims.ts';
import { ROW_NAMES, ROWS } from './row.ts';
import { noScore } from './score.ts';
import type { Blame, OwnScore, Score } from './score.ts';
import { OURS } from './simulate.ts';
import type { RowScores, Simulation } from './simulate.ts';

export interface Table {
  title: string;
  /** What the numbers mean. */
  description: string;
  head: readonly string[];
  rows: readonly (readonly string[])[];
}

const RULES = [OURS, ...OTHER_RULES.map(({ name }) => name)];

/** All tables of a simulation. Shares are in percent. */
export function tables(simulation: Simulation): Table[] {
  const { total } = simulation;
  return [
    {
      title: 'Correct about up or down',
      description:
        'Percent of all worlds. In brackets: percent of the worlds in which the rule gave no result, which is neither correct nor wrong.',
      head: ['fault', 'worlds', ...RULES],
      rows: byRow(simulation, (score) => {
        const noResult = score.noResult > 0 ? ` (${percent(score.noResult, score.worlds)})` : '';
        return percent(score.right, score.worlds) + noResult;
      }),
    },
    {
      title: 'False alarms',
      description: 'Percent of the worlds with the target up in which the rule reported it down.',
      head: ['fault', 'worlds', ...RULES],
      rows: byRow(simulation, ({ falseAlarms, up }) => percent(falseAlarms, up)),
    },
    {
      title: 'Missed outages',
      description:
        'Percent of the worlds with the target down in which the rule did not report it down, or gave no result.',
      head: ['fault', 'worlds', ...RULES],
      rows: byRow(simulation, ({ missed, down }) => percent(missed, down)),
    },
    {
      title: 'Missed partial faults',
      description:
        'Percent of the worlds with the target up, but with an address that is down or a vantage that is blocked, in which the rule reported no fault at all. A rule that knows only up and down can report such a fault only as a false alarm.',
      head: ['fault', 'worlds', ...RULES],
      rows: byRow(simulation, ({ unreported, withFault }) => percent(unreported, withFault)),
    },
    {
      title: 'The kind, and the blocked vantages',
      description:
        'Only Synwhere reports these. Precision: of the vantages with `fault` `path`, `vantage` or `name`, the share that really has a fault of its own or on its path. Recall: of the vantages that such a fault blocks from a target that is up, the share with one of these values. Left open: of the same vantages, the share with `fault: unknown`, or excluded because of their controls.',
      head: ['fault', 'worlds', 'kind correct', 'precision', 'recall', 'left open'],
      rows: ownRows(simulation, ({ own }) => [
        percent(own.kindsRight, own.kinds),
        percent(own.reported - own.reportedWrongly, own.reported),
        percent(own.found, own.blocked),
        percent(own.leftOpen, own.blocked),
      ]),
    },
    {
      title: 'Confidence',
      description:
        'Percent of the verdicts of each confidence that are correct: in the kind, and about up or down.',
      head: ['confidence', 'verdicts', 'kind correct', 'up or down correct'],
      rows: (['high', 'medium', 'low'] as const).map((level) => {
        const { given, kindRight, upRight } = total.own.confidence[level];
        return [level, String(given), percent(kindRight, given), percent(upRight, given)];
      }),
    },
    {
      title: 'The target blamed for a fault of a vantage or a path',
      description:
        'Worlds with the target fully up, in which only vantages or paths have faults. Blamed: percent in which the verdict has `fault: target` for any vantage. Reported down: percent in which the verdict reports that the target or an address of it does not work, whatever the fault is (`remote-refusal`, `unroutable`, `unresponsive`, `accepts-then-closes`, `partial-outage`). Confident: with medium or high confidence. Decidable: each address that was tried is reached by at least one usable vantage.',
      head: [
        'kind of world',
        'worlds',
        'blamed, confident',
        'blamed',
        'reported down, confident',
        'reported down',
      ],
      rows: [
        blameRow('decidable', total.own.elsewhere.decidable),
        blameRow('not decidable', total.own.elsewhere.undecidable),
        blameRow('all of these', sumOf(total.own)),
        blameRow('percent of all worlds', { ...sumOf(total.own), worlds: simulation.worlds }),
      ],
    },
  ];
}

function byRow(simulation: Simulation, cell: (score: Score) => string): string[][] {
  return ownRows(simulation, ({ rules }) => RULES.map((rule) => cell(rules[rule] ?? noScore())));
}

function ownRows(simulation: Simulation, cells: (scores: RowScores) => string[]): string[][] {
  const rows = ROW_NAMES.flatMap((row) => {
    const scores = simulation.rows.get(row);
    return scores && scores.own.kinds > 0 ? [[ROWS[row], String(scores.own.kinds), ...cells(scores)]] : [];
  });
  const sums = [
    ['all worlds', simulation.total] as const,
    ['all worlds with two vantages or more', simulation.several] as const,
  ].map(([name, scores]) => [name, String(scores.own.kinds), ...cells(scores)]);
  return [...rows.filter((cellsOf) => cellsOf.slice(2).some((text) => text !== NONE)), ...sums];
}

function blameRow(name: string, blame: Blame): string[] {
  const { worlds, blamed, blamedConfident, reportedDown, reportedDownConfident } = blame;
  const shares = [blamedConfident, blamed, reportedDownConfident, reportedDown].map((part) =>
    percent(part, worlds),
  );
  return [name, String(worlds), ...shares];
}

/** The sum over the decidable and the undecidable worlds. */
export function sumOf({ elsewhere: { decidable, undecidable } }: OwnScore): Blame {
  const sum = (key: keyof Blame): number => decidable[key] + undecidable[key];
  return {
    worlds: sum('worlds'),
    blamed: sum('blamed'),
    blamedConfident: sum('blamedConfident'),
    reportedDown: sum('reportedDown'),
    reportedDownConfident: sum('reportedDownConfident'),
  };
}

const NONE = '–';

function percent(part: number, whole: number): string {
  return whole === 0 ? NONE : ((100 * part) / whole).toFixed(2);
}

/** A table for a terminal. */
export function asText({ title, head, rows }: Table): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ');
  return [title, '', line(head), ...rows.map(line), ''].join('\n');
}

/** A table for a page. */
export function asMarkdown({ title, description, head, rows }: Table): string {
  const rule = head.map((_, column) => (column === 0 ? '---' : '---:'));
  return [`### ${title}`, '', description, '', ...[head, rule, ...rows].map(markdownLine), ''].join('\n');
}

function markdownLine(row: readonly string[]): string {
  return `| ${row.join(' | ')} |`;
}
