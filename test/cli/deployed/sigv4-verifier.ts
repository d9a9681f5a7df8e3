import { createHash, createHmac } from 'node:crypto';

/** A request as it was received. */
export interface SignedRequest {
  method: string;
  /** Path and query as sent. */
  url: string;
  headers: Readonly<Record<string, string | undefined>>;
  body: string;
}

/**
 * Checks a header-signed AWS Signature Version 4 as the receiver does, written from the documentation ("Create a signed AWS API
 * request", IAM User Guide) and independent of the library that signs. Returns the error, or undefined. `service` and `region` are
 * those of the receiver.
 */
export function signatureProblem(
  request: SignedRequest,
  { secret, service, region }: { secret: string; service: string; region: string },
): string | undefined {
  const authorization = request.headers['authorization'] ?? '';
  const parts =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([a-z\d;-]+), Signature=([\da-f]{64})$/.exec(
      authorization,
    );
  if (!parts) return `no signature: ${authorization}`;
  const [, , day = '', signedRegion = '', signedService = '', signedHeaders = '', signature = ''] = parts;
  if (signedRegion !== region || signedService !== service)
    return `signed for ${signedService} in ${signedRegion}`;
  const names = signedHeaders.split(';');
  if (!names.includes('host') || !names.includes('x-amz-date'))
    return `too little is signed: ${signedHeaders}`;
  const date = request.headers['x-amz-date'] ?? '';
  const hash = createHash('sha256').update(request.body).digest('hex');
  if ((request.headers['x-amz-content-sha256'] ?? hash) !== hash) return 'the body is not what was signed';
  const [path = '', query = ''] = request.url.split('?');
  const canonical = [
    request.method,
    // Every service but S3 encodes the encoded path once more.
    path.split('/').map(encode).join('/'),
    [...new URLSearchParams(query)]
      .map(([name, value]) => `${encode(name)}=${encode(value)}`)
      .toSorted((a, b) => (a < b ? -1 : 1))
      .join('&'),
    ...names.map((name) => `${name}:${(request.headers[name] ?? '').trim()}`),
    '',
    signedHeaders,
    hash,
  ].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', date, scope, createHash('sha256').update(canonical).digest('hex')].join(
    '\n',
  );
  const key = [day, region, service, 'aws4_request'].reduce<string | Buffer>(
    (last, part) => createHmac('sha256', last).update(part).digest(),
    `AWS4${secret}`,
  );
  const expected = createHmac('sha256', key).update(text).digest('hex');
  return expected === signature ? undefined : `another signature was expected for\n${canonical}`;
}

/** RFC 3986: encodes everything except unreserved characters. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
