import { addAbortSignal } from 'node:stream';
import type { Command } from 'commander';
import { HERE } from '../../configuration/limits.ts';
import type { ProbeReport } from '../../functions/reachability/report.ts';
import { PROBE_DEFAULTS } from '../../functions/reachability/request.ts';
import { collect, parseTargets, parseTimeout } from '../arguments.ts';
import { exitStatusOf } from '../exit-status.ts';
import { interruption } from '../interruption.ts';
import { UsageError } from '../usage-error.ts';

/** More than any request that a check makes. */
const MAX_REQUEST_BYTES = 8 * 1024 * 1024;

const EXAMPLES = `
Examples:
  synwhere probe 192.0.2.7:22 example.com:443
  synwhere probe 192.0.2.7:22 --timeout kernel
  synwhere probe example.com:443 --json --as office > office.json
  echo '{"targets":[{"host":"192.0.2.7","port":22}]}' | synwhere probe -

With -, the command reads a request as JSON from stdin and prints the report as JSON. The COMMAND of a vantage does this.
`;

interface ProbeArguments {
  control?: string[];
  timeout?: string;
  as?: string;
  round?: string;
  json?: boolean;
}

/** `synwhere probe`. */
export function register(program: Command): void {
  program
    .command('probe')
    .description('connect to targets from this machine and print every attempt')
    .argument('<TARGET...>', 'host:port; or - to read a request from stdin')
    .option('--control <TARGET>', 'a target known to be up; repeat for more', collect)
    .option(
      '--timeout <MS|kernel>',
      `connect timeout (default ${PROBE_DEFAULTS.timeoutMs}); kernel: the timeout of the kernel`,
    )
    .option('--as <NAME>', 'name of this vantage, for synwhere compare')
    .option('--round <N>', 'number of the round, for synwhere compare')
    .option('--json', 'print the report as JSON')
    .addHelpText('after', EXAMPLES)
    .action(runProbe);
}

async function runProbe(texts: string[], given: ProbeArguments): Promise<void> {
  if (texts.includes('-')) {
    if (texts.length > 1 || Object.keys(given).length > 0) {
      throw new UsageError('probe - takes no other target and no option: put them into the request');
    }
    const [{ parseProbeRequest }, { probe }] = await Promise.all([
      import('../../functions/probe/request.ts'),
      import('../../functions/probe/probe.ts'),
    ]);
    // A target that is wrong costs only itself here: it becomes part of the report.
    const request = parseProbeRequest(parseJson(await readStdin()));
    const report = await probe(request, { signal: interruption.signal });
    (await import('../output.ts')).printJson(report, 0);
    return;
  }
  const targets = parseTargets(texts);
  const request = {
    ...(given.control && { controls: parseTargets(given.control, 'control') }),
    ...(given.timeout !== undefined && { timeoutMs: parseTimeout(given.timeout) }),
    ...(given.round !== undefined && { round: parseRound(given.round) }),
  };
  const { probe } = await import('../../library/probe.ts');
  const report = await probe({ targets, ...request }, { signal: interruption.signal });
  if (given.as !== undefined) report.vantage = given.as;
  const { printReport } = await import('../output.ts');
  printReport(report, given.json === true);
  process.exitCode = await exitStatus(report);
}

/** The exit status of a check with this machine as the only vantage. */
async function exitStatus(report: ProbeReport): Promise<number> {
  const { judge } = await import('../../functions/reachability/judge.ts');
  const answers = [{ vantage: HERE, report }];
  return exitStatusOf(report.targets.map((target) => judge(target, [answers], report)));
}

function parseRound(text: string): number {
  if (/^[1-9]\d?$/.test(text)) return Number(text);
  throw new UsageError(`--round ${text}: write a number from 1 to 99`);
}

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const stdin: AsyncIterable<Buffer> = addAbortSignal(interruption.signal, process.stdin);
  for await (const chunk of stdin) {
    bytes += chunk.length;
    if (bytes > MAX_REQUEST_BYTES)
      throw new UsageError('stdin: the request has more than 8 MB; split it into several requests');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): unknown {
  if (text.trim() === '') {
    throw new UsageError(
      'stdin: the input is empty; write a request such as {"targets":[{"host":"192.0.2.7","port":22}]}',
    );
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(
      `stdin: the input is not JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
