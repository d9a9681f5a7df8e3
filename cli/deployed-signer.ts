import { createHash, createHmac } from 'node:crypto';
import type { BinaryLike, Hash, Hmac } from 'node:crypto';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { SignatureV4 } from '@smithy/signature-v4';
import { UsageError } from './usage-error.ts';

/** The headers to send with a request so that the Function URL knows who asks. */
export type Signer = (request: {
  method: string;
  url: URL;
  headers: Record<string, string>;
  body: string;
}) => Promise<Record<string, string>>;

type Credentials = ReturnType<typeof defaultProvider>;

/**
 * Signs with Signature Version 4 for the service `lambda`, with the credentials that the AWS command line would use: environment,
 * profile, SSO, role.
 */
export function awsSigner(region: string, credentials: Credentials = defaultProvider()): Signer {
  const signature = new SignatureV4({ service: 'lambda', region, credentials, sha256: Sha256 });
  return async ({ method, url, headers, body }) => {
    const request = {
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: queryOf(url),
      headers: { ...headers, host: url.host },
      body,
    };
    const signed = await signature.sign(request).catch((error: unknown) => {
      const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
      throw new UsageError(`no usable AWS credentials: ${reason}`);
    });
    const { host: _host, ...rest } = signed.headers;
    return rest;
  };
}

function queryOf(url: URL): Record<string, string | string[]> {
  const query: Record<string, string | string[]> = {};
  for (const name of new Set(url.searchParams.keys())) query[name] = url.searchParams.getAll(name);
  return query;
}

type SourceData = string | ArrayBuffer | ArrayBufferView;

/** The hash in the shape that the signer wants it, from Node's own. */
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
