import { OTHER_RULES } from './claims.ts';
import { ROW_NAMES, ROWS } from './row.ts';
import { noScore } from './score.ts';
import type { Blame, OwnScore, Score } from './score.ts';
import { OURS } from './simulate.ts';
import type { RowScores, Simulation } from './simulate.ts';

export interface Table {
  title: string;
  /** What the numbers mean, in a sentence or two. */
  words: string;
  head: readonly string[];
  rows: readonly (readonly string[])[];
}

const RULES = [OURS, ...OTHER_RULES.map(({ name }) => name)];

/** All tables of a simulation. Shares are in percent. */
export function tables(simulation: Simulation): Table[] {
  const { total } = simulation;
  return [
    {
      title: 'Right about up or down',
      words:
        'Percent of all worlds; in brackets the percent in which the rule said nothing, which is neither right nor wrong.',
      head: ['what is the matter', 'worlds', ...RULES],
      rows: byRow(simulation, (score) => {
        const withheld = score.withheld > 0 ? ` (${percent(score.withheld, score.worlds)})` : '';
        return percent(score.right, score.worlds) + withheld;
      }),
    },
    {
      title: 'False alarms',
      words: 'Percent of the worlds with the target up in which it was said to be down.',
      head: ['what is the matter', 'worlds', ...RULES],
      rows: byRow(simulation, ({ falseAlarms, up }) => percent(falseAlarms, up)),
    },
    {
      title: 'Silent on a target that is down',
      words: 'Percent of the worlds with the target down in which that was not said, nothing said included.',
      head: ['what is the matter', 'worlds', ...RULES],
      rows: byRow(simulation, ({ missed, down }) => percent(missed, down)),
    },
    {
      title: 'Silent on trouble elsewhere',
      words:
        'Percent of the worlds with the target up, but dead at some address or out of reach of some vantage, in which the rule spoke of no trouble at all. A rule that knows only up and down can break this silence by a false alarm alone.',
      head: ['what is the matter', 'worlds', ...RULES],
      rows: byRow(simulation, ({ silent, troubled }) => percent(silent, troubled)),
    },
    {
      title: 'The kind, and the vantages kept away',
      words:
        'What only Synwhere says. Precision: of the vantages whose fault is `path`, `vantage` or `name`, those that something of their own or on their way does keep away. Recall: of those so kept away from a target that is up, those named. Left open: those with `fault: unknown`, or set aside by their controls.',
      head: ['what is the matter', 'worlds', 'kind right', 'precision', 'recall', 'left open'],
      rows: ownRows(simulation, ({ own }) => [
        percent(own.kindsRight, own.kinds),
        percent(own.named - own.namedWrongly, own.named),
        percent(own.found, own.keptAway),
        percent(own.leftOpen, own.keptAway),
      ]),
    },
    {
      title: 'Confidence',
      words: 'How often a verdict of each confidence is right: in its kind, and about up or down.',
      head: ['confidence', 'verdicts', 'kind right', 'up or down right'],
      rows: (['high', 'medium', 'low'] as const).map((level) => {
        const { given, kindRight, upRight } = total.own.confidence[level];
        return [level, String(given), percent(kindRight, given), percent(upRight, given)];
      }),
    },
    {
      title: 'The target blamed for a vantage’s or a way’s fault',
      words:
        'Worlds with the target wholly up where the trouble lies with vantages or ways alone; in how many of them the verdict lays something at the target’s door (`fault: target` for any vantage), and in how many it says that the target or an address of it does not work, whoever’s fault that is (`remote-refusal`, `unroutable`, `unresponsive`, `accepts-then-closes`, `partial-outage`). Aloud: with medium or high confidence. Can be told: somebody who counts gets through to every address that anybody tried.',
      head: ['worlds where', 'worlds', 'blamed aloud', 'blamed', 'said down aloud', 'said down'],
      rows: [
        blameRow('it can be told', total.own.elsewhere.tellable),
        blameRow('nobody could tell', total.own.elsewhere.untellable),
        blameRow('all of them', sumOf(total.own)),
        blameRow('… as a share of all worlds', { ...sumOf(total.own), worlds: simulation.worlds }),
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
  const { worlds, blamed, blamedAloud, saidDown, saidDownAloud } = blame;
  const shares = [blamedAloud, blamed, saidDownAloud, saidDown].map((part) => percent(part, worlds));
  return [name, String(worlds), ...shares];
}

/** Over the worlds that can be told and those that cannot. */
export function sumOf({ elsewhere: { tellable, untellable } }: OwnScore): Blame {
  const sum = (key: keyof Blame): number => tellable[key] + untellable[key];
  return {
    worlds: sum('worlds'),
    blamed: sum('blamed'),
    blamedAloud: sum('blamedAloud'),
    saidDown: sum('saidDown'),
    saidDownAloud: sum('saidDownAloud'),
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
export function asMarkdown({ title, words, head, rows }: Table): string {
  const rule = head.map((_, column) => (column === 0 ? '---' : '---:'));
  return [`### ${title}`, '', words, '', ...[head, rule, ...rows].map(markdownLine), ''].join('\n');
}

function markdownLine(row: readonly string[]): string {
  return `| ${row.join(' | ')} |`;
}
