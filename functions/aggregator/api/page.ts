import { createHash } from 'node:crypto';
import type { ApiRequest, ApiResponse } from './http.ts';
import type { PageFile } from './dependencies.ts';

/** The page uses only its own files, so the policy allows nothing else. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** A file of the status page (web/), with an entity tag so that a reload transfers nothing. */
export function pageResponse(
  { contentType, text }: PageFile,
  { headers }: Pick<ApiRequest, 'headers'>,
): ApiResponse {
  const etag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;
  const known = headers['if-none-match'] === etag;
  return {
    status: known ? 304 : 200,
    headers: {
      'content-type': contentType,
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-cache',
      etag,
    },
    body: known ? '' : text,
  };
}
