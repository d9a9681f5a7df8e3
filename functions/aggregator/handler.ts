import { answerEvent } from './handler/answer.ts';
import { dependenciesFromEnvironment } from './handler/dependencies.ts';
import { lambdaHandler, type CallContext, type LambdaStreaming } from './handler/lambda-runtime.ts';
import type { CallLimits } from './handler/event.ts';

/** For judging, storing and writing the answer once the last probe is back. */
const MARGIN_MS = 3000;
/** Two rounds with time to spare, and a stop where an emulator knows no remaining time. */
const MOST_MS = 120_000;
const LEAST_MS = 5000;

// Lambda's runtime alone has the function; the object itself is also made by the AWS SDK, wherever it believes itself in Lambda.
const runtime: Partial<LambdaStreaming> | undefined = Reflect.get(globalThis, 'awslambda');
const streaming = isStreaming(runtime) ? runtime : undefined;
const parts = dependenciesFromEnvironment(process.env, import.meta.dirname);

function limitsOf(context: CallContext): CallLimits {
  const remainingMs = context.getRemainingTimeInMillis?.() ?? MOST_MS;
  return {
    // Lambda does not tell when a caller has gone away.
    signal: new AbortController().signal,
    deadlineMs: Math.min(MOST_MS, Math.max(LEAST_MS, remainingMs - MARGIN_MS)),
  };
}

/** The aggregator: Function URL requests, ticks of the schedule and direct invocations; see handler/event.ts. */
export const handler = lambdaHandler(
  (event, context) => answerEvent(event, parts, limitsOf(context)),
  streaming,
);

function isStreaming(given: Partial<LambdaStreaming> | undefined): given is LambdaStreaming {
  return typeof given?.streamifyResponse === 'function';
}
