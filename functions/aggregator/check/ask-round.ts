import type { VantageAnswer } from '../../reachability/report.ts';
import type { ProbeRequest } from '../../reachability/request.ts';
import { parseReport, ReportError } from '../../reachability/report.ts';
import { oneLine } from '../../reachability/one-line.ts';
import { VantageError, type Vantage } from '../vantages/vantage.ts';

export interface RoundOptions {
  /** A vantage that has not answered within this time abstains as late. */
  deadlineMs: number;
  signal?: AbortSignal;
  onAnswer: (answer: VantageAnswer) => void;
}

/**
 * Asks all vantages in parallel. Resolves when the last one has answered or its deadline has passed. The result has, in the order of
 * the vantages, each validated report or the reason why there is none. Rejects only with the reason of `signal`.
 */
export async function askRound(
  vantages: readonly Vantage[],
  request: ProbeRequest,
  { deadlineMs, signal, onAnswer }: RoundOptions,
): Promise<VantageAnswer[]> {
  signal?.throwIfAborted();
  const answers = vantages.map(async (vantage) => {
    const answer = await askOne(vantage, request, deadlineMs, signal);
    if (!signal?.aborted) onAnswer(answer);
    return answer;
  });
  if (!signal) return Promise.all(answers);
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => {
    // The reason of an abort is passed on unchanged, whatever its type.
    // oxlint-disable-next-line typescript/prefer-promise-reject-errors
    reject(signal.reason);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  // A vantage may have aborted it while it was being asked.
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([Promise.all(answers), aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

async function askOne(
  vantage: Vantage,
  request: ProbeRequest,
  deadlineMs: number,
  signal: AbortSignal | undefined,
): Promise<VantageAnswer> {
  const { name, network } = vantage;
  const origin = { vantage: name, ...(network !== undefined && { network }) };
  const late = new AbortController();
  const { promise: deadline, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new VantageError(`no answer within ${seconds(deadlineMs)}`));
    late.abort(new VantageError('late'));
  }, deadlineMs);
  try {
    const ends = signal ? AbortSignal.any([signal, late.signal]) : late.signal;
    // The vantage's promise may settle after the race. Its late rejection must not become an unhandled rejection.
    const answer = (async () => vantage.probe(request, ends))();
    answer.catch(() => undefined);
    const report = parseReport(await Promise.race([answer, deadline]));
    return { ...origin, report: { ...report, vantage: name, round: request.round ?? 1 } };
  } catch (error) {
    return { ...origin, absent: absenceReason(error) };
  } finally {
    clearTimeout(timer);
  }
}

/** The reason without a full stop, because it becomes part of a sentence. */
function absenceReason(error: unknown): string {
  const text =
    error instanceof VantageError
      ? error.message
      : error instanceof ReportError
        ? `invalid answer: ${oneLine(error.message)}`
        : `failed: ${oneLine(error instanceof Error ? error.message : String(error))}`;
  return text.replace(/\.+$/, '');
}

function seconds(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${Math.round(ms / 100) / 10} s`;
}
