import { InvokeCommand, LambdaClient, type LambdaClientConfig } from '@aws-sdk/client-lambda';
import type { ProbeReport } from '../../reachability/report.ts';
import type { ProbeRequest } from '../../reachability/request.ts';
import { oneLine } from '../../reachability/one-line.ts';
import { AWS } from '../../reachability/words.ts';
import { parseAnswerText } from './vantage.ts';
import { VantageError, type Vantage } from './vantage.ts';

export interface LambdaVantageOptions {
  /** Default: the region. */
  name?: string;
  /** Default: `aws`. */
  network?: string;
  /** Default: the SDK's default credential chain. */
  credentials?: LambdaClientConfig['credentials'];
  /** Default: the endpoint of the region, or `AWS_ENDPOINT_URL`. */
  endpoint?: string;
}

/** Lambda's limit for the answer of a synchronous invocation (Lambda quotas: 6 MB). */
const MAX_ANSWER_BYTES = 6 * 1024 * 1024;

/** TCP and TLS handshakes to the farthest region take less than a second. */
const CONNECTION_TIMEOUT_MS = 3000;

/** The timeout of a request without a deadline. */
const REQUEST_TIMEOUT_MS = 30_000;
const TRANSPORT_MS = 5000;

/**
 * The Lambda function `functionName` in `region` as a vantage. Each probe is one HTTP request. The SDK's retries are off, because a
 * second answer would be about another time. A connection is used once, because an idle connection may be dead.
 */
export function lambdaVantage(
  region: string,
  functionName: string,
  options: LambdaVantageOptions = {},
): Vantage {
  let client: LambdaClient | undefined;
  return {
    name: options.name ?? region,
    network: options.network ?? AWS,
    async probe(request, signal) {
      client ??= new LambdaClient({
        region,
        maxAttempts: 1,
        ...(options.endpoint !== undefined && { endpoint: options.endpoint }),
        ...(options.credentials && { credentials: options.credentials }),
        requestHandler: {
          connectionTimeout: CONNECTION_TIMEOUT_MS,
          requestTimeout: REQUEST_TIMEOUT_MS,
          throwOnRequestTimeout: true,
          httpAgent: { keepAlive: false },
          httpsAgent: { keepAlive: false },
        },
      });
      return invoke(client, functionName, request, signal);
    },
  };
}

async function invoke(
  client: LambdaClient,
  functionName: string,
  request: ProbeRequest,
  signal: AbortSignal,
): Promise<ProbeReport> {
  const requestTimeout =
    request.deadlineMs === undefined ? REQUEST_TIMEOUT_MS : request.deadlineMs + TRANSPORT_MS;
  const command = new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(request) });
  const answer = await client
    .send(command, { abortSignal: signal, requestTimeout })
    .catch((error: unknown) => {
      throw new VantageError(invokeErrorReason(error, functionName), { cause: error });
    });
  const payload = answer.Payload ?? new Uint8Array();
  if (answer.FunctionError !== undefined) throw new VantageError(functionErrorReason(payload));
  if (payload.length > MAX_ANSWER_BYTES) {
    throw new VantageError(
      `the answer has ${(payload.length / 1024 / 1024).toFixed(1)} MB; Lambda's limit is 6 MB`,
    );
  }
  return parseAnswerText(Buffer.from(payload).toString('utf8'));
}

/** Reads the error that Lambda returns in the payload if the function fails (Lambda developer guide, "function errors"). */
function functionErrorReason(payload: Uint8Array): string {
  const text = Buffer.from(payload).toString('utf8');
  let failure: { errorType?: unknown; errorMessage?: unknown } = {};
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null) failure = parsed;
  } catch {
    failure = { errorMessage: text };
  }
  const type = typeof failure.errorType === 'string' ? failure.errorType : '';
  const message = (typeof failure.errorMessage === 'string' ? failure.errorMessage : '')
    .replace(/^RequestId: \S+ (Error: )?/, '')
    .replace(/^\d{4}-\d\d-\d\dT\S+ [\da-f-]{36} /, '');
  if (type === 'Function.ResponseSizeTooLarge') return "the answer is larger than Lambda's limit of 6 MB";
  const detail = [type, message].filter((part) => part !== '').join(': ');
  return oneLine(detail === '' ? 'the function failed' : `the function failed: ${detail}`);
}

function invokeErrorReason(error: unknown, functionName: string): string {
  if (!(error instanceof Error)) return oneLine(`could not be invoked: ${String(error)}`);
  const { name, message } = error;
  const detail = message === '' ? name : message;
  const status = '$metadata' in error ? httpStatus(error.$metadata) : undefined;
  if (name === 'AbortError') return 'stopped';
  // The SDK also reports a closed connection as a TimeoutError.
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  if (status === undefined && code !== undefined && code !== 'ETIMEDOUT') {
    return oneLine(`the connection to Lambda failed: ${code}`);
  }
  if (name === 'TimeoutError')
    return oneLine(`Lambda did not answer in time: ${message.replace(/^.*\] /, '')}`);
  if (name === 'CredentialsProviderError') return oneLine(`no AWS credentials: ${message}`);
  if (status === 429) return oneLine(`throttled (429): ${detail}`);
  if (status === 403) return oneLine(`forbidden (403): ${detail}`);
  if (status === 404) return oneLine(`missing (404): the region has no function ${functionName}`);
  if (status !== undefined && status >= 500) return oneLine(`Lambda failed (${status}): ${detail}`);
  if (status !== undefined && status >= 400)
    return oneLine(`Lambda rejected the request (${status}): ${detail}`);
  if (code !== undefined) return oneLine(`the connection to Lambda failed: ${code}`);
  return oneLine(`could not be invoked: ${name}: ${message}`);
}

function httpStatus(metadata: unknown): number | undefined {
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}
