import type { Address } from '../../reachability/address.ts';
import { covers, embeddedIpv4, nearRange, parseRange, specialRange, type Range } from './special-ranges.ts';

/** Where a probe may connect to. Set where the probe runs, never by a request. */
export interface AddressPolicy {
  /** Why this address and port must not be connected to, in a few words; undefined: it may go out. */
  deny(address: Address, port: number): string | undefined;
  /**
   * The same for an address that the request gives for a name, because others found it there, and that this machine's own
   * look-up of the name does not give.
   */
  denyTold(address: Address, port: number): string | undefined;
}

/** What its owner opens: a CIDR, and the ports on it (absent: all). */
export interface Allowance {
  cidr: string;
  ports?: readonly number[] | undefined;
}

/** A policy that cannot be meant; the message is one line for its writer. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
}

/**
 * One's own machine: whatever its user names may be tried, and whatever its own look-ups give. Addresses that others found must not be
 * this machine itself, its link or its metadata service: otherwise others would choose what this machine connects to in its own network.
 */
export const ownMachine: AddressPolicy = {
  deny: () => undefined,
  denyTold(address) {
    const range = nearRange(address);
    return (
      range && `${address.text} is ${range}; another vantage gave it, this one did not find it for the name`
    );
  },
};

/**
 * The policy of a probe that others can ask: public unicast only, and what `allow` opens. An IPv6 address that carries an IPv4
 * address is judged by both. Throws {@link PolicyError} for an allowance that is not one.
 */
export function lambdaPolicy(allow: readonly Allowance[]): AddressPolicy {
  return publicUnicastAnd(allow.map(readAllowance));
}

function publicUnicastAnd(allowances: readonly Opening[]): AddressPolicy {
  const allowed = (address: Address, port: number) =>
    allowances.some(({ range, ports }) => covers(range, address) && (!ports || ports.includes(port)));
  const deny = (address: Address, port: number) => {
    if (allowed(address, port)) return undefined;
    const range = specialRange(address);
    if (range) return `${address.text} is ${range}; the address policy of this vantage forbids it`;
    if (address.text.includes('%')) return `${address.text} has a zone; the address policy forbids it`;
    const embedded = embeddedIpv4(address);
    if (!embedded || allowed(embedded.address, port)) return undefined;
    const inner = specialRange(embedded.address);
    if (!inner) return undefined;
    const what = `${address.text} is ${embedded.address.text} inside ${embedded.inside}, ${inner}`;
    return `${what}; the address policy of this vantage forbids it`;
  };
  return { deny, denyTold: deny };
}

/**
 * Reads `SYNWHERE_POLICY`: `{"allow":[{"cidr":"10.1.0.0/16","ports":[443]}]}`; absent or empty: nothing special is allowed.
 * Throws {@link PolicyError}: a probe with a policy that cannot be read must not run with another one.
 */
export function parsePolicy(text: string | undefined): AddressPolicy {
  if (text === undefined || text.trim() === '') return lambdaPolicy([]);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new PolicyError(
      'SYNWHERE_POLICY is not JSON; write {"allow":[{"cidr":"10.1.0.0/16","ports":[443]}]}',
    );
  }
  const allow = typeof value === 'object' && value !== null && 'allow' in value ? value.allow : undefined;
  if (!Array.isArray(allow))
    throw new PolicyError('SYNWHERE_POLICY: "allow" is not a list; write {"allow":[…]}');
  return publicUnicastAnd(allow.map(readAllowance));
}

interface Opening {
  range: Range;
  ports?: readonly number[];
}

function readAllowance(value: unknown, index: number): Opening {
  const { cidr, ports } = (typeof value === 'object' && value !== null ? value : {}) as Partial<Allowance>;
  const range = typeof cidr === 'string' ? parseRange(cidr) : undefined;
  if (!range)
    throw new PolicyError(
      `policy allow[${index}]: ${JSON.stringify(cidr) ?? 'cidr'} is not a CIDR like 10.1.0.0/16`,
    );
  if (ports === undefined) return { range };
  if (!Array.isArray(ports) || !ports.every((port) => Number.isInteger(port) && port >= 1 && port <= 65535)) {
    throw new PolicyError(`policy allow[${index}]: ports is not a list of numbers from 1 to 65535`);
  }
  return { range, ports };
}
