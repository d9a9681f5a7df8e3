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

Each hop is asked with TCP SYNs, without privileges, on Linux with the optional package koffi. A hop is evidence, never certainty:
routers stay silent, and equal paths differ from one connection to the next.
`;

const MAX_HOPS_LIMIT = 64;
/** A name may have many addresses; more than these walks at once would be answered by fewer routers. */
const MAX_ADDRESSES = 4;
/** A walk along thirty silent hops takes some eight seconds. */
const WALK_DEADLINE_MS = 20_000;
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
    .description('where the way ends: every router on the way, from here or from other vantages')
    .argument('<TARGET>', 'host:port')
    .option('--vantage <NAME=COMMAND>', 'a vantage behind a command; again for more', collect)
    .option('--max-hops <N>', 'give up behind this hop (default 30)')
    .option('--json', 'print {"vantages":[…],"findings":[…]}')
    .addHelpText('after', EXAMPLES)
    .action(runTrace);
}

async function runTrace(text: string, given: TraceArguments): Promise<void> {
  const maxHops = given.maxHops === undefined ? undefined : parseMaxHops(given.maxHops);
  const [target] = parseTargets([text]);
  if (!target) throw new UsageError('no target: write synwhere trace HOST:PORT');
  const { chooseVantages } = await import('../vantages.ts');
  const vantages = await chooseVantages(given.vantage ?? [], undefined);
  const walks = await Promise.all(vantages.map((vantage) => walkFrom(vantage, target, maxHops)));
  interruption.signal.throwIfAborted();

  const findings = await compare(walks);
  if (given.json) (await import('../output.ts')).printJson({ vantages: walks, findings });
  else {
    const [{ renderTraces }, { pageOf }] = await Promise.all([
      import('../render/traces.ts'),
      import('../render/text.ts'),
    ]);
    process.stdout.write(renderTraces(walks, findings, pageOf(process.stdout)));
  }
  process.exitCode = exitStatus(walks);
}

async function walkFrom(
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
  const answer = await ask(vantage, WALK_DEADLINE_MS, {
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
  return { vantage: vantage.name, traces, absent: answer.report.omitted ?? 'its report has no walk' };
}

/** The vantage's own look-up, for names lead elsewhere from elsewhere; why there is no address, if there is none. */
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

/** Of one vantage alone the hops say it all. */
async function compare(walks: readonly VantageTraces[]): Promise<PathFinding[]> {
  if (walks.length < 2) return [];
  const { comparePaths } = await import('../../functions/reachability/paths.ts');
  const views = walks.flatMap(({ vantage, traces }) =>
    traces.map((trace) => ({ vantage, trace, connects: connects(trace) })),
  );
  return [...Map.groupBy(views, ({ trace }) => trace.address).values()].flatMap((ofAddress) =>
    comparePaths(ofAddress),
  );
}

function connects({ reached, hops }: Trace): boolean {
  return reached && hops.at(-1)?.answer === 'connected';
}

function exitStatus(walks: readonly VantageTraces[]): number {
  const walked = walks.flatMap(({ traces }) => traces).filter(({ hops }) => hops.length > 0);
  if (walked.length === 0) return EXIT.nothingToSay;
  return walked.every(connects) ? EXIT.asExpected : EXIT.notAsExpected;
}

function parseMaxHops(text: string): number {
  const hops = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (hops >= 1 && hops <= MAX_HOPS_LIMIT) return hops;
  throw new UsageError(`--max-hops ${text}: write a number from 1 to ${MAX_HOPS_LIMIT}`);
}
