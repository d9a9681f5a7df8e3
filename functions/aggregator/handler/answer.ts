import type { ApiResponse } from '../api/http.ts';
import { logFault } from '../api/problem.ts';
import type { ApiDependencies } from '../api/dependencies.ts';
import { internalProblem, Problem } from '../api/problem.ts';
import { readEvent, type Call, type CallLimits } from './event.ts';
import type { Outcome } from './lambda-runtime.ts';
import { runTick, type TickDependencies } from '../tick/tick.ts';

/** Everything that an event can need, made once per process. */
export interface AggregatorDependencies {
  api: ApiDependencies;
  tick: TickDependencies;
}

/**
 * Answers one event of any kind. What the caller did wrong is a problem (RFC 9457): as an HTTP answer to a Function URL request, as
 * the result of every other invocation. Rejects only where a tick fails, so that Lambda counts an error and the alarm rings.
 */
export async function answerEvent(
  event: unknown,
  parts: AggregatorDependencies,
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
    return { text: JSON.stringify(await runTick({ id, scheduledAt: id }, parts.tick)) };
  }
  // A tick needs no route, so the code of the API is loaded with the first call of it.
  const { answer } = await import('../api/router.ts');
  const response = await answer(call.request, parts.api);
  return call.kind === 'http' ? { http: response } : { text: await asJson(response) };
}

/** A direct invocation returns JSON whatever the route answers; other text becomes a JSON string. */
async function asJson({ headers, body }: ApiResponse): Promise<string> {
  let text = '';
  if (typeof body === 'string') text = body;
  else for await (const chunk of body) text += chunk;
  return /\bjson\b/.test(headers['content-type'] ?? '') ? text.trimEnd() : JSON.stringify(text);
}
