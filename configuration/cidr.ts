import { parseAddress } from '../functions/reachability/address.ts';

/**
 * Reads `address/prefix`, IPv4 (dotted decimal) or IPv6, and returns its one spelling. Throws an Error whose message has what is wrong
 * and what to write: for a missing or impossible prefix length, bits beyond it, or a network of all addresses.
 */
export function canonicalCidr(text: string): string {
  const [literal = '', prefixText, ...rest] = text.split('/');
  const address = parseAddress(literal);
  const dotted = /^(\d{1,3}\.){3}\d{1,3}$/.test(literal);
  if (!address || literal.includes('%') || rest.length > 0 || (address.family === 4 && !dotted)) {
    throw new Error('is not an IPv4 or IPv6 network; write one such as 10.1.0.0/16 or 2001:db8::/32');
  }
  const bits = address.bytes.length * 8;
  if (prefixText === undefined) {
    throw new Error(`has no prefix length; write ${address.text}/${bits} for this one address`);
  }
  const prefix = /^\d{1,3}$/.test(prefixText) ? Number(prefixText) : -1;
  if (prefix < 0 || prefix > bits) {
    throw new Error(
      `has a prefix length that is not from 1 to ${bits}; write one such as ${address.text}/${bits}`,
    );
  }
  if (prefix === 0) throw new Error('is all addresses; write the networks that you own');
  const network = masked(address.bytes, prefix);
  const canonical = `${parseAddress(spell(network))?.text ?? ''}/${prefix}`;
  if (network.some((byte, index) => byte !== address.bytes[index])) {
    throw new Error(`has bits beyond its prefix length; write ${canonical}`);
  }
  return canonical;
}

function masked(bytes: Uint8Array, prefix: number): Uint8Array {
  return bytes.map((byte, index) => {
    const kept = Math.min(8, Math.max(0, prefix - index * 8));
    return byte & (0xff << (8 - kept));
  });
}

function spell(bytes: Uint8Array): string {
  if (bytes.length === 4) return [...bytes].join('.');
  const words = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0));
  return words.map((word) => word.toString(16)).join(':');
}
