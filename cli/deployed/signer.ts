import { createHash, createHmac } from 'node:crypto';
import type { BinaryLike, Hash, Hmac } from 'node:crypto';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { SignatureV4 } from '@smithy/signature-v4';
import { UsageError } from '../usage-error.ts';

type Credentials = ReturnType<typeof defaultProvider>;

/** A request to sign. The signature covers `body`. */
export interface UnsignedRequest {
  method: string;
  url: URL;
  headers: Record<string, string>;
  body: string;
}

/** The headers of a signed request. */
export type Signer = (request: UnsignedRequest) => Promise<Record<string, string>>;

/**
 * Signs with Signature Version 4 for the service `lambda`, with the credentials that the AWS CLI would use: environment, profile,
 * SSO, role.
 */
export function awsSigner(region: string, credentials: Credentials = defaultProvider()): Signer {
  return async (request) =>
    signedHeaders(request, region, credentials).catch((error: unknown) => {
      const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
      throw new UsageError(`no usable AWS credentials: ${reason}`);
    });
}

/**
 * Signs a request to Lambda with Signature Version 4 and resolves to its headers. Rejects with the error of the credential
 * provider if there are no credentials.
 */
async function signedHeaders(
  { method, url, headers, body }: UnsignedRequest,
  region: string,
  credentials: Credentials,
): Promise<Record<string, string>> {
  const signature = new SignatureV4({ service: 'lambda', region, credentials, sha256: Sha256 });
  const signed = await signature.sign({
    method,
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    query: queryOf(url),
    headers: { ...headers, host: url.host },
    body,
  });
  const { host: _host, ...rest } = signed.headers;
  return rest;
}

function queryOf(url: URL): Record<string, string | string[]> {
  const query: Record<string, string | string[]> = {};
  for (const name of new Set(url.searchParams.keys())) query[name] = url.searchParams.getAll(name);
  return query;
}

type SourceData = string | ArrayBuffer | ArrayBufferView;

/** Node's SHA-256 with the interface that the signer needs. */
class Sha256 {
  readonly #hash: Hash | Hmac;

  constructor(secret?: SourceData) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', toBinary(secret));
  }

  update(data: SourceData): void {
    this.#hash.update(toBinary(data));
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }
}

function toBinary(data: SourceData): BinaryLike {
  if (typeof data === 'string') return data;
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}
