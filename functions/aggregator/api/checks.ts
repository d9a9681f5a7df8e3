import { check } from '../check/check.ts';
import type { CheckEvent } from '../check/check.ts';
import type { ProbeReport } from '../../reachability/report.ts';
import type { Verdict } from '../../reachability/verdict.ts';
import type { Outcome } from '../../reachability/words.ts';
import type { ApiRequest, ApiResponse } from './http.ts';
import { json, MAX_BODY_BYTES } from './http.ts';
import { negotiate } from './negotiate.ts';
import type { ApiDependencies } from './dependencies.ts';
import { internalProblem, Problem } from './problem.ts';
import type { CheckRequest } from './check-request.ts';
import { parseCheckRequest } from './check-request.ts';
import type { CheckLine } from './schemas.ts';
import { takePlace } from './check-place.ts';
import { logFault } from './problem.ts';

const JSON_TYPE = 'application/json';
const NDJSON_TYPE = 'application/x-ndjson';

/** `POST /checks`: by `Accept`, a stream of JSON lines with the verdicts last, or one JSON document. */
export async function postChecks(request: ApiRequest, dependencies: ApiDependencies): Promise<ApiResponse> {
  const type = negotiate(request.headers['accept'], [NDJSON_TYPE, JSON_TYPE]);
  const checkRequest = parseCheckRequest(parseBody(request), dependencies.configuration);
  const release = await takePlace(dependencies.store, request.deadlineMs);
  if (type === JSON_TYPE) {
    try {
      return json({ verdicts: await runCheck(checkRequest, request, dependencies) });
    } finally {
      await release();
    }
  }
  return {
    status: 200,
    headers: { 'content-type': NDJSON_TYPE, 'cache-control': 'no-store' },
    body: checkLines(checkRequest, request, dependencies, release),
  };
}

/** Runs one check on demand from all vantages of the service. */
export function runCheck(
  { targets, timeoutMs }: CheckRequest,
  { signal, deadlineMs }: Pick<ApiRequest, 'signal' | 'deadlineMs'>,
  { configuration, vantages }: ApiDependencies,
  onEvent?: (event: CheckEvent) => void,
): Promise<Verdict[]> {
  return check({
    targets,
    vantages,
    controls: configuration.controls,
    timeoutMs: timeoutMs ?? configuration.probe.timeoutMs,
    attempts: configuration.probe.attempts,
    deadlineMs,
    traces: true,
    signal,
    ...(onEvent && { onEvent }),
  });
}

function checkLines(
  checkRequest: CheckRequest,
  request: ApiRequest,
  dependencies: ApiDependencies,
  release: () => Promise<void>,
): ReadableStream<string> {
  // When the reader cancels the stream, the check ends.
  const cancelled = new AbortController();
  const signal = AbortSignal.any([request.signal, cancelled.signal]);
  return new ReadableStream({
    async start(controller) {
      const write = (line: CheckLine): void => {
        if (!cancelled.signal.aborted) controller.enqueue(`${JSON.stringify(line)}\n`);
      };
      try {
        const limits = { signal, deadlineMs: request.deadlineMs };
        const verdicts = await runCheck(checkRequest, limits, dependencies, (event) => {
          if (event.type !== 'judged') write(toLine(event));
        });
        for (const verdict of verdicts) write({ event: 'verdict', verdict });
        await release();
        write({ event: 'end', verdicts: verdicts.length });
      } catch (error) {
        if (!signal.aborted) logFault('POST /checks', error);
        await release();
        write({ event: 'end', verdicts: 0, problem: internalProblem().body });
      }
      if (!cancelled.signal.aborted) controller.close();
    },
    cancel() {
      cancelled.abort();
    },
  });
}

function toLine(event: Exclude<CheckEvent, { type: 'judged' }>): CheckLine {
  if (event.type === 'asked') {
    const { round, vantages, targets } = event;
    return { event: 'asked', round, vantages, targets };
  }
  const { round, answer, elapsedMs } = event;
  const answered = { event: 'answered', round, vantage: answer.vantage, elapsedMs } as const;
  return 'absent' in answer
    ? { ...answered, absent: answer.absent }
    : { ...answered, outcomes: countOutcomes(answer.report) };
}

function countOutcomes({ targets }: ProbeReport): Partial<Record<Outcome, number>> {
  const counts: Partial<Record<Outcome, number>> = {};
  for (const { addresses, name } of targets) {
    const attempts = addresses.flatMap((address) => address.attempts.map(({ outcome }) => outcome));
    if (attempts.length === 0 && name && name.outcome !== 'resolved') attempts.push(name.outcome);
    for (const outcome of attempts) counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
}

function parseBody({ body, headers }: ApiRequest): unknown {
  if (body.byteLength > MAX_BODY_BYTES) throw bodyTooLarge();
  // Required even if the body is empty. A browser lets a page of another origin send a request without a type, or with the type of a
  // form. With this type, it first asks the server (a CORS preflight).
  const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== JSON_TYPE) {
    throw new Problem(
      415,
      'unsupported-media-type',
      type === undefined
        ? `the header content-type is missing; send content-type: ${JSON_TYPE}, even with an empty body`
        : `the body must be ${JSON_TYPE}, not ${type}`,
      {
        headers: { accept: JSON_TYPE },
      },
    );
  }
  if (body.byteLength === 0) return {};
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw new Problem(400, 'malformed-json', 'the body is not UTF-8');
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : '').split('\n');
    throw new Problem(400, 'malformed-json', `the body is not JSON: ${reason.slice(0, 200)}`);
  }
}

/** Exported for servers that stop reading before the body is complete. */
export function bodyTooLarge(): Problem {
  return new Problem(413, 'body-too-large', `the body is larger than ${MAX_BODY_BYTES} bytes`, {
    extensions: { maxBytes: MAX_BODY_BYTES },
  });
}
