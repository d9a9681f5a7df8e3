import { comparePaths } from '../../reachability/paths.ts';
import type { PathView } from '../../reachability/paths.ts';
import type { Trace, VantageAnswer } from '../../reachability/report.ts';
import type { VantageView, Verdict } from '../../reachability/verdict.ts';
import type { Kind, Sighting } from '../../reachability/words.ts';
import { askRound } from './ask-round.ts';
import type { Vantage } from '../vantages/vantage.ts';

/** The kinds that say something about a path. */
const PATH_KINDS: readonly Kind[] = ['selective-refusal', 'local-routing-issue', 'split-reachability'];

/** Enough to see where ways part; every walk sends SYNs that the target's side has to bear. */
const MOST_FAILING = 4;
const MOST_CONNECTING = 2;

/** Walks of one vantage at once: more would be answered by fewer routers, which limit their ICMP errors. */
const MOST_TARGETS = 8;

/** A walk along thirty silent hops takes some eight seconds. */
const WALKS_MS = 12_000;
const TRANSPORT_MS = 3000;

/** Less is not worth the SYNs. */
const LEAST_MS = 3000;

/** What a report's `system.evidence` holds where walks are possible: they read the same error queue. */
const WALKER = 'icmp';

export interface TraceOptions {
  /** Until the check has to end; Infinity without a deadline. */
  withinMs: number;
  signal?: AbortSignal;
  /** Hears who is asked to walk. */
  onTracing?: (vantages: string[]) => void;
}

/** An address that some connect to and others do not, and who of them is to walk there. */
interface Contest {
  verdict: Verdict;
  address: string;
  failing: string[];
  connecting: string[];
}

/**
 * Adds to each verdict about a path where the way of those that fail ends, beside the ways of those that connect: the walks to
 * the vantages' views, the findings to `because`. Verdicts come back in their order; those that are not about a path, or that nobody
 * can walk for, as they were. `answers` are those of the last round. Rejects only with the reason of `signal`.
 */
export async function tracePaths(
  verdicts: readonly Verdict[],
  vantages: readonly Vantage[],
  answers: readonly VantageAnswer[],
  { withinMs, signal, onTracing }: TraceOptions,
): Promise<Verdict[]> {
  const walkers = new Set(answers.filter(canWalk).map(({ vantage }) => vantage));
  const contests = verdicts.flatMap((verdict) => contestOf(verdict, walkers) ?? []).slice(0, MOST_TARGETS);
  if (contests.length === 0 || withinMs < LEAST_MS) return [...verdicts];

  const vantageMs = Math.min(WALKS_MS + TRANSPORT_MS, Math.floor(withinMs));
  const deadlineMs = Math.max(1, vantageMs - Math.min(TRANSPORT_MS, Math.ceil(vantageMs / 4)));
  const asked = vantages.flatMap((vantage) => {
    const traces = contests
      .filter(
        ({ failing, connecting }) => failing.includes(vantage.name) || connecting.includes(vantage.name),
      )
      .map(({ verdict, address }) => ({ address, port: verdict.target.port }));
    return traces.length > 0 ? [{ vantage, traces }] : [];
  });
  onTracing?.(asked.map(({ vantage }) => vantage.name));
  const walked = await Promise.all(
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
  const walks = new Map(walked);
  return verdicts.map((verdict) => {
    const contest = contests.find((candidate) => candidate.verdict === verdict);
    return contest ? withPaths(contest, walks) : verdict;
  });
}

function canWalk(answer: VantageAnswer): boolean {
  return 'report' in answer && answer.report.system?.evidence.includes(WALKER) === true;
}

/** The address on which most of those that can walk fail while others connect. */
function contestOf(verdict: Verdict, walkers: ReadonlySet<string>): Contest | undefined {
  if (!PATH_KINDS.includes(verdict.kind)) return undefined;
  const views = verdict.vantages.filter(({ vantage, counted }) => counted && walkers.has(vantage));
  const addresses = [...new Set(views.flatMap((view) => view.addresses.map(({ address }) => address)))];
  const contests = addresses.map((address): Contest => {
    const who = (test: (saw: Sighting) => boolean) =>
      views.filter((view) => test(sawOf(view, address))).map(({ vantage }) => vantage);
    return {
      verdict,
      address,
      failing: who((saw) => saw === 'silent' || saw === 'unreachable' || saw === 'refused'),
      connecting: who((saw) => saw === 'open' || saw === 'closing'),
    };
  });
  const [worst] = contests
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
  { verdict, address, failing, connecting }: Contest,
  walks: ReadonlyMap<string, readonly Trace[]>,
): Verdict {
  const traceOf = (vantage: string) =>
    walks.get(vantage)?.find((trace) => trace.address === address && trace.port === verdict.target.port);
  const views = [...failing, ...connecting].flatMap((vantage): PathView[] => {
    const trace = traceOf(vantage);
    return trace ? [{ vantage, connects: connecting.includes(vantage), trace }] : [];
  });
  const words = comparePaths(views).map((finding) => `Walked to ${address}: ${finding.words}.`);
  return {
    ...verdict,
    because: [...verdict.because, ...words],
    vantages: verdict.vantages.map((view) => {
      const trace = views.find(({ vantage }) => vantage === view.vantage)?.trace;
      return trace ? { ...view, traces: [trace] } : view;
    }),
  };
}
