import type { ApiResponse } from '../api/http.ts';
import { logFault } from '../api/problem.ts';
import type { ApiDependencies } from '../api/dependencies.ts';
import { internalProblem, Problem } from '../api/problem.ts';
import { readEvent, type Call, type CallLimits } from './event.ts';
import type { Outcome } from './lambda-runtime.ts';
import { runTick, type TickDependencies } from '../tick/tick.ts';

/** Everything that the handling of an event needs. Created once per process. */
export interface AggregatorDependencies {
  api: ApiDependencies;
  tick: TickDependencies;
}

/**
 * Answers one event of any kind. An error of the caller becomes a problem (RFC 9457): the HTTP answer to a Function URL request, or
 * the result of any other invocation. Rejects only if a tick fails: then Lambda counts an error, and the alarm changes to ALARM.
 */
export async function answerEvent(
  event: unknown,
  dependencies: AggregatorDependencies,
  limits: CallLimits,
): Promise<Outcome> {
  let call: Call;
  try {
    call = readEvent(event, limits);
  } catch (error) {
    if (!(error instanceof Problem)) logFault('event', error);
    const problem = error instanceof Problem ? error : internalProblem();
    return { text: JSON.stringify(problem.body) };
  }
  if (call.kind === 'tick') {
    const id = call.scheduledAt.toISOString();
    return { text: JSON.stringify(await runTick({ id, scheduledAt: id }, dependencies.tick)) };
  }
  // A tick does not use the API, so its code is loaded with the first request.
  const { answer } = await import('../api/router.ts');
  const response = await answer(call.request, dependencies.api);
  return call.kind === 'http' ? { http: response } : { text: await asJson(response) };
}

/** A direct invocation always returns JSON. Other text becomes a JSON string. */
async function asJson({ headers, body }: ApiResponse): Promise<string> {
  let text = '';
  if (typeof body === 'string') text = body;
  else for await (const chunk of body) text += chunk;
  return /\bjson\b/.test(headers['content-type'] ?? '') ? text.trimEnd() : JSON.stringify(text);
}
