import { oneLine } from '../../reachability/one-line.ts';
import type { ProbeReport } from '../../reachability/report.ts';
import type { ProbeRequest } from '../../reachability/request.ts';

/** A place where a probe runs: an AWS region, this machine, or any machine behind a command. */
export interface Vantage {
  readonly name: string;
  /** The network that it is in, e.g. `aws`. Vantages in one network share its faults and filters. Undefined: not known. */
  readonly network?: string;
  /**
   * Requests one report. Rejects with a {@link VantageError} if there is none; its message is the reason why the vantage abstains.
   * Never retries. Ends everything that it has started when `signal` aborts.
   */
  probe(request: ProbeRequest, signal: AbortSignal): Promise<ProbeReport>;
}

/** The reason why a vantage gave no report, as short text for a person: "throttled (429)", "no answer within 9 s". */
export class VantageError extends Error {
  override readonly name = 'VantageError';
}

/**
 * Parses the answer of a vantage. Accepts any JSON as a report, because the caller validates it. Throws a {@link VantageError} if the
 * answer is empty or not JSON.
 */
export function parseAnswerText(text: string): ProbeReport {
  if (text.trim() === '') throw new VantageError('empty answer');
  try {
    const answer: ProbeReport = JSON.parse(text);
    return answer;
  } catch {
    const start = oneLine(text.slice(0, 40));
    throw new VantageError(`invalid answer: not JSON, begins with ${JSON.stringify(start)}`);
  }
}
