import type { Configuration } from '../configuration/configuration.ts';
import { CHECK_TIMEOUT_MS, TARGETS_AT_A_TIME } from '../configuration/limits.ts';

/** What the time-outs depend on. */
export interface Load {
  /** The most targets of one check. */
  mostTargets: number;
  /** Silence is declared after this time. */
  timeoutMs: number;
}

/** Names, staggered attempts, settling waits, the start of a cold function and the transfer of the answer. */
const WORK_SECONDS = 10;

/** Judging, storing, announcing with time-outs of its own. */
const AFTERWARDS_SECONDS = 30;

/** What Lambda allows. */
const MOST_SECONDS = 900;

/**
 * How long a probe may run: time for silent targets in waves, and for the controls before and after them. The probe ends by itself
 * before that; this is for what its own deadline cannot end.
 */
export function probeTimeoutSeconds({ mostTargets, timeoutMs }: Load): number {
  const waves = Math.ceil(mostTargets / TARGETS_AT_A_TIME) + 2;
  const silenceMs = Math.max(timeoutMs, CHECK_TIMEOUT_MS.most);
  return Math.min(MOST_SECONDS, WORK_SECONDS + Math.ceil((waves * silenceMs) / 1000));
}

/** Two rounds, and what comes after them. */
export function aggregatorTimeoutSeconds(load: Load): number {
  return Math.min(MOST_SECONDS, 2 * probeTimeoutSeconds(load) + AFTERWARDS_SECONDS);
}

/** What a configuration asks of the functions. */
export function loadOf({
  probe,
  targets,
  onDemand,
}: Pick<Configuration, 'probe' | 'targets' | 'onDemand'>): Load {
  return { mostTargets: Math.max(targets.length, onDemand.maxTargets), timeoutMs: probe.timeoutMs };
}
