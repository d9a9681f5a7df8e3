/**
 * The API's own idea of HTTP: what a Function URL event, a direct invoke and the loopback server are all turned into, so that
 * every route behaves the same wherever it is asked.
 */
export interface ApiRequest {
  /** Upper case. */
  method: string;
  /** As sent, still percent-encoded, without the query. */
  path: string;
  query: URLSearchParams;
  /** Names in lower case. */
  headers: Readonly<Record<string, string | undefined>>;
  body: Uint8Array;
  /** Aborts when the caller has gone away. */
  signal: AbortSignal;
  /** How long the answer may take altogether; in Lambda the remaining time less a margin. */
  deadlineMs: number;
}

export interface ApiResponse {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  /** Chunks as they come to be, for answers that are streamed. */
  body: string | AsyncIterable<string>;
}

/** Longer bodies are turned away: room for the 1,000 targets of one check at 260 characters each. */
export const MAX_BODY_BYTES = 320 * 1024;

/** An answer of `value` as JSON that no cache keeps: every answer here is about now. */
export function json(value: unknown, status = 200): ApiResponse {
  return {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: `${JSON.stringify(value)}\n`,
  };
}
