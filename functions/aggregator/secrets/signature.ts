import { createHash, createHmac } from 'node:crypto';
import type { BinaryLike, Hash, Hmac } from 'node:crypto';
import type { defaultProvider } from '@aws-sdk/credential-provider-node';
import { SignatureV4 } from '@smithy/signature-v4';

export type Credentials = ReturnType<typeof defaultProvider>;

/** A request to sign. The signature covers `body`. */
export interface UnsignedRequest {
  method: string;
  url: URL;
  headers: Record<string, string>;
  body: string;
}

/**
 * Signs a request to an AWS service with Signature Version 4 and resolves to its headers. Rejects with the error of the credential
 * provider if there are no credentials.
 */
export async function signedHeaders(
  { method, url, headers, body }: UnsignedRequest,
  { service, region, credentials }: { service: string; region: string; credentials: Credentials },
): Promise<Record<string, string>> {
  const signature = new SignatureV4({ service, region, credentials, sha256: Sha256 });
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
