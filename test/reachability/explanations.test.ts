import { describe, expect, it } from 'vitest';
import { judge } from '../../functions/reachability/judge.ts';
import type { Verdict } from '../../functions/reachability/verdict.ts';
import { A, attemptOf, B, CLOCK, reportOf, round, sees, TARGET, V6 } from '../support/reports.ts';
import type { Sketch } from '../support/reports.ts';

const open = sees('connected');
const silent = sees('timed-out');
const shaky = sees('connected', 'timed-out', 'connected');
const stopped: Sketch = { ...sees('host-unreachable'), attempt: { stage: 'local', errno: 'EHOSTUNREACH' } };
const both = (a: Sketch, six: Sketch): Sketch => ({ seen: { ...a.seen, [V6]: six.seen?.[A] ?? [] } });

type Answers = Record<string, Sketch | string>;
const verdictOn = (...rounds: Answers[]): Verdict =>
  judge(
    TARGET,
    rounds.map((answers) => round(answers)),
    CLOCK,
  );
const twice = (answers: Answers): Verdict => verdictOn(answers, answers);

describe('what a second round is said to have seen', () => {
  const well = { a: open, b: open, c: open };
  const ill = { ...well, a: shaky };

  it('is the same only where trouble came in both rounds or in none, and only then is it high', () => {
    expect(twice(ill)).toMatchObject({ kind: 'unstable', confidence: 'high' });
    expect(twice(ill).because).toContain('A second check confirmed this.');
    const gone = verdictOn(ill, well);
    expect(gone).toMatchObject({ kind: 'unstable', confidence: 'medium' });
    expect(gone.because).toContain('In the second check, nothing failed.');
    const come = verdictOn(well, ill);
    expect(come).toMatchObject({ kind: 'unstable', confidence: 'medium' });
    expect(come.because).toContain('Only the second check found failures.');
  });

  it('does not bury what a vantage saw that no longer counts', () => {
    const verdict = verdictOn({ ...well, d: silent }, { ...well, d: 'crashed' });
    expect(verdict).toMatchObject({ kind: 'reachable', confidence: 'medium' });
    expect(verdict.because).toContain(
      `An earlier check from d found no answer from ${A}; the last check could not test this again.`,
    );
    const nameless = verdictOn({ ...well, d: { name: 'name-timed-out' } }, { ...well, d: 'crashed' });
    expect(nameless.confidence).toBe('medium');
    expect(nameless.because.join()).toContain(
      'An earlier check from d found that the name cannot be resolved;',
    );
  });
});

describe('what a verdict says of those at fault', () => {
  it('names the address where they do connect to another', () => {
    const well = both(open, open);
    const local = twice({ a: both(open, silent), b: well, c: well });
    expect(local.summary).toContain(
      `api.example.com:443 cannot be reached at ${V6} from a, where 3 of 3 attempts got no answer, but 2 of 3 vantages connect`,
    );
    const split = twice({ a: both(open, silent), b: both(open, silent), c: well });
    expect(split).toMatchObject({ kind: 'split-reachability' });
    expect(split.summary).toContain(
      `api.example.com:443 cannot be reached at ${V6} from a and b, where 6 of 6 attempts got no answer, but 1 of 3 vantages connects`,
    );
  });

  it('does not call one vantage too many to be local', () => {
    const verdict = twice({ a: silent, b: open });
    expect(verdict.kind).toBe('split-reachability');
    expect(verdict.summary).not.toContain('too many');
    expect(verdict.notRuledOut[0]).toContain('A fault local to a');
    const wide = twice({ a: silent, b: silent, c: open });
    expect(wide.summary).toContain('too many vantages to be local');
    expect(wide.notRuledOut.join()).not.toContain('A fault local to');
  });

  it('blames the way of a vantage that is cut off, also where its resolver fails besides', () => {
    const verdict = twice({ a: { ...silent, name: 'name-not-found' }, b: open, c: open });
    expect(verdict).toMatchObject({ kind: 'local-routing-issue', also: ['name-disagreement'] });
    expect(verdict.vantages[0]).toMatchObject({ saw: 'name-failed', fault: 'path' });
  });

  it('says who is hung up on while others are not', () => {
    const verdict = twice({ a: open, b: sees('connected-then-reset'), c: open });
    expect(verdict.kind).toBe('unstable');
    expect(verdict.summary).toContain('the connections of b were closed immediately every time');
    expect(verdict.notRuledOut[0]).toContain('closes only the connections of b');
  });

  it('says how the connects failed of those that get through', () => {
    const verdict = twice({ a: sees('connected', 'connected-then-reset'), b: open, c: open });
    expect(verdict.because).toContain(
      '2 attempts of vantages that connect failed (connected-then-reset): a.',
    );
  });
});

