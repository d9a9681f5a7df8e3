import type { IncomingHttpHeaders } from 'node:http';
import { Problem } from '../../functions/aggregator/api/problem.ts';

/** The names of this machine in a browser. Any other name in `Host` was bound to this address from outside (DNS rebinding). */
const OWN_NAMES = /^(localhost|[\w.-]+\.localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

/** Values of `Sec-Fetch-Site` for the page of this server, or for a person who typed the address. */
const OWN_SITES: readonly string[] = ['same-origin', 'none'];

/**
 * Throws a {@link Problem} for a request that a web page of another origin has made: 421 where the `Host` is not this machine (DNS
 * rebinding), 403 where `Origin` or `Sec-Fetch-Site` (W3C Fetch Metadata) names another origin. This holds for every method: such a
 * page cannot read an answer, but its request causes work, and with `status --web` a call of the service. A link that a person
 * follows to this server is allowed. Programs send neither header.
 */
export function refuseForeignOrigins(method: string, headers: IncomingHttpHeaders): void {
  const { host = '', origin } = headers;
  if (!OWN_NAMES.test(host)) {
    throw new Problem(421, 'not-loopback', 'this server accepts only requests to localhost');
  }
  if (origin !== undefined && origin.toLowerCase() !== `http://${host.toLowerCase()}`) throw foreign();
  const site = headers['sec-fetch-site'];
  if (site !== undefined && !OWN_SITES.includes(site) && !isFollowedLink(method, headers)) throw foreign();
}

/** The destination is `iframe`, `embed` and so on where the page itself shows the answer. */
function isFollowedLink(method: string, headers: IncomingHttpHeaders): boolean {
  return (
    method === 'GET' && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document'
  );
}

function foreign(): Problem {
  return new Problem(403, 'foreign-origin', 'requests from web pages of another origin are not allowed');
}
