import type { ProbeRequest, Target, VantageAnswer } from '../reachability/report.ts';
import type { ExpectedTarget, Verdict } from '../reachability/verdict.ts';
import type { Vantage } from './vantages/vantage.ts';

/** What happens while a check runs, for progress and for streamed answers. */
export type CheckEvent =
  | { type: 'asked'; round: number; vantages: string[]; targets: number }
  | { type: 'answered'; round: number; answer: VantageAnswer; elapsedMs: number }
  | { type: 'judged'; verdict: Verdict };

export interface CheckOptions {
  targets: readonly ExpectedTarget[];
  vantages: readonly Vantage[];
  controls?: readonly Target[];
  timeoutMs?: ProbeRequest['timeoutMs'];
  /** The whole check, both rounds, ends within this time. */
  deadlineMs?: number;
  signal?: AbortSignal;
  onEvent?: (event: CheckEvent) => void;
}

/**
 * One check: survey, cross-examination where the contract asks for it, judgement. Resolves to one verdict a target, in their
 * order. Nothing that a vantage does makes it reject; it rejects only when `signal` aborts.
 */
export function check(_options: CheckOptions): Promise<Verdict[]> {
  throw new Error('not built yet');
}
