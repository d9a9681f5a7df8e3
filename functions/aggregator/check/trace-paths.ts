import { comparePaths } from '../../reachability/paths.ts';
import type { PathView } from '../../reachability/paths.ts';
import type { Trace, VantageAnswer } from '../../reachability/report.ts';
import type { VantageView, Verdict } from '../../reachability/verdict.ts';
import type { Kind, Sighting } from '../../reachability/words.ts';
import { askRound } from './ask-round.ts';
import type { Vantage } from '../vantages/vantage.ts';

/** The kinds that are about a path. */
const PATH_KINDS: readonly Kind[] = ['selective-refusal', 'local-routing-issue', 'split-reachability'];

/** Enough to find where the paths differ. Every trace sends SYNs to the target's network, so there are no more. */
const MOST_FAILING = 4;
const MOST_CONNECTING = 2;

/** Traces of one vantage at once. Routers limit their ICMP errors, so with more traces fewer routers would reply. */
const MOST_TARGETS = 8;

/** A trace over thirty silent hops takes about eight seconds. */
const TRACES_MS = 12_000;
const TRANSPORT_MS = 3000;

/** A trace in less time would find too little. */
const LEAST_MS = 3000;

/** The entry of `system.evidence` in a report where traces are possible: both read the same error queue. */
const TRACE_EVIDENCE = 'icmp';

export interface TraceOptions {
  /** The time until the check must end. Infinity: no deadline. */
  withinMs: number;
  signal?: AbortSignal;
  /** Called with the names of the vantages before they trace. */
  onTracing?: (vantages: string[]) => void;
}

/** An address that some vantages connect to and others do not, and the vantages that trace to it. */
interface TraceTarget {
  verdict: Verdict;
  address: string;
  failing: string[];
  connecting: string[];
}

/**
 * Traces the paths of vantages that fail and of vantages that connect, for each verdict about a path. Adds the traces to the views of
 * the vantages and the findings to `because`. Verdicts keep their order. A verdict that is not about a path, or that no vantage can
 * trace for, is returned unchanged. `answers` are those of the last round. Rejects only with the reason of `signal`.
 */
export async function tracePaths(
  verdicts: readonly Verdict[],
  vantages: readonly Vantage[],
  answers: readonly VantageAnswer[],
  { withinMs, signal, onTracing }: TraceOptions,
): Promise<Verdict[]> {
  const tracers = new Set(answers.filter(canTrace).map(({ vantage }) => vantage));
  const traceTargets = verdicts
    .flatMap((verdict) => traceTargetOf(verdict, tracers) ?? [])
    .slice(0, MOST_TARGETS);
  if (traceTargets.length === 0 || withinMs < LEAST_MS) return [...verdicts];

  const vantageMs = Math.min(TRACES_MS + TRANSPORT_MS, Math.floor(withinMs));
  const deadlineMs = Math.max(1, vantageMs - Math.min(TRANSPORT_MS, Math.ceil(vantageMs / 4)));
  const asked = vantages.flatMap((vantage) => {
    const traces = traceTargets
      .filter(
        ({ failing, connecting }) => failing.includes(vantage.name) || connecting.includes(vantage.name),
      )
      .map(({ verdict, address }) => ({ address, port: verdict.target.port }));
    return traces.length > 0 ? [{ vantage, traces }] : [];
  });
  onTracing?.(asked.map(({ vantage }) => vantage.name));
  const answered = await Promise.all(
    asked.map(async ({ vantage, traces }) => {
      const [answer] = await askRound(
        [vantage],
        { targets: [], traces, deadlineMs },
        { deadlineMs: vantageMs, onAnswer: () => undefined, ...(signal && { signal }) },
      );
      const found = answer && 'report' in answer ? (answer.report.traces ?? []) : [];
      return [vantage.name, found] as const;
    }),
  );
  const tracesByVantage = new Map(answered);
  return verdicts.map((verdict) => {
    const traceTarget = traceTargets.find((candidate) => candidate.verdict === verdict);
    return traceTarget ? withPaths(traceTarget, tracesByVantage) : verdict;
  });
}

function canTrace(answer: VantageAnswer): boolean {
  return 'report' in answer && answer.report.system?.evidence.includes(TRACE_EVIDENCE) === true;
}

/** Of the addresses that some tracers connect to, the one that most of the others fail to connect to. */
function traceTargetOf(verdict: Verdict, tracers: ReadonlySet<string>): TraceTarget | undefined {
  if (!PATH_KINDS.includes(verdict.kind)) return undefined;
  const views = verdict.vantages.filter(({ vantage, counted }) => counted && tracers.has(vantage));
  const addresses = [...new Set(views.flatMap((view) => view.addresses.map(({ address }) => address)))];
  const candidates = addresses.map((address): TraceTarget => {
    const namesOf = (test: (saw: Sighting) => boolean) =>
      views.filter((view) => test(sawOf(view, address))).map(({ vantage }) => vantage);
    return {
      verdict,
      address,
      failing: namesOf((saw) => saw === 'silent' || saw === 'unreachable' || saw === 'refused'),
      connecting: namesOf((saw) => saw === 'open' || saw === 'closing'),
    };
  });
  const [worst] = candidates
    .filter(({ failing, connecting }) => failing.length > 0 && connecting.length > 0)
    .toSorted((a, b) => b.failing.length - a.failing.length);
  if (!worst) return undefined;
  return {
    ...worst,
    failing: worst.failing.slice(0, MOST_FAILING),
    connecting: worst.connecting.slice(0, MOST_CONNECTING),
  };
}

function sawOf({ addresses }: VantageView, address: string): Sighting {
  return addresses.find((view) => view.address === address)?.saw ?? 'nothing';
}

function withPaths(
  { verdict, address, failing, connecting }: TraceTarget,
  tracesByVantage: ReadonlyMap<string, readonly Trace[]>,
): Verdict {
  const traceOf = (vantage: string) =>
    tracesByVantage
      .get(vantage)
      ?.find((trace) => trace.address === address && trace.port === verdict.target.port);
  const views = [...failing, ...connecting].flatMap((vantage): PathView[] => {
    const trace = traceOf(vantage);
    return trace ? [{ vantage, connects: connecting.includes(vantage), trace }] : [];
  });
  const words = comparePaths(views).map((finding) => `Trace to ${address}: ${finding.words}.`);
  return {
    ...verdict,
    because: [...verdict.because, ...words],
    vantages: verdict.vantages.map((view) => {
      const trace = views.find(({ vantage }) => vantage === view.vantage)?.trace;
      return trace ? { ...view, traces: [trace] } : view;
    }),
  };
}
