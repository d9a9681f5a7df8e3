import { oneLine } from '../../reachability/one-line.ts';
import type { ProbeReport } from '../../reachability/report.ts';
import type { ProbeRequest } from '../../reachability/request.ts';

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

/**
 * Reads the JSON that a vantage answered with. Any JSON is let through as a report here, for whoever asked validates it;
 * anything else throws a {@link VantageError}.
 */
export function parseAnswerText(text: string): ProbeReport {
  if (text.trim() === '') throw new VantageError('answered nothing');
  try {
    const answer: ProbeReport = JSON.parse(text);
    return answer;
  } catch {
    const begin = oneLine(text.slice(0, 40));
    throw new VantageError(`answered garbage: not JSON, begins with ${JSON.stringify(begin)}`);
  }
}
