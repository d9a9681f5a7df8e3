import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseProbeRequest, ProbeRequestError } from '../../functions/probe/request.ts';
import { probe } from '../../functions/probe/probe.ts';

const one = [{ host: '127.0.0.1', port: 80 }];

describe('a request', () => {
  it('keeps what it says, and nothing else', () => {
    const request = {
      targets: [{ host: 'example.com', port: 443, addresses: ['192.0.2.1'] }],
      controls: [{ host: '192.0.2.9', port: 53 }],
      traces: [{ address: '192.0.2.1', port: 443, maxHops: 12 }],
      round: 2,
      timeoutMs: 'kernel',
      attempts: 5,
      staggerMs: 0,
      settleMs: 0,
      deadlineMs: 9000,
    };
    expect(parseProbeRequest({ ...request, policy: { allow: ['0.0.0.0/0'] }, nameServers: ['x'] })).toEqual(
      request,
    );
  });

  it.each([
    [undefined, 'not a JSON object'],
    [[], 'not a JSON object'],
    ['{}', 'not a JSON object'],
    [{}, 'targets is not a list'],
    [{ targets: [] }, 'targets is empty'],
    [{ targets: Array.from({ length: 10_001 }, () => one[0]) }, '10001 targets, at most 10000'],
    [{ targets: one, controls: 'x' }, 'controls is not a list'],
    [{ targets: one, traces: [{ address: '192.0.2.1' }] }, 'traces[0]'],
    [{ targets: one, traces: [{ address: 'x', port: 1 }] }, 'traces[0].address is "x", not an IP address'],
    [{ targets: one, traces: [{ address: '192.0.2.1', port: 1, maxHops: 0 }] }, 'traces[0].maxHops is 0'],
    [{ targets: one, attempts: 0 }, 'attempts is 0, not a whole number from 1 to 10'],
    [{ targets: one, attempts: '3' }, 'attempts is "3"'],
    [{ targets: one, timeoutMs: 'never' }, 'or "kernel"'],
    [{ targets: one, timeoutMs: 1.5 }, 'timeoutMs is 1.5'],
    [{ targets: one, staggerMs: -1 }, 'staggerMs is -1'],
    [{ targets: one, settleMs: null }, 'settleMs is null'],
    [{ targets: one, deadlineMs: 1e9 }, 'deadlineMs is 1000000000'],
    [{ targets: one, round: 0 }, 'round is 0'],
  ])('%# is refused in one line: %s', (value, message) => {
    expect(() => parseProbeRequest(value)).toThrow(ProbeRequestError);
    expect(() => parseProbeRequest(value)).toThrow(message);
    expect(() => parseProbeRequest(value)).not.toThrow('\n');
  });

  it('is read, or refused with its own error, whatever it is', () => {
    const shaped = fc.record(
      {
        targets: fc.array(
          fc.oneof(
            fc.jsonValue(),
            fc.record({ host: fc.jsonValue(), port: fc.jsonValue(), addresses: fc.jsonValue() }),
          ),
        ),
        controls: fc.jsonValue(),
        traces: fc.jsonValue(),
        timeoutMs: fc.jsonValue(),
        attempts: fc.oneof(fc.nat(12), fc.jsonValue()),
        deadlineMs: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(shaped, fc.jsonValue(), fc.anything()), (value) => {
        try {
          const request = parseProbeRequest(value);
          expect(parseProbeRequest(structuredClone(request))).toEqual(request);
        } catch (error) {
          expect(error).toBeInstanceOf(ProbeRequestError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a bad target among good ones', () => {
  const bad: unknown[] = [
    null,
    7,
    'example.com:80',
    {},
    { host: 5, port: 80 },
    { host: '', port: 80 },
    { host: '999.1.1.1', port: 80 },
    { host: 'a b', port: 80 },
    { host: '[::1]', port: 80 },
    { host: 'http://x', port: 80 },
    { host: '127.0.0.1', port: 0 },
    { host: '127.0.0.1', port: 65_536 },
    { host: '127.0.0.1', port: '80' },
    { host: '127.0.0.1', port: 80, addresses: ['nowhere'] },
    { host: '127.0.0.1', port: 80, addresses: 'nowhere' },
    { host: '127.0.0.1', port: 80, addresses: [{}] },
    { host: 'x'.repeat(100_000), port: 80 },
    { host: `${'a'.repeat(64)}.example`, port: 80 },
    { host: '\u0000', port: 80 },
    { host: '\ud800', port: 80 },
  ];

  it('costs only itself', async () => {
    const request = parseProbeRequest({
      targets: [...bad, ...one],
      controls: [{ host: '', port: 1 }],
      attempts: 1,
    });
    const report = await probe(request);
    expect(report.targets).toHaveLength(bad.length + 1);
    for (const target of report.targets.slice(0, -1)) {
      expect(target.addresses).toEqual([]);
      expect(target.notTried).toMatch(/^[^\n]{5,600}$/);
    }
    expect(report.targets.at(-1)?.addresses[0]?.attempts).toHaveLength(1);
    expect(report.controls[0]?.before.notTried).toContain('the host is missing');
    expect(JSON.stringify(report).length).toBeLessThan(10_000);
  });
});
