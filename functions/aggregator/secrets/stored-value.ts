import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import type { StoredSecret } from '../../../configuration/configuration.ts';
import { signedHeaders, type Credentials } from './signature.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface StoreOptions {
  /** Has `AWS_REGION`, and `AWS_ENDPOINT_URL` as the SDKs read it. Default: the environment of this process. */
  env?: Environment;
  credentials?: Credentials;
  signal?: AbortSignal;
}

/** One call of a secret store: its service, its operation, and where the answer has the value. */
interface Call {
  service: 'ssm' | 'secretsmanager';
  region: string;
  operation: string;
  input: Record<string, unknown>;
  valueOf: (answer: unknown) => unknown;
}

const TIMEOUT_MS = 5000;

/**
 * Reads a value from SSM Parameter Store (decrypted) or from Secrets Manager (the current string). Sends one request on a new
 * connection, because a connection that was idle while Lambda froze the process may be dead. The SDK's clients are not used: their
 * code is larger than that of all announcers. Rejects with one line that names the parameter or secret and the reason. The line never
 * has the value.
 *
 * Requests and answers: AWS Systems Manager API Reference, GetParameter; AWS Secrets Manager API Reference, GetSecretValue.
 */
export async function readStoredSecret(
  secret: StoredSecret,
  { env = process.env, credentials = defaultProvider(), signal }: StoreOptions = {},
): Promise<string> {
  const call = callFor(secret, env['AWS_REGION'] ?? '');
  const name =
    secret.parameter === undefined
      ? `the secret ${String(secret.secret)}`
      : `the parameter ${secret.parameter}`;
  const url = endpointOf(call, env);
  const body = JSON.stringify(call.input);
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': call.operation };
  let status: number;
  let answer: unknown;
  try {
    const { service, region } = call;
    const signed = await signedHeaders(
      { method: 'POST', url, headers, body },
      { service, region, credentials },
    );
    const within = AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), ...(signal ? [signal] : [])]);
    const response = await post(url, signed, body, within);
    status = response.statusCode ?? 0;
    answer = parsed(await text(response));
  } catch (error) {
    throw new Error(`${name} could not be read: ${reasonOf(error)}`, { cause: error });
  }
  if (status !== 200) throw new Error(`${name} could not be read: ${status} ${errorTypeOf(answer)}`);
  const value = call.valueOf(answer);
  if (typeof value === 'string') return value;
  throw new Error(`${name} has no text value`);
}

function callFor({ parameter, secret }: StoredSecret, home: string): Call {
  if (parameter !== undefined) {
    return {
      service: 'ssm',
      region: home,
      operation: 'AmazonSSM.GetParameter',
      input: { Name: parameter, WithDecryption: true },
      valueOf: (answer) => property(property(answer, 'Parameter'), 'Value'),
    };
  }
  // A secret with an ARN may be in another region.
  const [, region = home] = /^arn:[^:]+:secretsmanager:([^:]+):/.exec(secret ?? '') ?? [];
  return {
    service: 'secretsmanager',
    region,
    operation: 'secretsmanager.GetSecretValue',
    input: { SecretId: secret },
    valueOf: (answer) => property(answer, 'SecretString'),
  };
}

function endpointOf({ service, region }: Call, env: Environment): URL {
  const configured =
    env[service === 'ssm' ? 'AWS_ENDPOINT_URL_SSM' : 'AWS_ENDPOINT_URL_SECRETS_MANAGER'] ??
    env['AWS_ENDPOINT_URL'];
  return new URL(configured ?? `https://${service}.${region}.${domainOf(region)}/`);
}

/** The partitions of configuration/regions.ts (AWS SDKs, partitions.json). */
function domainOf(region: string): string {
  if (region.startsWith('cn-')) return 'amazonaws.com.cn';
  return region.startsWith('eusc-') ? 'amazonaws.eu' : 'amazonaws.com';
}

function post(
  url: URL,
  headers: Record<string, string>,
  body: string,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options: RequestOptions = { method: 'POST', headers, agent: false, signal };
    const send = url.protocol === 'http:' ? httpRequest : httpsRequest;
    send(url, options, resolve).on('error', reject).end(body);
  });
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

/** The error's name in `__type`, without the namespace that may precede it. */
function errorTypeOf(answer: unknown): string {
  const type = property(answer, '__type');
  return typeof type === 'string' ? type.slice(type.lastIndexOf('#') + 1) : 'unknown error';
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'the request failed';
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return 'no answer in time';
  return 'code' in error ? String(error.code) : error.message;
}
