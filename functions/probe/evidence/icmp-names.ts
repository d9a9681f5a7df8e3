import type { Family } from '../../reachability/report.ts';

/** RFC 792, RFC 1122 section 3.2.2.1, RFC 1812 section 5.2.7.1. */
const UNREACHABLE_V4 = [
  'network-unreachable',
  'host-unreachable',
  'protocol-unreachable',
  'port-unreachable',
  'fragmentation-needed',
  'source-route-failed',
  'network-unknown',
  'host-unknown',
  'source-host-isolated',
  'network-prohibited',
  'host-prohibited',
  'network-unreachable-for-tos',
  'host-unreachable-for-tos',
  'administratively-prohibited',
  'host-precedence-violation',
  'precedence-cutoff',
] as const;

/** RFC 4443 section 3.1; code 7: RFC 6550 section 20.18; code 8: RFC 8883 section 2. */
const UNREACHABLE_V6 = [
  'no-route',
  'administratively-prohibited',
  'beyond-scope-of-source',
  'address-unreachable',
  'port-unreachable',
  'source-address-failed-policy',
  'route-rejected',
  'source-routing-header-error',
  'headers-too-long',
] as const;

/** The first is code 0. RFC 792, RFC 4443 section 3.3. */
const TIME_EXCEEDED = ['time-exceeded', 'reassembly-time-exceeded'] as const;

const NAMES: Record<Family, Record<number, { name: string; codes: readonly string[] }>> = {
  4: {
    3: { name: 'destination-unreachable', codes: UNREACHABLE_V4 },
    4: { name: 'source-quench', codes: ['source-quench'] },
    5: {
      name: 'redirect',
      codes: ['network-redirect', 'host-redirect', 'network-redirect-for-tos', 'host-redirect-for-tos'],
    },
    11: { name: 'time-exceeded', codes: TIME_EXCEEDED },
    12: { name: 'parameter-problem', codes: ['parameter-problem', 'option-missing', 'bad-length'] },
  },
  6: {
    1: { name: 'destination-unreachable', codes: UNREACHABLE_V6 },
    2: { name: 'packet-too-big', codes: ['packet-too-big'] },
    3: { name: 'time-exceeded', codes: TIME_EXCEEDED },
    4: {
      name: 'parameter-problem',
      codes: ['erroneous-header-field', 'unknown-next-header', 'unknown-option'],
    },
  },
};

/** The name of an ICMP or ICMPv6 error; numbers where none of these RFCs names it, e.g. `icmp-77-3`. */
export function icmpName(family: Family, type: number, code: number): string {
  const known = NAMES[family][type];
  return (
    known?.codes[code] ??
    `${known?.name ?? (family === 4 ? 'icmp' : 'icmpv6')}-${known ? '' : `${type}-`}${code}`
  );
}

/** Whether it is port unreachable, which makes a connect fail with ECONNREFUSED. */
export function isPortUnreachable(family: Family, type: number, code: number): boolean {
  return family === 4 ? type === 3 && code === 3 : type === 1 && code === 4;
}

/** Whether the TTL or hop limit reached zero on the path. */
export function isTimeExceeded(family: Family, type: number, code: number): boolean {
  return code === 0 && type === (family === 4 ? 11 : 3);
}

/** Whether it is the error that a system sends to itself when ARP or neighbour discovery gets no reply. */
export function isHostUnreachable(family: Family, type: number, code: number): boolean {
  return family === 4 ? type === 3 && code === 1 : type === 1 && code === 3;
}
