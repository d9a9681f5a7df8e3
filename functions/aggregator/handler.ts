import { answerEvent } from './handler/answer.ts';
import { dependenciesFromEnvironment } from './handler/dependencies.ts';
import { lambdaHandler, type CallContext, type LambdaStreaming } from './handler/lambda-runtime.ts';
import type { CallLimits } from './handler/event.ts';

/** The time to judge, store and write the answer after the last report. */
const MARGIN_MS = 3000;
/** Longer than two rounds take. Also the deadline where an emulator reports no remaining time. */
const MOST_MS = 120_000;
const LEAST_MS = 5000;

// Only Lambda's runtime has the function. The AWS SDK creates the object too, where it detects Lambda.
const runtime: Partial<LambdaStreaming> | undefined = Reflect.get(globalThis, 'awslambda');
const streaming = isStreaming(runtime) ? runtime : undefined;
const dependencies = dependenciesFromEnvironment(process.env, import.meta.dirname);

function limitsOf(context: CallContext): CallLimits {
  const remainingMs = context.getRemainingTimeInMillis?.() ?? MOST_MS;
  return {
    // Lambda does not report that a caller has disconnected.
    signal: new AbortController().signal,
    deadlineMs: Math.min(MOST_MS, Math.max(LEAST_MS, remainingMs - MARGIN_MS)),
  };
}

/** The aggregator. It handles Function URL requests, ticks of the schedule and direct invocations; see handler/event.ts. */
export const handler = lambdaHandler(
  (event, context) => answerEvent(event, dependencies, limitsOf(context)),
  streaming,
);

function isStreaming(given: Partial<LambdaStreaming> | undefined): given is LambdaStreaming {
  return typeof given?.streamifyResponse === 'function';
}
