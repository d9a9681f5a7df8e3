import { parseAddress, type Address } from '../../reachability/address.ts';

/** Addresses whose first `prefix` bits are those of `bytes`. */
export interface Range {
  family: 4 | 6;
  bytes: Uint8Array;
  prefix: number;
}

/** Reads `10.0.0.0/8` or `2001:db8::/32`; a missing prefix means the single address. Undefined for anything else. */
export function parseRange(text: string): Range | undefined {
  const [literal = '', length, ...rest] = text.split('/');
  const address = parseAddress(literal);
  if (!address || rest.length > 0 || literal.includes('%')) return undefined;
  const bits = address.bytes.length * 8;
  if (length === undefined) return { family: address.family, bytes: address.bytes, prefix: bits };
  if (!/^\d{1,3}$/.test(length) || Number(length) > bits) return undefined;
  return { family: address.family, bytes: address.bytes, prefix: Number(length) };
}

/** Whether `range` covers the address; families never match each other. */
export function covers(range: Range, address: Address): boolean {
  if (range.family !== address.family) return false;
  const whole = range.prefix >> 3;
  for (let i = 0; i < whole; i++) if (range.bytes[i] !== address.bytes[i]) return false;
  const mask = (0xff00 >> (range.prefix & 7)) & 0xff;
  return mask === 0 || ((range.bytes[whole] ?? 0) & mask) === ((address.bytes[whole] ?? 0) & mask);
}

/**
 * What is not public unicast; the first match is used. IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890, RFC 8190 and
 * the RFCs named), with the metadata services of the clouds before the ranges that contain them. `near`: the address means another
 * machine on each machine that connects to it (the machine itself, its link, the metadata service of its cloud).
 */
const SPECIAL: readonly (readonly [cidr: string, name: string, near?: 'near'])[] = [
  ['169.254.169.254/32', 'cloud metadata service', 'near'],
  ['100.100.100.200/32', 'cloud metadata service', 'near'],
  ['192.0.0.192/32', 'cloud metadata service', 'near'],
  ['0.0.0.0/8', '"this network" (RFC 791)', 'near'],
  ['10.0.0.0/8', 'private (RFC 1918)'],
  ['100.64.0.0/10', 'shared address space of carriers (RFC 6598)'],
  ['127.0.0.0/8', 'loopback (RFC 1122)', 'near'],
  ['169.254.0.0/16', 'link-local (RFC 3927)', 'near'],
  ['172.16.0.0/12', 'private (RFC 1918)'],
  ['192.0.0.0/24', 'IETF protocol assignments (RFC 6890)'],
  ['192.0.2.0/24', 'documentation (RFC 5737)'],
  ['192.88.99.0/24', '6to4 relay anycast (RFC 7526)'],
  ['192.168.0.0/16', 'private (RFC 1918)'],
  ['198.18.0.0/15', 'benchmarking (RFC 2544)'],
  ['198.51.100.0/24', 'documentation (RFC 5737)'],
  ['203.0.113.0/24', 'documentation (RFC 5737)'],
  ['224.0.0.0/4', 'multicast (RFC 5771)'],
  ['255.255.255.255/32', 'limited broadcast (RFC 8190)'],
  ['240.0.0.0/4', 'reserved (RFC 1112)'],
  ['fd00:ec2::/32', 'cloud metadata service', 'near'],
  ['fd20:ce::254/128', 'cloud metadata service', 'near'],
  ['::/128', 'unspecified (RFC 4291)', 'near'],
  ['::1/128', 'loopback (RFC 4291)', 'near'],
  ['::/96', 'IPv4-compatible (RFC 4291, deprecated)', 'near'],
  ['::ffff:0:0:0/96', 'IPv4-translated (RFC 2765)', 'near'],
  ['64:ff9b:1::/48', 'local-use NAT64 (RFC 8215)'],
  ['100::/64', 'discard-only (RFC 6666)'],
  ['100:0:0:1::/64', 'dummy prefix (RFC 9780)'],
  ['2001::/32', 'Teredo (RFC 4380)'],
  ['2001:2::/48', 'benchmarking (RFC 5180)'],
  ['2001:10::/28', 'ORCHID (RFC 4843)'],
  ['2001:20::/28', 'ORCHIDv2 (RFC 7343)'],
  ['2001::/23', 'IETF protocol assignments (RFC 2928)'],
  ['2001:db8::/32', 'documentation (RFC 3849)'],
  ['3fff::/20', 'documentation (RFC 9637)'],
  ['5f00::/16', 'segment routing (RFC 9602)'],
  ['fc00::/7', 'unique local (RFC 4193)'],
  ['fe80::/10', 'link-local (RFC 4291)', 'near'],
  ['fec0::/10', 'site-local (RFC 3879, deprecated)'],
  ['ff00::/8', 'multicast (RFC 4291)'],
];

const special = SPECIAL.map(([cidr, name, near]) => ({
  range: requireRange(cidr),
  name,
  isNear: near !== undefined,
}));
const globalUnicast = requireRange('2000::/3');
const mapped = requireRange('::ffff:0:0/96');
const nat64 = requireRange('64:ff9b::/96');
const sixToFour = requireRange('2002::/16');

/** The name of the special-purpose range that contains the address; undefined for public unicast. Embedded addresses are not checked. */
export function specialRange(address: Address): string | undefined {
  const found = special.find(({ range }) => covers(range, address));
  if (found) return found.name;
  if (address.family === 4) return undefined;
  const known = [globalUnicast, mapped, nat64].some((range) => covers(range, address));
  return known ? undefined : 'outside of global unicast (RFC 4291)';
}

/**
 * The name of the range, where an address means another machine on each machine that connects to it: the machine itself, its link,
 * or the metadata service of its cloud. An IPv6 address that contains an IPv4 address is checked as both. Undefined for all others.
 */
export function nearRange(address: Address): string | undefined {
  const found = special.find(({ range }) => covers(range, address));
  if (found?.isNear) return found.name;
  const embedded = embeddedIpv4(address);
  return embedded && nearRange(embedded.address);
}

/**
 * The IPv4 address that packets to an IPv6 address reach: IPv4-mapped (the kernel sends IPv4), NAT64 (RFC 6052), 6to4
 * (RFC 3056), ISATAP (RFC 5214). Teredo and IPv4-compatible addresses are special-purpose as a whole.
 */
export function embeddedIpv4(address: Address): { inside: string; address: Address } | undefined {
  if (address.family === 4) return undefined;
  const at = (start: number, inside: string) => {
    const bytes = address.bytes.slice(start, start + 4);
    return { inside, address: { family: 4 as const, bytes, text: bytes.join('.') } };
  };
  if (covers(mapped, address)) return at(12, 'an IPv4-mapped address');
  if (covers(nat64, address)) return at(12, 'a NAT64 address');
  if (covers(sixToFour, address)) return at(2, 'a 6to4 address');
  const [, , , , , , , , a = 0, b, c, d] = address.bytes;
  if ((a & 0xfd) === 0 && b === 0 && c === 0x5e && d === 0xfe) return at(12, 'an ISATAP address');
  return undefined;
}

function requireRange(cidr: string): Range {
  const range = parseRange(cidr);
  if (!range) throw new TypeError(`not a CIDR: ${cidr}`);
  return range;
}
