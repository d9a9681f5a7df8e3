import type { ProbeRequest } from '../../reachability/request.ts';

/** Silence is called after this time unless the request says otherwise (report.ts, `timeoutMs`). */
const DEFAULT_TIMEOUT_MS = 4000;

/** Linux gives up on a SYN after 127 to 131 s with its default of 6 retries (tcp(7), `tcp_syn_retries`). */
const KERNEL_TIMEOUT_MS = 135_000;

/** Names, staggered attempts, settling waits, and reading evidence. */
const WORK_MS = 4000;

/** What lies between asking and the probe's own start and end: a Lambda's cold start, an ssh handshake, the transfer. */
const TRANSPORT_MS = 3000;

/** As many silent targets, of three attempts each, fit the sockets of one vantage (1,024 descriptors) at a time. */
const TARGETS_AT_A_TIME = 250;

export interface RoundBudget {
  /** What the probe is told: it ends by itself within this time. */
  probeMs: number;
  /** After this time without an answer a vantage abstains as late. */
  vantageMs: number;
}

/**
 * How long one round may take: long enough for silent targets and for controls before and after them, and never longer than
 * `withinMs`, of which transport keeps at most a quarter.
 */
export function roundBudget(round: {
  timeoutMs: ProbeRequest['timeoutMs'];
  targets: number;
  withinMs: number;
}): RoundBudget {
  const timeoutMs =
    round.timeoutMs === 'kernel' ? KERNEL_TIMEOUT_MS : (round.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  const waves = Math.max(1, Math.ceil(round.targets / TARGETS_AT_A_TIME));
  const wantedMs = WORK_MS + timeoutMs * (waves + 1);
  const vantageMs = Math.max(1, Math.floor(Math.min(wantedMs + TRANSPORT_MS, round.withinMs)));
  return { vantageMs, probeMs: Math.max(1, vantageMs - Math.min(TRANSPORT_MS, Math.ceil(vantageMs / 4))) };
}
