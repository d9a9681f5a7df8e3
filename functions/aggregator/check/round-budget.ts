import { TARGETS_AT_A_TIME } from '../../../configuration/limits.ts';
import { PROBE_DEFAULTS, type ProbeRequest } from '../../reachability/request.ts';

/** Linux gives up on a SYN after 127 to 131 s with its default of 6 retries (tcp(7), `tcp_syn_retries`). */
const KERNEL_TIMEOUT_MS = 135_000;

/** The time for name resolution, staggered attempts, the wait after a connect, and reading evidence. */
const WORK_MS = 4000;

/** The time around the probe itself: a cold start of Lambda, an SSH handshake, the transfer. */
const TRANSPORT_MS = 3000;

export interface RoundBudget {
  /** The deadline in the request: the probe ends within this time. */
  probeMs: number;
  /** A vantage that has not answered within this time abstains as late. */
  vantageMs: number;
}

/**
 * How long one round may take: long enough for silent targets and for controls before and after them, and at most `withinMs`.
 * Transport gets at most a quarter of it.
 */
export function roundBudget(round: {
  timeoutMs: ProbeRequest['timeoutMs'];
  targets: number;
  withinMs: number;
}): RoundBudget {
  const timeoutMs =
    round.timeoutMs === 'kernel' ? KERNEL_TIMEOUT_MS : (round.timeoutMs ?? PROBE_DEFAULTS.timeoutMs);
  const waves = Math.max(1, Math.ceil(round.targets / TARGETS_AT_A_TIME));
  const wantedMs = WORK_MS + timeoutMs * (waves + 1);
  const vantageMs = Math.max(1, Math.floor(Math.min(wantedMs + TRANSPORT_MS, round.withinMs)));
  return { vantageMs, probeMs: Math.max(1, vantageMs - Math.min(TRANSPORT_MS, Math.ceil(vantageMs / 4))) };
}
