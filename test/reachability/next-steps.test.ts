import { describe, expect, it } from 'vitest';
import { generalSteps } from '../../functions/reachability/advice.ts';
import { judge } from '../../functions/reachability/judge.ts';
import type { Expectations, Verdict } from '../../functions/reachability/verdict.ts';
import { KINDS } from '../../functions/reachability/words.ts';
import { A, B, CLOCK, reportOf, round, sees, TARGET, V6 } from '../support/reports.ts';
import type { Sketch } from '../support/reports.ts';

const open = sees('connected');
const silent = sees('timed-out');
const refused = sees('refused');

const half = (bad: string): Sketch => ({ seen: { [A]: ['connected'], [bad]: ['timed-out'] } });

interface Given {
  networks?: Record<string, string>;
  expect?: Expectations;
}

function verdictOn(
  answers: Record<string, Sketch | string>,
  { networks = {}, expect: wanted }: Given = {},
): Verdict {
  const answered = round(answers).map((answer) => {
    const network = networks[answer.vantage];
    return network === undefined ? answer : { ...answer, network };
  });
  return judge({ ...TARGET, ...(wanted && { expect: wanted }) }, [answered, answered], CLOCK);
}

const steps = (answers: Record<string, Sketch | string>, given: Given = {}): string =>
  verdictOn(answers, given).nextSteps.join('\n');

describe('the next steps of a verdict', () => {
  it('are none where everything is as expected', () => {
    expect(verdictOn({ a: open, b: open }).nextSteps).toEqual([]);
    expect(verdictOn({ a: sees('connected', 'timed-out', 'connected'), b: open }).nextSteps).toEqual([]);
    expect(verdictOn({ a: refused, b: refused }, { expect: { everywhere: 'refused' } }).nextSteps).toEqual(
      [],
    );
  });

  it('name the target, its addresses and its port', () => {
    expect(verdictOn({ a: refused, b: refused }).nextSteps).toEqual([
      `On the host (${A}), check that the service runs and listens on port 443: \`ss -ltn\`.`,
      'If it listens, look for a firewall or a load balancer in front of it that rejects connections.',
      'Compare with the last deployment: a changed port or bind address has the same effect.',
    ]);
  });

  it('name the vantages that fail, and a command to run there', () => {
    expect(verdictOn({ frankfurt: silent, b: open, c: open }).nextSteps).toEqual([
      'Look for the fault at frankfurt first, not at api.example.com:443: most vantages connect.',
      'From frankfurt, run `synwhere trace api.example.com:443` to see where the path ends.',
      'Check the route, the firewall and the provider of frankfurt, then the filters of the target for that source.',
    ]);
    expect(steps({ a: silent, b: silent, c: open })).toContain('from a and from c, and compare');
  });

  it('run no command in a Lambda function, and point to the address ranges of AWS', () => {
    const inAws = steps({ a: silent, b: open, c: open }, { networks: { a: 'aws', b: 'aws', c: 'aws' } });
    expect(inAws).not.toContain('synwhere trace');
    expect(inAws).toContain('ip-ranges.json');
    expect(steps({ a: silent, b: open, c: open })).not.toContain('ip-ranges.json');
  });

  it('name the router that returned the error, only where one is known', () => {
    const icmp = { type: 3, code: 13, name: 'administratively-prohibited', from: '10.100.12.1' };
    const told = { ...sees('host-unreachable'), attempt: { icmp } };
    expect(steps({ a: told, b: told })).toContain(
      'Ask the operator of 10.100.12.1, where the ICMP errors came from',
    );
    expect(steps({ a: sees('host-unreachable'), b: silent })).not.toMatch(/operator of|\{/);
  });

  it("look at the vantage's own machine where the error came from there", () => {
    const stopped: Sketch = { ...sees('host-unreachable'), attempt: { stage: 'local', errno: 'EACCES' } };
    expect(steps({ a: stopped })).toBe(
      'On a, look at the route (`ip route get ADDRESS`) and at the firewall rules.',
    );
    expect(steps({ a: sees('host-unreachable') })).not.toContain('ip route get');
  });

  it('depend on the answer of the name servers', () => {
    expect(steps({ a: { name: 'name-not-found' } })).toContain('Check the spelling of api.example.com');
    expect(steps({ a: { name: 'name-timed-out' } })).toContain('check DNSSEC');
    const report = reportOf({ name: 'name-server-failed' });
    const targets = report.targets.map((target) => ({
      ...target,
      name: {
        outcome: 'name-server-failed' as const,
        addresses: [],
        elapsedMs: 5,
        servers: ['$(reboot)', '192.0.2.53'],
      },
    }));
    const { nextSteps } = judge(TARGET, [[{ vantage: 'a', report: { ...report, targets } }]], CLOCK);
    expect(nextSteps).toContain('From a, query its name server: `dig @192.0.2.53 api.example.com`.');
    expect(nextSteps.join()).not.toContain('reboot');
  });

  it('are about IPv6 only where IPv6 fails', () => {
    expect(steps({ a: half(V6), b: half(V6) })).toContain('For IPv6');
    expect(steps({ a: half(B), b: half(B) })).not.toContain('For IPv6');
  });

  it('say what is expected, where that is not an open port', () => {
    const wanted: Given = { expect: { everywhere: 'refused' } };
    expect(verdictOn({ a: open, b: open }, wanted).nextSteps).toEqual([
      'refused is expected of api.example.com:443 from a and b, which see something else. Find what changed there; if it is intended, correct `expect` in the configuration.',
    ]);
    const mixed: Given = { expect: { everywhere: 'open', vantages: { b: 'refused' } } };
    expect(verdictOn({ a: silent, b: open, c: open }, mixed).nextSteps).toHaveLength(4);
  });

  it('lead to the vantages where these cannot be used', () => {
    const bad: Sketch = { ...open, controls: { '198.51.100.1': false } };
    const given = steps({ a: bad, b: bad });
    expect(given).toContain('Find out why a and b cannot be used');
    expect(given).toContain('Check that the controls are up');
    expect(steps({ a: sees('denied') })).toContain('allow it in the address policy of a');
    expect(steps({ a: open, b: 'crashed', c: 'crashed' })).toContain('Find out why b and c gave no report');
  });

  it('put no foreign text into a command', () => {
    const host = 'x; reboot';
    const target = { host, port: 443 };
    const answers = round({ a: refused, b: silent }, target);
    expect(judge(target, [answers], CLOCK).nextSteps.join()).not.toContain('reboot');
  });
});

it.each(KINDS)('%s has general steps without a placeholder in braces', (kind) => {
  expect(generalSteps(kind).length).toBeGreaterThan(0);
  expect(generalSteps(kind).join()).not.toMatch(/[{}]/);
});
