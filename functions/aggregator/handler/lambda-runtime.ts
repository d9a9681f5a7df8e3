import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { ApiResponse } from '../api/http.ts';

/** The result of one call: an HTTP answer, or the JSON text that an invocation returns. */
export type Outcome = { http: ApiResponse } | { text: string };

/** The part of Lambda's context that is used. Emulators report no usable remaining time. */
export interface CallContext {
  getRemainingTimeInMillis?: () => number;
}

/** The part of the global `awslambda` that is used. Lambda's Node.js runtime provides it; emulators do not. */
export interface LambdaStreaming {
  streamifyResponse(
    handler: (event: unknown, stream: Writable, context: CallContext) => Promise<void>,
  ): unknown;
  HttpResponseStream: {
    from(stream: Writable, prelude: { statusCode: number; headers: Record<string, string> }): Writable;
  };
}

/** Separates the JSON head from the body of a streamed Function URL answer. */
const PRELUDE_END = '\0'.repeat(8);

/**
 * Creates the exported handler. With Lambda's streaming global, answers are streamed. Without it (an emulator), the handler returns
 * the same bytes as one string, in the same framing. The type of the result belongs to the runtime.
 */
export function lambdaHandler(
  run: (event: unknown, context: CallContext) => Promise<Outcome>,
  streaming: LambdaStreaming | undefined,
): unknown {
  if (!streaming) {
    return async (event: unknown, context: CallContext) => asOneString(await run(event, context));
  }
  return streaming.streamifyResponse(async (event, stream, context) => {
    const outcome = await run(event, context);
    if ('text' in outcome) return writeAll([outcome.text], stream);
    const { status, headers, body } = outcome.http;
    const framed = streaming.HttpResponseStream.from(stream, { statusCode: status, headers });
    return writeAll(typeof body === 'string' ? [body] : body, framed);
  });
}

/** Writes every chunk and ends the stream. Waits while the buffer is full. Needs at least one chunk: the first write sends the head. */
async function writeAll(chunks: Iterable<string> | AsyncIterable<string>, stream: Writable): Promise<void> {
  for await (const chunk of chunks) {
    if (!stream.write(chunk)) await once(stream, 'drain');
  }
  stream.end();
  await finished(stream, { readable: false });
}

async function asOneString(outcome: Outcome): Promise<unknown> {
  if ('text' in outcome) return JSON.parse(outcome.text) as unknown;
  const { status, headers, body } = outcome.http;
  const head = JSON.stringify({ statusCode: status, headers });
  let text = '';
  if (typeof body === 'string') text = body;
  else for await (const chunk of body) text += chunk;
  return `${head}${PRELUDE_END}${text}`;
}
