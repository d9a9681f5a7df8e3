import { NotTakenError, RejectedError } from './announcer.ts';

/**
 * The configuration of clients that announce. The SDK's retries are off: the SDK would send a message again after a lost answer, and
 * the message would not be marked as a possible repeat. The next tick retries and marks it. A connection is used once, because it may
 * be dead after Lambda has frozen the process between two ticks.
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

/** Error codes of connections that were never established. */
export const NEVER_LEFT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
]);

/** HTTP statuses that are about the message and not about the channel; see {@link RejectedError}. */
export const MESSAGE_STATUSES: ReadonlySet<number> = new Set([400, 413, 422]);

/**
 * AWS error codes that are about a message (SNS, Publish, errors; EventBridge, PutEventsResultEntry). AWS also returns status 400 for
 * throttling, encryption keys and other errors that are not about a message.
 */
const MESSAGE_CODES =
  /^(InvalidParameter|InvalidParameterValue|Validation|InvalidArgument|MalformedDetail)(Exception|Error)?$/;
/** An error with one of these codes is about the channel if its message has one of these names. */
const NAMES_THE_CHANNEL = /TopicArn|EventBusName/i;

/**
 * Runs one request of an AWS client. Rejects with a {@link NotTakenError} if the message was certainly not accepted (a 4xx status, or
 * no connection), and with the error itself if it may have been accepted (any other error, also a 5xx status).
 */
export async function sendOnce<T>(send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const status = statusOf(error);
    const rejected = status !== undefined && status >= 400 && status < 500;
    const neverLeft = 'code' in error && NEVER_LEFT.has(String(error.code));
    if (!rejected && !neverLeft) throw error;
    throw refusal(error.name, error.message, { status, cause: error });
  }
}

/** The error for a request that AWS rejected, because of this message or because of the channel. */
export function refusal(
  code: string,
  message: string,
  { status, cause }: { status?: number | undefined; cause?: unknown } = {},
): NotTakenError {
  const aboutMessage = MESSAGE_CODES.test(code) && !NAMES_THE_CHANNEL.test(message);
  const Kind = aboutMessage || status === 413 ? RejectedError : NotTakenError;
  return new Kind(`${code}: ${message}`, { cause });
}

/** The HTTP status of an AWS error, where an answer came. */
export function statusOf(error: Error): number | undefined {
  if (!('$metadata' in error)) return undefined;
  const { $metadata: metadata } = error;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}
