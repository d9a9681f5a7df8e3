import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseProbeRequest, ProbeRequestError } from '../../functions/probe/request.ts';
import { probe } from '../../functions/probe/probe.ts';

const valid = [{ host: '127.0.0.1', port: 80 }];

describe('a probe request', () => {
  it('keeps the known keys and ignores the others', () => {
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
    [undefined, 'must be a JSON object'],
    [[], 'must be a JSON object'],
    ['{}', 'must be a JSON object'],
    [{}, 'targets must be a list'],
    [{ targets: [] }, 'targets is empty'],
    [
      { targets: Array.from({ length: 10_001 }, () => valid[0]) },
      'targets has 10001 entries, the limit is 10000',
    ],
    [{ targets: valid, controls: 'x' }, 'controls must be a list'],
    [{ targets: valid, traces: [{ address: '192.0.2.1' }] }, 'traces[0] must have an address and a port'],
    [
      { targets: valid, traces: [{ address: 'x', port: 1 }] },
      'traces[0].address is "x", but must be an IP address',
    ],
    [{ targets: valid, traces: [{ address: '192.0.2.1', port: 1, maxHops: 0 }] }, 'traces[0].maxHops is 0'],
    [{ targets: valid, attempts: 0 }, 'attempts is 0, but must be a whole number from 1 to 10'],
    [{ targets: valid, attempts: '3' }, 'attempts is "3"'],
    [{ targets: valid, timeoutMs: 'never' }, 'or "kernel"'],
    [{ targets: valid, timeoutMs: 1.5 }, 'timeoutMs is 1.5'],
    [{ targets: valid, staggerMs: -1 }, 'staggerMs is -1'],
    [{ targets: valid, settleMs: null }, 'settleMs is null'],
    [{ targets: valid, deadlineMs: 1e9 }, 'deadlineMs is 1000000000'],
    [{ targets: valid, round: 0 }, 'round is 0'],
  ])('%# is rejected with one line: %s', (value, message) => {
    expect(() => parseProbeRequest(value)).toThrow(ProbeRequestError);
    expect(() => parseProbeRequest(value)).toThrow(message);
    expect(() => parseProbeRequest(value)).not.toThrow('\n');
  });

  it('is read, or rejected with a ProbeRequestError, for any value', () => {
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

describe('an invalid target among valid ones', () => {
  const invalid: unknown[] = [
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

  it('does not affect the others', async () => {
    const request = parseProbeRequest({
      targets: [...invalid, ...valid],
      controls: [{ host: '', port: 1 }],
      attempts: 1,
    });
    const report = await probe(request);
    expect(report.targets).toHaveLength(invalid.length + 1);
    for (const target of report.targets.slice(0, -1)) {
      expect(target.addresses).toEqual([]);
      expect(target.notTried).toMatch(/^[^\n]{5,600}$/);
    }
    expect(report.targets.at(-1)?.addresses[0]?.attempts).toHaveLength(1);
    expect(report.controls[0]?.before.notTried).toContain('the host is missing');
    expect(JSON.stringify(report).length).toBeLessThan(10_000);
  });
});
