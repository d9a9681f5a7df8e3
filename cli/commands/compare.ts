import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { judge } from '../../functions/reachability/judge.ts';
import type { ProbeReport, VantageAnswer } from '../../functions/reachability/report.ts';
import { formatTarget } from '../../functions/reachability/target.ts';
import type { ExpectedTarget, Verdict } from '../../functions/reachability/verdict.ts';
import { parseExpectation } from '../arguments.ts';
import { exitStatusOf } from '../exit-status.ts';
import { UsageError } from '../usage-error.ts';

const EXAMPLES = `
Examples:
  synwhere probe example.com:443 --json > office.json       # and on another machine
  synwhere probe example.com:443 --json > tokyo.json
  synwhere compare office.json tokyo.json

The vantage of a report is the name in it (probe --as NAME), else the name of its file. Its round is the number in it
(probe --round N), else 1. With several rounds, the last one is compared, and the earlier ones confirm or contradict it.
`;

/** A report with its file, its vantage and its round. */
interface Exhibit {
  file: string;
  vantage: string;
  round: number;
  report: ProbeReport;
}

const UNREADABLE: Record<string, string> = {
  ENOENT: 'there is no such file',
  EISDIR: 'is a directory; name a file',
  EACCES: 'cannot be read; check its permissions',
};

/** `synwhere compare`. */
export function register(program: Command): void {
  program
    .command('compare')
    .description('judge reports that were taken before, without using the network')
    .argument('<REPORT.json...>', 'what synwhere probe --json printed')
    .option('--expect <WHAT>', 'open (default), refused or silent')
    .option('--json', 'print {"verdicts":[…]}')
    .addHelpText('after', EXAMPLES)
    .action(async (files: string[], given: { expect?: string; json?: boolean }) => {
      const expect = given.expect === undefined ? undefined : { everywhere: parseExpectation(given.expect) };
      const exhibits = await Promise.all(files.map(readExhibit));
      refuseTwice(exhibits);
      const verdicts = compare(exhibits, expect);
      const { printVerdicts } = await import('../output.ts');
      printVerdicts(verdicts, given);
      process.exitCode = exitStatusOf(verdicts);
    });
}

/** One verdict for each target in the reports, in the order of their first appearance. */
function compare(exhibits: readonly Exhibit[], expect: ExpectedTarget['expect']): Verdict[] {
  const vantages = [...new Set(exhibits.map(({ vantage }) => vantage))];
  const rounds = [...new Set(exhibits.map(({ round }) => round))]
    .toSorted((a, b) => a - b)
    .map((round) => {
      const taken = exhibits.filter((exhibit) => exhibit.round === round);
      const asked = new Set(taken.flatMap(({ report }) => report.targets.map(formatTarget)));
      const answers = vantages.map((vantage): VantageAnswer => {
        const found = taken.find((exhibit) => exhibit.vantage === vantage);
        return found
          ? { vantage, report: found.report }
          : { vantage, absent: `no file has its report of round ${round}` };
      });
      return { asked, answers };
    });
  const clock = clockOf(exhibits);
  const targets = new Map(
    exhibits.flatMap(({ report }) =>
      report.targets.map(({ host, port }) => [formatTarget({ host, port }), { host, port }]),
    ),
  );
  return [...targets].map(([spelling, target]) =>
    judge(
      { ...target, ...(expect && { expect }) },
      rounds.filter(({ asked }) => asked.has(spelling)).map(({ answers }) => answers),
      clock,
    ),
  );
}

function clockOf(exhibits: readonly Exhibit[]): { startedAt: string; elapsedMs: number } {
  const times = exhibits.map(({ report: { startedAt, elapsedMs } }) => {
    const startMs = Date.parse(startedAt);
    return { startMs, endMs: startMs + elapsedMs };
  });
  const startMs = Math.min(...times.map((time) => time.startMs));
  const endMs = Math.max(...times.map((time) => time.endMs));
  return { startedAt: new Date(startMs).toISOString(), elapsedMs: Math.round(endMs - startMs) };
}

async function readExhibit(file: string): Promise<Exhibit> {
  const { parseReport } = await import('../../functions/reachability/report.ts');
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`${file}: ${UNREADABLE[error.code ?? ''] ?? `cannot be read (${error.code})`}`);
  });
  if (text.trim() === '')
    throw new UsageError(`${file}: the file is empty; name a report of synwhere probe --json`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${file}: not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  try {
    const report = parseReport(value);
    if (report.targets.length === 0) throw new Error('a report without targets');
    return { file, vantage: report.vantage ?? basename(file, '.json'), round: report.round ?? 1, report };
  } catch (error) {
    throw new UsageError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function refuseTwice(exhibits: readonly Exhibit[]): void {
  const seen = new Map<string, string>();
  for (const { file, vantage, round } of exhibits) {
    const key = JSON.stringify([vantage, round]);
    const other = seen.get(key);
    if (other !== undefined) {
      throw new UsageError(
        `${other} and ${file} are both round ${round} of vantage ${vantage}; leave one out, or use probe --as and --round`,
      );
    }
    seen.set(key, file);
  }
}
