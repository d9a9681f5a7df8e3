import { endsInNumber, parseAddress } from './address.ts';
import { cleanText } from './clean-text.ts';
import type { Target } from './request.ts';

/** An invalid target, address or name. The message is one line for a person. */
export class TargetError extends Error {
  override readonly name = 'TargetError';
}

/**
 * Parses `host:port`. The host is a DNS name (RFC 1123; underscores are allowed because they are in use), an IPv4 literal in any
 * spelling, or an IPv6 literal in brackets. The result is in canonical form, names in lower case without a trailing dot.
 * Throws {@link TargetError} with what is wrong and what to write instead.
 */
export function parseTarget(text: string): Target {
  if (isUrl(text)) throw new TargetError(`target ${quote(text)}: this is a URL; write host:port`);
  const match = /^(?:\[(?<v6>[^\]]*)\]|(?<host>[^:[\]]*)):(?<port>[^:]*)$/.exec(text.trim());
  if (!match?.groups) throw new TargetError(`target ${quote(text)}: ${shapeAdvice(text)}`);
  const { v6, host = '', port = '' } = match.groups;
  return { host: parseHost(v6 ?? host, text, v6 !== undefined), port: parsePort(port, text) };
}

/** The canonical spelling of a target: IPv6 literals in brackets. */
export function formatTarget({ host, port }: Target): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether the host is a name and not a literal. */
export function isName(host: string): boolean {
  return parseAddress(host) === undefined;
}

/** Checks a host without a port, as in a request. Throws {@link TargetError}. */
export function parseHost(host: string, inText = host, bracketed = false): string {
  const address = parseAddress(host);
  if (address && (address.family === 6 || !bracketed)) return address.text;
  const where = `target ${quote(inText)}`;
  if (bracketed || host.includes(':'))
    throw new TargetError(`${where}: ${quote(host)} is not an IPv6 address`);
  if (host === '') throw new TargetError(`${where}: the host is missing; write host:port`);
  if (endsInNumber(host)) throw new TargetError(`${where}: ${quote(host)} is not an IPv4 address`);
  return parseName(host, where);
}

/** Checks a port without a host. Throws {@link TargetError}. */
export function parsePort(port: string | number, inText = String(port)): number {
  const text = String(port);
  const value = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= 65535) return value;
  throw new TargetError(`target ${quote(inText)}: port ${quote(text)} is not a number from 1 to 65535`);
}

/**
 * Characters that a host name cannot contain. ASCII: all but letters, digits, hyphen, dot and underscore, because the URL parser reads
 * `/`, `?`, `#`, `@`, `\\` and `%` as parts of a URL and removes tabs and line ends. Other: spaces and invisible characters, which IDNA
 * removes; the two joiners are letters in some scripts (RFC 5892, appendix A).
 */
const NEVER_IN_A_NAME = /[^\w.\-\u0080-\u{10ffff}]|[\p{Cc}\p{Cs}\p{Z}]|(?![\u200c\u200d])\p{Cf}/u;

function parseName(host: string, where: string): string {
  const [wrong] = NEVER_IN_A_NAME.exec(host) ?? [];
  if (wrong !== undefined) {
    throw new TargetError(`${where}: ${quote(host)} is not a domain name: it cannot contain ${quote(wrong)}`);
  }
  let name = host.replace(/\.$/, '').toLowerCase();
  if (/[\u0080-\u{10ffff}]/u.test(name)) {
    try {
      name = new URL(`http://${name}/`).hostname;
    } catch {
      throw new TargetError(`${where}: ${quote(host)} is not a domain name`);
    }
    // Other digits and dots become ASCII ones, and the URL parser then reads the name as an address.
    if (endsInNumber(name)) throw new TargetError(`${where}: ${quote(host)} is not an IPv4 address`);
  }
  if (name.length > 253) throw new TargetError(`${where}: the name is longer than 253 characters`);
  for (const label of name.split('.')) {
    if (label.length > 63) throw new TargetError(`${where}: a label is longer than 63 characters`);
    if (!/^[a-z\d_]([a-z\d_-]*[a-z\d_])?$/.test(label)) {
      throw new TargetError(`${where}: ${quote(host)} is not a domain name`);
    }
  }
  return name;
}

function shapeAdvice(text: string): string {
  if ((text.match(/:/g)?.length ?? 0) > 1) return 'an IPv6 address goes in brackets, like [2001:db8::1]:443';
  return 'the port is missing; write host:port';
}

function isUrl(text: string): boolean {
  return /^\s*[a-z][a-z\d+.-]*:\/\//i.test(text);
}

function quote(text: string): string {
  return cleanText(JSON.stringify(text.length > 80 ? `${text.slice(0, 77)}...` : text));
}
