import { LIMITS } from '../../../configuration/limits.ts';
import { crossExamination } from '../../reachability/cross-examination.ts';
import { judgeRounds } from '../../reachability/judge.ts';
import { indexRound, type IndexedRound } from '../../reachability/standing.ts';
import type { VantageAnswer } from '../../reachability/report.ts';
import type { ProbeRequest, Target } from '../../reachability/request.ts';
import { formatTarget } from '../../reachability/target.ts';
import type { ExpectedTarget, Verdict } from '../../reachability/verdict.ts';
import { askRound } from './ask-round.ts';
import { roundBudget } from './round-budget.ts';
import { tracePaths } from './trace-paths.ts';
import type { Vantage } from '../vantages/vantage.ts';

/** An event of a running check, for progress and for streamed answers. */
export type CheckEvent =
  | { type: 'asked'; round: number; vantages: string[]; targets: number }
  | { type: 'answered'; round: number; answer: VantageAnswer; elapsedMs: number }
  | { type: 'judged'; verdict: Verdict };

export interface CheckOptions {
  /** From one to `LIMITS.targets`, without repeats. */
  targets: readonly ExpectedTarget[];
  /** At least one, with unique names. */
  vantages: readonly Vantage[];
  controls?: readonly Target[];
  timeoutMs?: ProbeRequest['timeoutMs'];
  /** TCP connects per address. Default: that of the probe. */
  attempts?: number;
  /** The check with both rounds ends within this time. Default: computed from `timeoutMs` and the number of targets. */
  deadlineMs?: number;
  /** Whether vantages trace the path where a verdict is about a path. A trace adds some seconds. */
  traces?: boolean;
  /** Called with the names of the vantages before they trace. */
  onTracing?: (vantages: string[]) => void;
  signal?: AbortSignal;
  onEvent?: (event: CheckEvent) => void;
}

/** Invalid options. The message is one line for a user. */
export class CheckError extends Error {
  override readonly name = 'CheckError';
}

/** A shorter second round could not send the three SYNs that are needed to report silence. */
const LEAST_ROUND_MS = 500;

/**
 * Runs one check: the first round (survey), the second round (cross-examination) where it is needed, and the judgement. Resolves to
 * one verdict for each target, in the order of the targets. A target that needs no second round is judged, and reported by `onEvent`,
 * before the second round begins. A fault of a vantage never rejects the check. Rejects with the signal's reason when `signal` aborts,
 * and with a {@link CheckError} if the options are invalid.
 */
export async function check(options: CheckOptions): Promise<Verdict[]> {
  validateOptions(options);
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
  const addVerdict = (verdict: Verdict) => {
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
    if (!asked.has(formatTarget(target))) addVerdict(judgeNow(target, [survey]));
  }
  if (again.length > 0) {
    const examination = indexRound(await ask(2, again, 1));
    const examined = options.targets
      .filter((target) => asked.has(formatTarget(target)))
      .map((target) => judgeNow(target, [survey, examination]));
    for (const verdict of options.traces ? await withTraces(examined, examination.answers) : examined)
      addVerdict(verdict);
  }
  return options.targets.flatMap((target) => judged.get(formatTarget(target)) ?? []);

  async function withTraces(verdicts: Verdict[], answers: readonly VantageAnswer[]): Promise<Verdict[]> {
    const traced = await tracePaths(verdicts, options.vantages, answers, {
      withinMs: endMs - elapsedMs(),
      ...(options.signal && { signal: options.signal }),
      ...(options.onTracing && { onTracing: options.onTracing }),
    });
    return traced.map((verdict, index) =>
      verdict === verdicts[index] ? verdict : { ...verdict, elapsedMs: elapsedMs() },
    );
  }
}

function validateOptions({ targets, vantages }: CheckOptions): void {
  if (targets.length === 0) throw new CheckError('no target to check');
  if (targets.length > LIMITS.targets) {
    throw new CheckError(
      `${targets.length} targets are too many for one check: at most ${LIMITS.targets}; check them in parts`,
    );
  }
  if (vantages.length === 0) throw new CheckError('no vantage to check from');
  const target = firstRepeated(targets.map(formatTarget));
  if (target !== undefined) throw new CheckError(`target ${target} is given twice; name each target once`);
  const vantage = firstRepeated(vantages.map(({ name }) => name));
  if (vantage !== undefined) throw new CheckError(`two vantages are named ${vantage}; rename one`);
}

function firstRepeated(names: string[]): string | undefined {
  const seen = new Set<string>();
  return names.find((name) => seen.size === seen.add(name).size);
}
