import type { Address } from '../../reachability/address.ts';
import { covers, embeddedIpv4, nearRange, parseRange, specialRange, type Range } from './special-ranges.ts';

/** Where a probe may connect to. It is set where the probe runs, never by a request. */
export interface AddressPolicy {
  /** Why this address and port must not be connected to, in a few words; undefined: it is allowed. */
  deny(address: Address, port: number): string | undefined;
  /**
   * The same for an address that the request gives for a name, because another vantage resolved the name to it, and that this
   * machine's own look-up of the name does not return.
   */
  denyGiven(address: Address, port: number): string | undefined;
}

/** What the owner of a probe allows: a CIDR, and the ports on it (absent: all). */
export interface Allowance {
  cidr: string;
  ports?: readonly number[] | undefined;
}

/** An invalid policy; the message is one line for its author. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
}

/**
 * The policy of the user's own machine: every address that the user gives or that a look-up on this machine returns is allowed. Addresses
 * that other vantages found must not be this machine itself, its link or its metadata service: otherwise another party could choose what
 * this machine connects to in its own network.
 */
export const ownMachine: AddressPolicy = {
  deny: () => undefined,
  denyGiven(address) {
    const range = nearRange(address);
    return (
      range && `${address.text} is ${range}; another vantage resolved the name to it, this vantage did not`
    );
  },
};

/**
 * The policy of a probe that other machines can call: public unicast and what `allow` adds. An IPv6 address that contains an IPv4
 * address must be allowed as both. Throws {@link PolicyError} for an invalid allowance.
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
    if (address.text.includes('%'))
      return `${address.text} has a zone; the address policy of this vantage forbids it`;
    const embedded = embeddedIpv4(address);
    if (!embedded || allowed(embedded.address, port)) return undefined;
    const inner = specialRange(embedded.address);
    if (!inner) return undefined;
    const what = `${address.text} is ${embedded.address.text} inside ${embedded.inside}, ${inner}`;
    return `${what}; the address policy of this vantage forbids it`;
  };
  return { deny, denyGiven: deny };
}

/**
 * Reads `SYNWHERE_POLICY`: `{"allow":[{"cidr":"10.1.0.0/16","ports":[443]}]}`. Absent or empty: only public unicast is allowed.
 * Throws {@link PolicyError} for an invalid policy: the probe must not run with another one.
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
    throw new PolicyError('SYNWHERE_POLICY: "allow" must be a list; write {"allow":[…]}');
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
    throw new PolicyError(`policy allow[${index}]: ports must be a list of whole numbers from 1 to 65535`);
  }
  return { range, ports };
}

/** The port of SMTP between mail servers. */
const SMTP_PORT = 25;

const SMTP_DENIED = 'AWS blocks port 25 from Lambda; AWS can open it only for a probe in a VPC';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * A policy that also denies what the platform of this process blocks. The Lambda runtime sets `AWS_LAMBDA_FUNCTION_NAME`; the
 * deployment of a probe in a VPC sets `SYNWHERE_VPC` to `true`. Lambda outside a VPC drops every SYN to port 25, so an attempt
 * would look like a silent target. AWS removes that restriction only for functions in a VPC (AWS Knowledge Center, "How do I remove the
 * restriction on port 25 from my Amazon EC2 instance or Lambda function?").
 */
export function withPlatform(policy: AddressPolicy, env: Environment): AddressPolicy {
  const isLambda = (env['AWS_LAMBDA_FUNCTION_NAME'] ?? '') !== '';
  if (!isLambda || env['SYNWHERE_VPC'] === 'true') return policy;
  return {
    deny: (address, port) => policy.deny(address, port) ?? (port === SMTP_PORT ? SMTP_DENIED : undefined),
    denyGiven: (address, port) => policy.denyGiven(address, port),
  };
}
