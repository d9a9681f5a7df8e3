import type { Command } from 'commander';
import type { Vantage } from '../../functions/aggregator/vantages/vantage.ts';
import type { PathFinding } from '../../functions/reachability/paths.ts';
import type { Trace, VantageAnswer } from '../../functions/reachability/report.ts';
import type { ProbeRequest, Target } from '../../functions/reachability/request.ts';
import { collect, parseTargets } from '../arguments.ts';
import { EXIT } from '../exit-status.ts';
import { interruption } from '../interruption.ts';
import type { VantageTraces } from '../render/traces.ts';
import { UsageError } from '../usage-error.ts';

const EXAMPLES = `
Examples:
  synwhere trace 192.0.2.7:443
  synwhere trace example.com:443 --vantage "tokyo=ssh tokyo synwhere probe -" --vantage here
  synwhere trace [2001:db8::1]:22 --max-hops 12 --json

The command sends TCP SYNs with rising TTL. It needs no privileges, but Linux and the optional package koffi. A hop is evidence, not proof:
routers may be silent, and equal paths differ from one connection to the next.
`;

const MAX_HOPS_LIMIT = 64;
/** A name may have many addresses. With more traces at once, fewer routers answer, because they limit their ICMP errors. */
const MAX_ADDRESSES = 4;
/** A trace along thirty silent hops takes about eight seconds. */
const TRACE_DEADLINE_MS = 20_000;
const LOOK_UP_DEADLINE_MS = 8000;
/** For an ssh handshake and the start of a process. */
const TRANSPORT_MS = 5000;

interface TraceArguments {
  vantage?: string[];
  maxHops?: string;
  json?: boolean;
}

/** `synwhere trace`. */
export function register(program: Command): void {
  program
    .command('trace')
    .description('list the routers on the path to a target, from this machine or from other vantages')
    .argument('<TARGET>', 'host:port')
    .option('--vantage <NAME=COMMAND>', 'a vantage behind a command; repeat for more', collect)
    .option('--max-hops <N>', 'last hop to query (default 30)')
    .option('--json', 'print {"vantages":[…],"findings":[…]}')
    .addHelpText('after', EXAMPLES)
    .action(runTrace);
}

async function runTrace(text: string, given: TraceArguments): Promise<void> {
  const maxHops = given.maxHops === undefined ? undefined : parseMaxHops(given.maxHops);
  const [target] = parseTargets([text]);
  if (!target) throw new UsageError('no target: write synwhere trace HOST:PORT');
  const { chooseVantages } = await import('../vantages.ts');
  const vantages = chooseVantages(given.vantage ?? [], undefined);
  const results = await Promise.all(vantages.map((vantage) => traceFrom(vantage, target, maxHops)));
  interruption.signal.throwIfAborted();

  const findings = await compare(results);
  if (given.json) (await import('../output.ts')).printJson({ vantages: results, findings });
  else {
    const [{ renderTraces }, { pageOf }] = await Promise.all([
      import('../render/traces.ts'),
      import('../render/text.ts'),
    ]);
    process.stdout.write(renderTraces(results, findings, pageOf(process.stdout)));
  }
  process.exitCode = exitStatus(results);
}

async function traceFrom(
  vantage: Vantage,
  target: Target,
  maxHops: number | undefined,
): Promise<VantageTraces> {
  const { isName } = await import('../../functions/reachability/target.ts');
  let addresses = [target.host];
  if (isName(target.host)) {
    const found = await lookUp(vantage, target);
    if (typeof found === 'string') return { vantage: vantage.name, traces: [], absent: found };
    addresses = found;
  }
  const answer = await ask(vantage, TRACE_DEADLINE_MS, {
    targets: [],
    traces: addresses.map((address) => ({
      address,
      port: target.port,
      ...(maxHops !== undefined && { maxHops }),
    })),
  });
  if ('absent' in answer) return { vantage: vantage.name, traces: [], absent: answer.absent };
  const { traces = [] } = answer.report;
  if (traces.length > 0) return { vantage: vantage.name, traces };
  return { vantage: vantage.name, traces, absent: answer.report.omitted ?? 'its report has no trace' };
}

/** Resolves the name at the vantage itself, because a name may resolve to other addresses there. Returns the reason where there is none. */
async function lookUp(vantage: Vantage, target: Target): Promise<string[] | string> {
  const answer = await ask(vantage, LOOK_UP_DEADLINE_MS, { targets: [target], attempts: 1, timeoutMs: 1000 });
  if ('absent' in answer) return answer.absent;
  const [report] = answer.report.targets;
  const addresses = report?.name?.addresses ?? [];
  if (addresses.length > 0) return addresses.slice(0, MAX_ADDRESSES);
  return report?.name ? report.name.outcome.replaceAll('-', ' ') : (report?.notTried ?? 'no address');
}

async function ask(vantage: Vantage, deadlineMs: number, request: ProbeRequest): Promise<VantageAnswer> {
  const { askRound } = await import('../../functions/aggregator/check/ask-round.ts');
  const [answer] = await askRound(
    [vantage],
    { ...request, deadlineMs },
    { deadlineMs: deadlineMs + TRANSPORT_MS, signal: interruption.signal, onAnswer: () => undefined },
  );
  return answer ?? { vantage: vantage.name, absent: 'gave no answer' };
}

/** With one vantage there is nothing to compare. */
async function compare(results: readonly VantageTraces[]): Promise<PathFinding[]> {
  if (results.length < 2) return [];
  const { comparePaths } = await import('../../functions/reachability/paths.ts');
  const views = results.flatMap(({ vantage, traces }) =>
    traces.map((trace) => ({ vantage, trace, connects: connects(trace) })),
  );
  return [...Map.groupBy(views, ({ trace }) => trace.address).values()].flatMap((ofAddress) =>
    comparePaths(ofAddress),
  );
}

function connects({ reached, hops }: Trace): boolean {
  return reached && hops.at(-1)?.answer === 'connected';
}

function exitStatus(results: readonly VantageTraces[]): number {
  const traces = results.flatMap((result) => result.traces).filter(({ hops }) => hops.length > 0);
  if (traces.length === 0) return EXIT.nothingToSay;
  return traces.every(connects) ? EXIT.asExpected : EXIT.notAsExpected;
}

function parseMaxHops(text: string): number {
  const hops = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (hops >= 1 && hops <= MAX_HOPS_LIMIT) return hops;
  throw new UsageError(`--max-hops ${text}: write a number from 1 to ${MAX_HOPS_LIMIT}`);
}
