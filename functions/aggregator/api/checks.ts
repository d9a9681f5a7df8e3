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

/** `POST /checks`: NDJSON as the vantages report, the verdicts last; or one JSON document, by `Accept`. */
export async function postChecks(request: ApiRequest, parts: ApiDependencies): Promise<ApiResponse> {
  const type = negotiate(request.headers['accept'], [NDJSON_TYPE, JSON_TYPE]);
  const asked = parseCheckRequest(parseBody(request), parts.configuration);
  const giveBack = await takePlace(parts.store, request.deadlineMs);
  if (type === JSON_TYPE) {
    try {
      return json({ verdicts: await runCheck(asked, request, parts) });
    } finally {
      await giveBack();
    }
  }
  return {
    status: 200,
    headers: { 'content-type': NDJSON_TYPE, 'cache-control': 'no-store' },
    body: checkLines(asked, request, parts, giveBack),
  };
}

/** One check over all vantages of the service, as asked on demand. */
export function runCheck(
  asked: CheckRequest,
  { signal, deadlineMs }: Pick<ApiRequest, 'signal' | 'deadlineMs'>,
  { configuration, vantages }: ApiDependencies,
  onEvent?: (event: CheckEvent) => void,
): Promise<Verdict[]> {
  return check({
    targets: asked.targets,
    vantages,
    controls: configuration.controls,
    timeoutMs: asked.timeoutMs ?? configuration.probe.timeoutMs,
    attempts: configuration.probe.attempts,
    deadlineMs,
    traces: true,
    signal,
    ...(onEvent && { onEvent }),
  });
}

function checkLines(
  asked: CheckRequest,
  request: ApiRequest,
  parts: ApiDependencies,
  giveBack: () => Promise<void>,
): ReadableStream<string> {
  // A reader that stops in the middle leaves nobody to probe for.
  const left = new AbortController();
  const signal = AbortSignal.any([request.signal, left.signal]);
  return new ReadableStream({
    async start(controller) {
      const write = (line: CheckLine): void => {
        if (!left.signal.aborted) controller.enqueue(`${JSON.stringify(line)}\n`);
      };
      try {
        const verdicts = await runCheck(asked, { signal, deadlineMs: request.deadlineMs }, parts, (event) => {
          if (event.type !== 'judged') write(toLine(event));
        });
        for (const verdict of verdicts) write({ event: 'verdict', verdict });
        await giveBack();
        write({ event: 'end', verdicts: verdicts.length });
      } catch (error) {
        if (!signal.aborted) logFault('POST /checks', error);
        await giveBack();
        write({ event: 'end', verdicts: 0, problem: internalProblem().body });
      }
      if (!left.signal.aborted) controller.close();
    },
    cancel() {
      left.abort();
    },
  });
}

function toLine(event: Exclude<CheckEvent, { type: 'judged' }>): CheckLine {
  if (event.type === 'asked') {
    const { round, vantages, targets } = event;
    return { event: 'asked', round, vantages, targets };
  }
  const { round, answer, elapsedMs } = event;
  const about = { event: 'answered', round, vantage: answer.vantage, elapsedMs } as const;
  return 'absent' in answer
    ? { ...about, absent: answer.absent }
    : { ...about, outcomes: countOutcomes(answer.report) };
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
  // Required also where the body is empty: a browser lets a page of another origin send a request without a type, or with that of
  // a form, and asks the server first (a CORS preflight) before it sends this one.
  const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== JSON_TYPE) {
    throw new Problem(
      415,
      'unsupported-media-type',
      type === undefined
        ? `the header content-type is missing; send content-type: ${JSON_TYPE}, also with an empty body`
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

/** Also for servers that stop reading before the body is complete. */
export function bodyTooLarge(): Problem {
  return new Problem(413, 'body-too-large', `the body is larger than ${MAX_BODY_BYTES} bytes`, {
    extensions: { maxBytes: MAX_BODY_BYTES },
  });
}
