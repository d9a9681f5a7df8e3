import type { ProbeReport, ProbeRequest } from '../../reachability/report.ts';

/** A place that a probe runs in: an AWS region, this machine, or any machine behind a command. */
export interface Vantage {
  readonly name: string;
  /** Whose network it is in, e.g. `aws`. Vantages that share one share its faults and its filters. Undefined: not known. */
  readonly network?: string;
  /**
   * Asks for one report. Rejects with a {@link VantageError} where there is none: its message is the reason for which the
   * vantage abstains. Never retries, and ends what it started when `signal` aborts.
   */
  probe(request: ProbeRequest, signal: AbortSignal): Promise<ProbeReport>;
}

/** Why a vantage gave no report, in a few words for a person: "throttled (429)", "no answer within 9 s". */
export class VantageError extends Error {
  override readonly name = 'VantageError';
}
