/**
 * Measures the time to read and to judge the largest reports that are accepted, and how it grows with their size.
 */
import { parseArgs } from 'node:util';
import { crossExamination } from '../functions/reachability/cross-examination.ts';
import { indexRound } from '../functions/reachability/standing.ts';
import { judgeRounds } from '../functions/reachability/judge.ts';
import { parseReport } from '../functions/reachability/report.ts';
import type { ProbeReport } from '../functions/reachability/report.ts';
import { writePagePart } from './page-part.ts';
import { answersOf, SHAPES, targetsOf, type Shape } from './judge/reports.ts';
import { aimsAsTable, machine, table, type Aim } from './probe/page.ts';

const USAGE = 'usage: npm run bench:judge -- [--write]';
const CLOCK = { startedAt: '2026-01-01T00:00:00.000Z', elapsedMs: 5000 };
const SIZES = [1 / 4, 1 / 2, 1] as const;
/** The result is the shortest of these runs, because other work on the machine only adds time. */
const RUNS = 3;
/** The aggregator has one minute for a tick. */
const MOST_READ_MS = 1000;
const MOST_JUDGE_MS = 2000;
/** Proportional growth is 4. The rest allows for caches and the garbage collector. */
const MOST_GROWTH = 5;

interface Measured {
  shape: Shape;
  /** Of the largest report. */
  megabytes: number;
  /** To parse and validate the largest report. */
  readMs: number;
  /** For both rounds of all targets: the cross-examination and the verdicts. */
  judgeMs: number;
}

try {
  const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } });
  const text = page(SHAPES.map((shape) => SIZES.map((size) => measure(shape, size))));
  console.log(text);
  if (values.write) {
    await writePagePart('bench:judge', `${text}\n`);
    console.error('wrote the part of docs/benchmarks.md');
  }
} catch (error) {
  console.error(error instanceof TypeError ? USAGE : error);
  process.exitCode = 2;
}

function measure(shape: Shape, size: number): Measured {
  const sized = { ...shape, [shape.grows]: Math.ceil(shape[shape.grows] * size) };
  const targets = targetsOf(sized.targets);
  const runs = Array.from({ length: RUNS }, () => run(sized, targets));
  const least = (of: (one: (typeof runs)[number]) => number) => Math.min(...runs.map(of));
  return {
    shape: sized,
    megabytes: least(({ bytes }) => bytes) / 1e6,
    readMs: least(({ readMs }) => readMs),
    judgeMs: least(({ judgeMs }) => judgeMs),
  };
}

function run(shape: Shape, targets: ReturnType<typeof targetsOf>) {
  const rounds = [answersOf(shape, targets), answersOf(shape, targets)];
  const [first] = rounds[0] ?? [];
  const text = JSON.stringify(first && 'report' in first ? first.report : undefined);
  let began = performance.now();
  const report: ProbeReport = parseReport(JSON.parse(text));
  const readMs = performance.now() - began;
  began = performance.now();
  const indexed = rounds.map(indexRound);
  const again = crossExamination(targets, indexed[0] ?? indexRound([]));
  const kinds = new Set(targets.map((target) => judgeRounds(target, indexed, CLOCK).kind));
  const judgeMs = performance.now() - began;
  if (kinds.size === 0 || again.length === 0 || report.targets.length === 0)
    throw new Error('nothing was judged');
  return { bytes: Buffer.byteLength(text), readMs, judgeMs };
}

function page(measured: readonly (readonly Measured[])[]): string {
  const growths = measured.map((sizes) => (sizes[2]?.judgeMs ?? 0) / (sizes[0]?.judgeMs ?? 0));
  const lines = measured.flatMap((sizes) =>
    sizes.map(({ shape, megabytes, readMs, judgeMs }, index) => {
      const before = sizes[index - 1];
      return [
        index === 0 ? shape.name : '',
        String(shape.targets),
        String(shape.addresses),
        `${megabytes.toFixed(1)} MB`,
        `${readMs.toFixed(0)} ms`,
        `${judgeMs.toFixed(0)} ms`,
        before ? `${(judgeMs / before.judgeMs).toFixed(1)}×` : '',
      ];
    }),
  );
  const head = [
    'addresses of a name',
    'targets',
    'addresses',
    'largest report',
    'reading it',
    'judging all',
    'compared with half the size',
  ];
  return [
    '## Reading and judging',
    '',
    `Made by \`npm run bench:judge -- --write\` on ${machine()}. The shortest of ${RUNS} runs.`,
    'There are 8 or 30 vantages with three attempts at each address. A third of the attempts fail. A report may have at most 64 addresses for a target',
    'and 100 controls, and a response of Lambda has at most 6 MB. Judging covers both rounds and all targets. If twice the size takes twice the time,',
    'the time is proportional to the size.',
    '',
    aimsAsTable(aims(measured.flat(), growths)),
    '',
    table(head, lines),
  ].join('\n');
}

function aims(all: readonly Measured[], growths: readonly number[]): Aim[] {
  const readMs = Math.max(...all.map((one) => one.readMs));
  const judgeMs = Math.max(...all.map((one) => one.judgeMs));
  const growth = Math.max(...growths);
  return [
    {
      aim: `the largest report is read within ${MOST_READ_MS} ms`,
      measured: `${readMs.toFixed(0)} ms`,
      holds: readMs <= MOST_READ_MS,
    },
    {
      aim: `the largest reports of all vantages are judged within ${MOST_JUDGE_MS} ms`,
      measured: `${judgeMs.toFixed(0)} ms`,
      holds: judgeMs <= MOST_JUDGE_MS,
    },
    {
      aim: `four times the size takes at most ${MOST_GROWTH} times the time`,
      measured: `${growth.toFixed(1)} times`,
      holds: growth <= MOST_GROWTH,
    },
  ];
}
