import { NotTakenError } from './announcement.ts';

/**
 * For clients that announce. No retries of the SDK's own: it would send again when an answer was lost, without our knowing. The
 * next tick tries again and says that it may be a repeat. A connection is used once: Lambda freezes the process between two ticks,
 * and a connection that was open before may be dead after.
 */
export const ONE_ATTEMPT = {
  maxAttempts: 1,
  requestHandler: {
    connectionTimeout: 2000,
    requestTimeout: 5000,
    throwOnRequestTimeout: true,
    httpAgent: { keepAlive: false },
    httpsAgent: { keepAlive: false },
  },
} as const;

/** Error codes of connections that were never made. */
export const NEVER_LEFT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
]);

/**
 * Runs one request of an AWS client and tells what certainly was not taken (an answer of 4xx, or no connection at all) from what
 * may have been (anything else, an answer of 5xx too).
 */
export async function sendOnce<T>(send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const status = statusOf(error);
    const refused = status !== undefined && status >= 400 && status < 500;
    const neverLeft = 'code' in error && NEVER_LEFT.has(String(error.code));
    if (!refused && !neverLeft) throw error;
    throw new NotTakenError(`${error.name}: ${error.message}`, { cause: error });
  }
}

function statusOf(error: Error): number | undefined {
  if (!('$metadata' in error)) return undefined;
  const { $metadata: metadata } = error;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}
