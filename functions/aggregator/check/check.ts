import { crossExamination } from '../../reachability/cross-examination.ts';
import { judgeRounds } from '../../reachability/judge.ts';
import { indexRound, type IndexedRound } from '../../reachability/standing.ts';
import type { VantageAnswer } from '../../reachability/report.ts';
import type { ProbeRequest, Target } from '../../reachability/request.ts';
import { formatTarget } from '../../reachability/target.ts';
import type { ExpectedTarget, Verdict } from '../../reachability/verdict.ts';
import { askRound } from './ask-round.ts';
import { MAX_TARGETS } from './limits.ts';
import { roundBudget } from './round-budget.ts';
import { tracePaths } from './trace-paths.ts';
import type { Vantage } from '../vantages/vantage.ts';

/** What happens while a check runs, for progress and for streamed answers. */
export type CheckEvent =
  | { type: 'asked'; round: number; vantages: string[]; targets: number }
  | { type: 'answered'; round: number; answer: VantageAnswer; elapsedMs: number }
  | { type: 'judged'; verdict: Verdict };

export interface CheckOptions {
  /** One to {@link MAX_TARGETS}, each once. */
  targets: readonly ExpectedTarget[];
  /** At least one, each name once. */
  vantages: readonly Vantage[];
  controls?: readonly Target[];
  timeoutMs?: ProbeRequest['timeoutMs'];
  /** Connects per address; the probe's default where absent. */
  attempts?: number;
  /** The whole check, both rounds, ends within this time. Without, it follows from `timeoutMs` and the number of targets. */
  deadlineMs?: number;
  /** Whether verdicts about a path are to say where it ends, as far as the vantages can walk it. Costs some seconds where one is. */
  traces?: boolean;
  /** Hears who walks, when anyone does. */
  onTracing?: (vantages: string[]) => void;
  signal?: AbortSignal;
  onEvent?: (event: CheckEvent) => void;
}

/** Options that no check can be made from; the message is one line for whoever wrote them. */
export class CheckError extends Error {
  override readonly name = 'CheckError';
}

/** A second round shorter than this could not send the three SYNs that silence needs. */
const LEAST_ROUND_MS = 500;

/**
 * One check: survey, cross-examination where the contract asks for it, judgement. Resolves to one verdict a target, in their
 * order; a target that needs no second round is judged, and told by `onEvent`, before the second round begins. Nothing that a
 * vantage does makes it reject. It rejects at once with the signal's reason when `signal` aborts, and with a {@link CheckError}
 * when the options are wrong.
 */
export async function check(options: CheckOptions): Promise<Verdict[]> {
  refuseNonsense(options);
  const startedAt = new Date().toISOString();
  const start = performance.now();
  const elapsedMs = () => Math.round(performance.now() - start);
  const controls = options.controls ?? [];
  const endMs = options.deadlineMs ?? Infinity;

  const ask = (round: number, targets: ProbeRequest['targets'], roundsLeft: number) => {
    const budget = roundBudget({
      timeoutMs: options.timeoutMs,
      targets: targets.length,
      withinMs: (endMs - elapsedMs()) / roundsLeft,
    });
    options.onEvent?.({
      type: 'asked',
      round,
      vantages: options.vantages.map(({ name }) => name),
      targets: targets.length,
    });
    const request: ProbeRequest = {
      targets,
      controls: [...controls],
      round,
      deadlineMs: budget.probeMs,
      ...(options.timeoutMs !== undefined && { timeoutMs: options.timeoutMs }),
      ...(options.attempts !== undefined && { attempts: options.attempts }),
    };
    return askRound(options.vantages, request, {
      deadlineMs: budget.vantageMs,
      ...(options.signal && { signal: options.signal }),
      onAnswer: (answer) => {
        options.onEvent?.({ type: 'answered', round, answer, elapsedMs: elapsedMs() });
      },
    });
  };

  const judged = new Map<string, Verdict>();
  const judgeNow = (target: ExpectedTarget, rounds: readonly IndexedRound[]) =>
    judgeRounds(target, rounds, { startedAt, elapsedMs: elapsedMs() });
  const settle = (verdict: Verdict) => {
    judged.set(formatTarget(verdict.target), verdict);
    options.onEvent?.({ type: 'judged', verdict });
  };

  const survey = indexRound(
    await ask(
      1,
      options.targets.map(({ host, port }) => ({ host, port })),
      2,
    ),
  );
  const doubtful = crossExamination(options.targets, survey);
  const again = endMs - elapsedMs() < LEAST_ROUND_MS ? [] : doubtful;
  const asked = new Set(again.map(formatTarget));
  for (const target of options.targets) {
    if (!asked.has(formatTarget(target))) settle(judgeNow(target, [survey]));
  }
  if (again.length > 0) {
    const examination = indexRound(await ask(2, again, 1));
    const examined = options.targets
      .filter((target) => asked.has(formatTarget(target)))
      .map((target) => judgeNow(target, [survey, examination]));
    for (const verdict of options.traces ? await walk(examined, examination.answers) : examined)
      settle(verdict);
  }
  return options.targets.flatMap((target) => judged.get(formatTarget(target)) ?? []);

  async function walk(verdicts: Verdict[], answers: readonly VantageAnswer[]): Promise<Verdict[]> {
    const walked = await tracePaths(verdicts, options.vantages, answers, {
      withinMs: endMs - elapsedMs(),
      ...(options.signal && { signal: options.signal }),
      ...(options.onTracing && { onTracing: options.onTracing }),
    });
    return walked.map((verdict, index) =>
      verdict === verdicts[index] ? verdict : { ...verdict, elapsedMs: elapsedMs() },
    );
  }
}

function refuseNonsense({ targets, vantages }: CheckOptions): void {
  if (targets.length === 0) throw new CheckError('no target to check');
  if (targets.length > MAX_TARGETS) {
    throw new CheckError(
      `${targets.length} targets are too many for one check: at most ${MAX_TARGETS}; check them in parts`,
    );
  }
  if (vantages.length === 0) throw new CheckError('no vantage to check from');
  const target = firstTwice(targets.map(formatTarget));
  if (target !== undefined) throw new CheckError(`target ${target} is given twice; name each target once`);
  const vantage = firstTwice(vantages.map(({ name }) => name));
  if (vantage !== undefined) throw new CheckError(`two vantages are named ${vantage}; rename one`);
}

function firstTwice(names: string[]): string | undefined {
  const seen = new Set<string>();
  return names.find((name) => seen.size === seen.add(name).size);
}
