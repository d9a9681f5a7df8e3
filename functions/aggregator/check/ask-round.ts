import type { VantageAnswer } from '../../reachability/report.ts';
import type { ProbeRequest } from '../../reachability/request.ts';
import { parseReport, ReportError } from '../../reachability/report.ts';
import { oneLine } from '../../reachability/one-line.ts';
import { VantageError, type Vantage } from '../vantages/vantage.ts';

export interface RoundOptions {
  /** A vantage that has not answered by then is late and abstains. */
  deadlineMs: number;
  signal?: AbortSignal;
  onAnswer: (answer: VantageAnswer) => void;
}

/**
 * Asks all vantages at once. Resolves, in the order of the vantages, with each one's validated report or the reason why there is
 * none, as soon as the last has answered or its deadline has passed. Rejects only with the reason of `signal`.
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
    // What an aborter gives as its reason is handed on as it is, whatever its type.
    // oxlint-disable-next-line typescript/prefer-promise-reject-errors
    reject(signal.reason);
  };
  signal.addEventListener('abort', onAbort, { once: true });
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
  const who = { vantage: name, ...(network !== undefined && { network }) };
  const late = new AbortController();
  const { promise: deadline, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new VantageError(`no answer within ${seconds(deadlineMs)}`));
    late.abort(new VantageError('late'));
  }, deadlineMs);
  try {
    const ends = signal ? AbortSignal.any([signal, late.signal]) : late.signal;
    // The vantage's promise may settle long after the race; its late rejection must not become an unhandled one.
    const answer = (async () => vantage.probe(request, ends))();
    answer.catch(() => undefined);
    const report = parseReport(await Promise.race([answer, deadline]));
    return { ...who, report: { ...report, vantage: name, round: request.round ?? 1 } };
  } catch (error) {
    return { ...who, absent: reason(error) };
  } finally {
    clearTimeout(timer);
  }
}

/** Fit to stand inside a sentence: without a full stop of its own. */
function reason(error: unknown): string {
  const words =
    error instanceof VantageError
      ? error.message
      : error instanceof ReportError
        ? `answered garbage: ${oneLine(error.message)}`
        : `failed: ${oneLine(error instanceof Error ? error.message : String(error))}`;
  return words.replace(/\.+$/, '');
}

function seconds(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${Math.round(ms / 100) / 10} s`;
}
