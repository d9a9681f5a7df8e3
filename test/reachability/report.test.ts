import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseReport, ReportError } from '../../functions/reachability/report.ts';
import { judge } from '../../functions/reachability/judge.ts';
import type { TargetReport } from '../../functions/reachability/report.ts';
import { A, attemptOf, CLOCK, reportOf, sees, TARGET, V6 } from '../support/reports.ts';

const HOSTS = String.raw`C:\Windows\System32\drivers\etc\hosts`;
const GOOD = reportOf({ ...sees('connected'), name: ['203.0.113.10'], controls: { '198.51.100.1': true } });

describe('parseReport', () => {
  it('takes a report as it is', () => {
    expect(parseReport(structuredClone(GOOD))).toEqual(GOOD);
  });

  it('takes a target with a port there is not, which was not tried', () => {
    const target = { host: 'a.example', port: 70_000, addresses: [], notTried: 'port 70000 is not a port' };
    expect(parseReport({ ...GOOD, targets: [target] }).targets).toEqual([target]);
  });

  it('drops keys that are not a report’s', () => {
    expect(parseReport({ ...GOOD, surprise: 1 })).toEqual(GOOD);
  });

  it.each([
    [null, 'the whole answer'],
    ['text', 'the whole answer'],
    [[], 'the whole answer'],
    [{}, 'startedAt'],
    [{ ...GOOD, startedAt: 'yesterday' }, 'startedAt'],
    [{ ...GOOD, elapsedMs: -1 }, 'elapsedMs'],
    [{ ...GOOD, targets: {} }, 'targets'],
    [{ ...GOOD, targets: [{ host: 'a', port: 1 }] }, 'targets[0].addresses'],
    [
      { ...GOOD, targets: [{ host: 'a', port: 1, addresses: [{ address: A, family: 5, attempts: [] }] }] },
      'targets[0].addresses[0].family',
    ],
    [
      {
        ...GOOD,
        targets: [
          {
            host: 'a',
            port: 1,
            addresses: [
              {
                address: A,
                family: 4,
                attempts: [{ outcome: 'fine', stage: 'path', startedMs: 0, elapsedMs: 0 }],
              },
            ],
          },
        ],
      },
      'targets[0].addresses[0].attempts[0].outcome',
    ],
  ])('refuses garbage in one line that says where: %#', (value, where) => {
    expect(() => parseReport(value)).toThrow(ReportError);
    expect(() => parseReport(value)).toThrow(
      new RegExp(`^not a report: ${where.replaceAll(/[[\]]/g, '\\$&')}: .+$`),
    );
  });

  it('takes what the probes of every version write: zones, interface numbers, ICMP, errno and the hosts file', () => {
    const icmp = { type: 3, code: 13, name: 'administratively-prohibited', from: '10.0.0.1' };
    const far = { type: 1, code: 77, name: 'destination-unreachable-77', from: 'fe80::1%2' };
    const literal = 'fe80::1%br-0123456789ab';
    const targets: TargetReport[] = [
      {
        ...TARGET,
        name: {
          outcome: 'resolved',
          addresses: [A, V6],
          elapsedMs: 0.21,
          servers: ['[fe80::1%eth0]:53', HOSTS],
        },
        addresses: [
          {
            address: A,
            family: 4,
            attempts: [attemptOf('host-unreachable', { icmp, errno: 'EHOSTUNREACH' })],
          },
          { address: V6, family: 6, attempts: [attemptOf('host-unreachable', { icmp: far })] },
        ],
      },
      {
        host: literal,
        port: 22,
        addresses: [{ address: literal, family: 6, attempts: [attemptOf('connected')] }],
      },
      { host: 'bad "host', port: 0, addresses: [], notTried: String.raw`target "bad \"host:0": not a name` },
    ];
    const hops = [
      { ttl: 1, from: 'fe80::9%eth0', answer: 'time-exceeded' },
      { ttl: 2, answer: 'silence' },
    ];
    const traces = [{ address: A, port: 443, hops, reached: false }];
    const system = { platform: 'linux', kernel: '6.8.0-31-generic', node: 'v24.1.0', evidence: ['icmp'] };
    const honest = {
      ...GOOD,
      targets,
      traces,
      system,
      omitted: '3 attempts were not begun before the deadline',
    };
    expect(parseReport(structuredClone(honest))).toEqual(honest);
  });

  it('spells addresses in one way, whatever the vantage writes', () => {
    const attempts = [attemptOf('connected')];
    const target = {
      ...TARGET,
      name: { outcome: 'resolved', addresses: ['2001:DB8:0::10'], elapsedMs: 1 },
      addresses: [{ address: '2001:0db8::0010', family: 6, attempts }],
    };
    const [parsed] = parseReport({ ...GOOD, targets: [target] }).targets;
    expect(parsed?.name?.addresses).toEqual([V6]);
    expect(parsed?.addresses).toEqual([{ address: V6, family: 6, attempts }]);
  });

  it('keeps the first 64 addresses of a name that has more, as old probes list them all', () => {
    const addresses = Array.from({ length: 300 }, (_, index) => `10.0.${index >> 8}.${index & 255}`);
    const target = { ...TARGET, name: { outcome: 'resolved', addresses, elapsedMs: 1 }, addresses: [] };
    const [parsed] = parseReport({ ...GOOD, targets: [target] }).targets;
    expect(parsed?.name?.addresses).toEqual(addresses.slice(0, 64));
  });

  it('either reads what it is given, and it can be judged, or says why not', () => {
    fc.assert(
      fc.property(fc.anything(), fc.string(), (value, key) => {
        try {
          const report = parseReport({ ...GOOD, [key]: value });
          expect(judge(TARGET, [[{ vantage: 'a', report }]], CLOCK).kind).toBeTruthy();
        } catch (error) {
          expect(error).toBeInstanceOf(ReportError);
        }
      }),
    );
  });
});
