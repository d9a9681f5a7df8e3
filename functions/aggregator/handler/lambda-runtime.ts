import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { ApiResponse } from '../api/http.ts';

/** What one call comes to: an HTTP answer, or the JSON text that an invocation returns. */
export type Outcome = { http: ApiResponse } | { text: string };

/** The little that is used of Lambda's context; emulators give no remaining time worth the name. */
export interface CallContext {
  getRemainingTimeInMillis?: () => number;
}

/** The global that Lambda's Node.js runtime offers, and no emulator does: `typeof awslambda`, as far as it is used. */
export interface LambdaStreaming {
  streamifyResponse(
    handler: (event: unknown, stream: Writable, context: CallContext) => Promise<void>,
  ): unknown;
  HttpResponseStream: {
    from(stream: Writable, prelude: { statusCode: number; headers: Record<string, string> }): Writable;
  };
}

/** Between the JSON head and the body of a streamed Function URL answer. */
const PRELUDE_END = '\0'.repeat(8);

/**
 * Makes the exported handler. With Lambda's streaming global, answers go out as they come to be. Without it (an emulator), the
 * same bytes are returned in one piece, framed as the global would have framed them. What it is made into is the runtime's own.
 */
export function lambdaHandler(
  run: (event: unknown, context: CallContext) => Promise<Outcome>,
  streaming: LambdaStreaming | undefined,
): unknown {
  if (!streaming) {
    return async (event: unknown, context: CallContext) => inOnePiece(await run(event, context));
  }
  return streaming.streamifyResponse(async (event, stream, context) => {
    const outcome = await run(event, context);
    if ('text' in outcome) return writeAll([outcome.text], stream);
    const { status, headers, body } = outcome.http;
    const framed = streaming.HttpResponseStream.from(stream, { statusCode: status, headers });
    return writeAll(typeof body === 'string' ? [body] : body, framed);
  });
}

/** Writes every chunk (at least one: the head goes out with it), keeps the reader's pace and ends the stream. */
async function writeAll(chunks: Iterable<string> | AsyncIterable<string>, stream: Writable): Promise<void> {
  for await (const chunk of chunks) {
    if (!stream.write(chunk)) await once(stream, 'drain');
  }
  stream.end();
  await finished(stream, { readable: false });
}

async function inOnePiece(outcome: Outcome): Promise<unknown> {
  if ('text' in outcome) return JSON.parse(outcome.text) as unknown;
  const { status, headers, body } = outcome.http;
  const head = JSON.stringify({ statusCode: status, headers });
  let text = '';
  if (typeof body === 'string') text = body;
  else for await (const chunk of body) text += chunk;
  return `${head}${PRELUDE_END}${text}`;
}
