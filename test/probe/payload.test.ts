import { describe, expect, it } from 'vitest';
import { fitReport } from '../../functions/probe/payload.ts';
import { judge } from '../../functions/reachability/judge.ts';
import type { Attempt, ProbeReport, TargetReport } from '../../functions/reachability/report.ts';
import { parseReport } from '../../functions/reachability/report.ts';

function attempt(outcome: Attempt['outcome'], startedMs: number): Attempt {
  return {
    outcome,
    stage: 'remote',
    startedMs: startedMs + 0.25,
    elapsedMs: 12.34,
    ...(outcome === 'connected' ? { handshakeMs: 12.34 } : { errno: 'ECONNREFUSED' }),
    localPort: 40_000,
    synRetransmits: 0,
    synRetransmitsFrom: 'tcp-info',
    socketState: 'ESTABLISHED',
  };
}

function target(index: number, outcome: Attempt['outcome'], attempts = 3): TargetReport {
  const addresses = [1, 2].map((last) => ({
    address: `192.0.2.${last}`,
    family: 4 as const,
    attempts: Array.from({ length: attempts }, (_, turn) => attempt(outcome, turn * 300)),
  }));
  const name = {
    outcome: 'resolved' as const,
    addresses: ['192.0.2.1', '192.0.2.2'],
    elapsedMs: 4,
    servers: ['192.0.2.53'],
  };
  return { host: `ümlaut-${index}.example.com`, port: 443, name, addresses };
}

function report(targets: TargetReport[]): ProbeReport {
  const [first] = targets;
  return {
    startedAt: '2026-01-01T00:00:00.000Z',
    elapsedMs: 5000,
    targets,
    controls: first ? [{ host: '192.0.2.9', port: 53, before: first, after: first }] : [],
    traces: [{ address: '192.0.2.1', port: 443, hops: [{ ttl: 1, answer: 'silence' }], reached: false }],
  };
}

const big = report(
  Array.from({ length: 200 }, (_, index) => target(index, index % 10 === 0 ? 'refused' : 'connected')),
);
const wholeBytes = size(big);

describe('a report that is too long', () => {
  it('is returned unchanged where it fits', () => {
    expect(fitReport(big, wholeBytes)).toBe(big);
  });

  it.each([0.99, 0.8, 0.6, 0.5, 0.4, 0.3, 0.2, 0.12])(
    'is reduced to %f of its length, and lists what is omitted',
    (share) => {
      const limit = Math.floor(wholeBytes * share);
      const fitted = fitReport(big, limit);
      expect(size(fitted)).toBeLessThanOrEqual(limit);
      expect(fitted.omitted).toMatch(
        /^omitted to fit the size limit of the response: evidence of successful attempts/,
      );
      expect(parseReport(structuredClone(fitted))).toEqual(fitted);
      expect(fitted.targets.map(({ host }) => host)).toEqual(big.targets.map(({ host }) => host));
    },
  );

  it('loses the evidence of successful attempts first', () => {
    const fitted = fitReport(big, wholeBytes - 1);
    expect(fitted.targets[0]).toEqual(big.targets[0]);
    expect(fitted.targets[1]?.addresses[0]?.attempts).toEqual(
      [0, 300, 600].map((startedMs) => ({ outcome: 'connected', stage: 'remote', startedMs, elapsedMs: 12 })),
    );
    expect(fitted.traces).toEqual(big.traces);
  });

  it('does not change a verdict until whole targets are omitted', () => {
    const verdictOf = (one: ProbeReport, index: number) => {
      const { host, port } = big.targets[index] ?? { host: '', port: 0 };
      const clock = { startedAt: big.startedAt, elapsedMs: 1 };
      return judge(
        { host, port },
        [
          [
            { vantage: 'a', report: one },
            { vantage: 'b', report: one },
          ],
        ],
        clock,
      ).kind;
    };
    const fitted = fitReport(big, Math.floor(wholeBytes * 0.25));
    expect(fitted.omitted).not.toContain('the last targets');
    for (const index of [0, 1, 10, 199]) expect(verdictOf(fitted, index)).toBe(verdictOf(big, index));
  });

  it('omits its last targets when nothing else is left to omit', () => {
    const fitted = fitReport(big, Math.floor(wholeBytes * 0.12));
    expect(fitted.omitted).toContain('the last targets');
    expect(fitted.targets[0]?.addresses).not.toEqual([]);
    expect(fitted.targets.at(-1)).toMatchObject({
      addresses: [],
      notTried: 'omitted to fit the size limit of the response',
    });
  });

  it('keeps an earlier text of what is omitted', () => {
    const fitted = fitReport(
      { ...big, omitted: '3 attempts were not started before the deadline' },
      wholeBytes - 1,
    );
    expect(fitted.omitted).toMatch(
      /^3 attempts were not started before the deadline; omitted to fit the size limit of the response: /,
    );
  });
});

function size(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
