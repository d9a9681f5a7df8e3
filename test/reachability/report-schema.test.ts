import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseReport, ReportError } from '../../functions/reachability/report-schema.ts';
import { judge } from '../../functions/reachability/judge.ts';
import { CLOCK, reportOf, sees, TARGET } from '../support/reports.ts';

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
      { ...GOOD, targets: [{ host: 'a', port: 1, addresses: [{ address: 'b', family: 5, attempts: [] }] }] },
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
                address: 'b',
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
