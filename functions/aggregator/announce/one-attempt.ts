import { NotTakenError, RejectedError } from './announcer.ts';

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

/** Answers of HTTP that are about the message and not about the channel; {@link RejectedError} names the others. */
export const MESSAGE_STATUSES: ReadonlySet<number> = new Set([400, 413, 422]);

/**
 * The codes of AWS that are about a message (SNS, Publish, errors; EventBridge, PutEventsResultEntry). AWS answers 400 for throttling,
 * encryption keys and much else that is not.
 */
const MESSAGE_CODES =
  /^(InvalidParameter|InvalidParameterValue|Validation|InvalidArgument|MalformedDetail)(Exception|Error)?$/;
/** The same codes, but about where it goes to. */
const NAMES_THE_CHANNEL = /TopicArn|EventBusName/i;

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
    throw refusal(error.name, error.message, { status, cause: error });
  }
}

/** What AWS refused: this message, or anything that comes over this channel. */
export function refusal(
  code: string,
  message: string,
  { status, cause }: { status?: number | undefined; cause?: unknown } = {},
): NotTakenError {
  const aboutMessage = MESSAGE_CODES.test(code) && !NAMES_THE_CHANNEL.test(message);
  const Kind = aboutMessage || status === 413 ? RejectedError : NotTakenError;
  return new Kind(`${code}: ${message}`, { cause });
}

function statusOf(error: Error): number | undefined {
  if (!('$metadata' in error)) return undefined;
  const { $metadata: metadata } = error;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}
