import type { Configuration } from '../configuration/configuration.ts';
import { CHECK_TIMEOUT_MS, TARGETS_AT_A_TIME } from '../configuration/limits.ts';

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
export function probeTimeoutSeconds({ probe, targets, onDemand }: Configuration): number {
  const most = Math.max(targets.length, onDemand.maxTargets);
  const waves = Math.ceil(most / TARGETS_AT_A_TIME) + 2;
  const silenceMs = Math.max(probe.timeoutMs, CHECK_TIMEOUT_MS.most);
  return Math.min(MOST_SECONDS, WORK_SECONDS + Math.ceil((waves * silenceMs) / 1000));
}

/** Two rounds, and what comes after them. */
export function aggregatorTimeoutSeconds(configuration: Configuration): number {
  return Math.min(MOST_SECONDS, 2 * probeTimeoutSeconds(configuration) + AFTERWARDS_SECONDS);
}
