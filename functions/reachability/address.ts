import type { Family } from './report.ts';

/** An IP address in network byte order (4 or 16 bytes) and in its one canonical spelling. */
export interface Address {
  family: Family;
  bytes: Uint8Array;
  /** Dotted decimal, or RFC 5952; a zone (`%eth0`) stays at its end. */
  text: string;
}

/** The name of a network interface on Linux: at most 15 characters (IFNAMSIZ in netdevice(7)), here only the usual ones; or its number. */
const ZONE = /^[\w.-]{1,15}$/;

/**
 * Reads an IP literal. IPv4 in every spelling that inet_aton(3) takes: one to four parts, decimal, octal (`0177.1`) or
 * hexadecimal (`0x7f000001`). IPv6 as in RFC 4291 section 2.2, with an optional zone (RFC 4007 section 11) of 1 to
 * 15 letters, digits, `_`, `.` and `-`, without brackets. Returns undefined for anything else.
 */
export function parseAddress(text: string): Address | undefined {
  const bytes4 = ipv4Bytes(text);
  if (bytes4) return { family: 4, bytes: bytes4, text: [...bytes4].join('.') };
  const [literal = '', zone, ...rest] = text.split('%');
  if (rest.length > 0 || (zone !== undefined && !ZONE.test(zone))) return undefined;
  const bytes6 = ipv6Bytes(literal);
  if (!bytes6) return undefined;
  return { family: 6, bytes: bytes6, text: ipv6Text(bytes6) + (zone === undefined ? '' : `%${zone}`) };
}

/** Whether the rules of inet_aton(3) apply: the last label is a number, so this cannot be a DNS name (WHATWG URL, "ends in a number"). */
export function endsInNumber(text: string): boolean {
  const last = text.replace(/\.$/, '').split('.').at(-1) ?? '';
  return /^(\d+|0x[\da-f]*)$/i.test(last);
}

function ipv4Bytes(text: string): Uint8Array | undefined {
  const parts = text.replace(/\.$/, '').split('.');
  if (parts.length > 4) return undefined;
  const numbers: number[] = [];
  for (const part of parts) {
    const radix = /^0x[\da-f]*$/i.test(part)
      ? 16
      : /^0[0-7]*$/.test(part)
        ? 8
        : /^[1-9]\d*$/.test(part)
          ? 10
          : 0;
    if (radix === 0) return undefined;
    const digits = radix === 16 ? part.slice(2) : part;
    numbers.push(digits === '' ? 0 : Number.parseInt(digits, radix));
  }
  const last = numbers.pop() ?? 0;
  const room = 4 - numbers.length;
  if (numbers.some((n) => n > 255) || last >= 256 ** room) return undefined;
  const value = numbers.reduce((sum, n, index) => sum + n * 256 ** (3 - index), last);
  return Uint8Array.of(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
}

function ipv6Bytes(text: string): Uint8Array | undefined {
  const halves = text.split('::');
  if (halves.length > 2 || !text.includes(':')) return undefined;
  const head = groups(halves[0] ?? '');
  const tail = halves.length === 2 ? groups(halves[1] ?? '') : [];
  if (!head || !tail) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const words = [...head, ...Array.from({ length: halves.length === 2 ? missing : 0 }, () => 0), ...tail];
  return Uint8Array.from(words.flatMap((word) => [word >>> 8, word & 255]));
}

function groups(text: string): number[] | undefined {
  if (text === '') return [];
  const words: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (index === parts.length - 1 && /^\d+\.\d+\.\d+\.\d+$/.test(part)) {
      const v4 = part.split('.').map(Number);
      const [a = 256, b = 256, c = 256, d = 256] = v4;
      if (v4.some((n) => n > 255)) return undefined;
      words.push((a << 8) | b, (c << 8) | d);
    } else if (/^[\da-f]{1,4}$/i.test(part)) words.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return words;
}

/** RFC 5952 section 4: lower case, no leading zeros, the longest run of two or more zero groups becomes `::`. */
function ipv6Text(bytes: Uint8Array): string {
  const words = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0));
  let start = -1;
  let length = 1;
  for (let i = 0; i < 8; i++) {
    let end = i;
    while (end < 8 && words[end] === 0) end++;
    if (end - i > length) [start, length] = [i, end - i];
  }
  const hex = words.map((word) => word.toString(16));
  if (start < 0) return hex.join(':');
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`;
}
