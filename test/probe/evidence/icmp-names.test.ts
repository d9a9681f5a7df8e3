import { describe, expect, it } from 'vitest';
import {
  icmpName,
  isHostUnreachable,
  isPortUnreachable,
  isTimeExceeded,
} from '../../../functions/probe/evidence/icmp-names.ts';
import type { Family } from '../../../functions/reachability/report.ts';

const NAMES: [Family, number, number, string][] = [
  [4, 3, 0, 'network-unreachable'],
  [4, 3, 3, 'port-unreachable'],
  [4, 3, 13, 'administratively-prohibited'],
  [4, 3, 15, 'precedence-cutoff'],
  [4, 3, 16, 'destination-unreachable-16'],
  [4, 11, 0, 'time-exceeded'],
  [4, 11, 1, 'reassembly-time-exceeded'],
  [4, 12, 0, 'parameter-problem'],
  [4, 77, 3, 'icmp-77-3'],
  [6, 1, 0, 'no-route'],
  [6, 1, 1, 'administratively-prohibited'],
  [6, 1, 4, 'port-unreachable'],
  [6, 1, 6, 'route-rejected'],
  [6, 2, 0, 'packet-too-big'],
  [6, 3, 0, 'time-exceeded'],
  [6, 4, 1, 'unknown-next-header'],
  [6, 3, 9, 'time-exceeded-9'],
  [6, 100, 0, 'icmpv6-100-0'],
];

describe('icmpName', () => {
  it.each(NAMES)('IPv%i, type %i, code %i: %s', (family, type, code, name) => {
    expect(icmpName(family, type, code)).toBe(name);
  });

  it('has a different name for each type and code of a family', () => {
    for (const family of [4, 6] as const) {
      const names = every(family, () => true).map((numbers) => {
        const [type = 0, code = 0] = numbers.split('/').map(Number);
        return icmpName(family, type, code);
      });
      expect(new Set(names).size).toBe(256 * 256);
    }
  });
});

describe('the classes of errors that a rule reads', () => {
  it.each([
    [4, 3, 3],
    [6, 1, 4],
  ] as const)('IPv%i port unreachable is only %i/%i', (family, type, code) => {
    expect(every(family, isPortUnreachable)).toEqual([`${type}/${code}`]);
  });
  it.each([
    [4, 3, 1],
    [6, 1, 3],
  ] as const)('IPv%i host unreachable is only %i/%i', (family, type, code) => {
    expect(every(family, isHostUnreachable)).toEqual([`${type}/${code}`]);
  });
  it.each([
    [4, 11, 0],
    [6, 3, 0],
  ] as const)('IPv%i time exceeded on the path is only %i/%i', (family, type, code) => {
    expect(every(family, isTimeExceeded)).toEqual([`${type}/${code}`]);
  });
});

function every(family: Family, holds: (family: Family, type: number, code: number) => boolean): string[] {
  const numbers = Array.from({ length: 256 }, (_, number) => number);
  return numbers.flatMap((type) =>
    numbers.filter((code) => holds(family, type, code)).map((code) => `${type}/${code}`),
  );
}