describe('what is not claimed', () => {
  it("that the network spoke, where only an asking machine's own kernel did", () => {
    const verdict = verdictOn({ a: stopped, b: silent });
    expect(verdict.kind).toBe('unroutable');
    expect(verdict.summary).toContain(
      "1 of 2 vantages sent no SYN: the vantage's own routing table or firewall rejects it: EHOSTUNREACH",
    );
    expect([verdict.summary, ...verdict.notRuledOut].join()).not.toMatch(
      /network returns|is unreachable|router that returned/,
    );
    const told = verdictOn({ a: sees('host-unreachable'), b: silent });
    expect(told.summary).toContain(
      'is unreachable from 1 of 2 vantages, and no vantage can connect: the network returns an error',
    );
    expect(told.notRuledOut.join()).toContain('router that returned the error');
  });

  it('that all vantages saw it, where some do not count', () => {
    expect(verdictOn({ a: open, b: open, c: open }).summary).toBe(
      'All 3 vantages connect to api.example.com:443.',
    );
    expect(verdictOn({ a: open, b: open, c: open, d: 'crashed' }).summary).toContain('All 3 usable vantages');
    expect(verdictOn({ a: open, b: open, d: 'crashed' }).summary).toContain('Both usable vantages');
  });

  it('that a connect is left in SYN_SENT which the kernel gave up', () => {
    const given = verdictOn({ a: { ...silent, attempt: { errno: 'ETIMEDOUT' } } }).because.join();
    expect(given).toContain('the kernel ended 3 attempts (ETIMEDOUT)');
    expect(given).not.toContain('SYN_SENT');
  });
});

describe('how much is said, however much a vantage reports', () => {
  const many = Array.from({ length: 40 }, (_, index) => index);

  it('of routers that answered, and of its own reasons', () => {
    const attempts = many.map((index) =>
      attemptOf('host-unreachable', {
        icmp: { type: 3, code: 1, name: 'host-unreachable', from: `10.0.0.${index}` },
      }),
    );
    const own = many.map((index) =>
      attemptOf('host-unreachable', { stage: 'local', reason: `reason ${index}`, errno: `E${index}` }),
    );
    const report = reportOf(silent);
    const addresses = [
      { address: A, family: 4 as const, attempts },
      { address: B, family: 4 as const, attempts: own },
    ];
    const targets = [{ ...TARGET, addresses }];
    const verdict = judge(TARGET, [[{ vantage: 'a', report: { ...report, targets } }]], CLOCK);
    const lines = (about: string) => verdict.because.filter((line) => line.includes(about));
    expect(lines('returned the ICMP error "host unreachable"')).toHaveLength(6);
    expect(verdict.because).toContain('34 more ICMP errors came.');
    expect(lines('reason ')).toHaveLength(6);
    expect(verdict.because).toContain('34 more local errors came.');
    expect(verdict.because.join()).toContain('(E0, E1, E10, E11, E12, E13)');
  });

  it('of dead addresses that only some were given', () => {
    const strays = many.map((index) => `203.0.113.${100 + index}`);
    const seen = Object.fromEntries(strays.map((address) => [address, ['timed-out'] as const]));
    const liar: Sketch = { seen: { [A]: ['connected'], ...seen }, name: [A, ...strays] };
    const verdict = verdictOn({ a: liar, b: { ...open, name: [A] }, c: { ...open, name: [A] } });
    expect(verdict.kind).toBe('partial-outage');
    expect(
      verdict.notRuledOut.filter((line) => line.startsWith('A resolver with wrong or outdated data')),
    ).toHaveLength(6);
    expect(verdict.notRuledOut).toContain('The same for 34 more addresses that only some vantages got.');
  });
});

it('expects of a vantage what is expected everywhere, whatever its name', () => {
  const expected = { ...TARGET, expect: { everywhere: 'open', vantages: { office: 'refused' } } } as const;
  const answers = round({ constructor: open, office: { seen: { [B]: ['refused'] } } });
  expect(judge(expected, [answers], CLOCK).asExpected).toBe(true);
});
