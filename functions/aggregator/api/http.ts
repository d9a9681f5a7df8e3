/**
 * A request to the API. Function URL events, direct invocations and requests to the loopback server become the same type, so that
 * every route behaves the same.
 */
export interface ApiRequest {
  /** Upper case. */
  method: string;
  /** As sent: percent-encoded, without the query. */
  path: string;
  query: URLSearchParams;
  /** Names in lower case. */
  headers: Readonly<Record<string, string | undefined>>;
  body: Uint8Array;
  /** Aborts when the caller disconnects. */
  signal: AbortSignal;
  /** How long the whole answer may take. In Lambda: the remaining time minus a margin. */
  deadlineMs: number;
}

export interface ApiResponse {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  /** Chunks for an answer that is streamed. */
  body: string | AsyncIterable<string>;
}

/** The limit of a body. It fits the 1,000 targets of one check with 260 characters each. */
export const MAX_BODY_BYTES = 320 * 1024;

/** An answer with `value` as JSON. Caches must not store it, because it describes the current state. */
export function json(value: unknown, status = 200): ApiResponse {
  return {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: `${JSON.stringify(value)}\n`,
  };
}
