import { describe, expect, it } from 'vitest';
import { judge } from '../../functions/reachability/judge.ts';
import { RULES } from '../../functions/reachability/rules.ts';
import { KINDS } from '../../functions/reachability/words.ts';
import type { Expectation, Fault, Kind } from '../../functions/reachability/words.ts';
import type { VantageAnswer } from '../../functions/reachability/report.ts';
import { A, B, CLOCK, round, sees, TARGET, V6 } from '../support/reports.ts';
import type { Sketch } from '../support/reports.ts';

interface Case {
  title: string;
  answers: Record<string, Sketch | string>;
  kind: Kind;
  also?: Kind[];
  faults?: Record<string, Fault>;
  expect?: Expectation;
  asExpected: boolean;
}

const open = sees('connected');
const silent = sees('timed-out');
const refused = sees('refused');
const unreachable = sees('host-unreachable');
const closing = sees('connected-then-reset');
const on = (a: Sketch, b: Sketch): Sketch => ({ seen: { ...a.seen, [B]: b.seen?.[A] ?? [] } });
const bad = { controls: { '198.51.100.1': false, '198.51.100.2': false, '198.51.100.3': false } };
const good = { controls: { '198.51.100.1': true, '198.51.100.2': true, '198.51.100.3': true } };

const CASES: Case[] = [
  {
    title: 'every vantage that reported has a dead uplink',
    answers: { a: { ...silent, ...bad }, b: { ...silent, ...bad }, c: 'crashed' },
    kind: 'vantage-fault',
    faults: { a: 'vantage', b: 'vantage', c: 'vantage' },
    asExpected: false,
  },
  {
    title: 'the address policy lets nobody try',
    answers: { a: sees('denied'), b: sees('denied') },
    kind: 'vantage-fault',
    faults: { a: 'none', b: 'none' },
    asExpected: false,
  },
  {
    title: 'nobody reports',
    answers: { a: 'throttled', b: 'no answer within 9 s' },
    kind: 'insufficient-data',
    asExpected: false,
  },
  {
    title: 'one of three reports',
    answers: { a: open, b: 'crashed', c: 'crashed' },
    kind: 'insufficient-data',
    also: ['reachable'],
    asExpected: false,
  },
  {
    title: 'half report',
    answers: { a: open, b: open, c: 'crashed', d: 'crashed' },
    kind: 'reachable',
    asExpected: true,
  },
  {
    title: 'the name exists nowhere',
    answers: { a: { name: 'name-not-found' }, b: { name: 'name-not-found' } },
    kind: 'name-failure',
    faults: { a: 'name', b: 'name' },
    asExpected: false,
  },
  {
    title: 'a closed port',
    answers: { a: refused, b: refused, c: refused },
    kind: 'remote-refusal',
    faults: { a: 'target', b: 'target', c: 'target' },
    asExpected: false,
  },
  {
    title: 'a closed port, as expected',
    answers: { a: refused, b: refused },
    kind: 'remote-refusal',
    expect: 'refused',
    asExpected: true,
  },
  {
    title: 'a closed port with a broken path from one vantage',
    answers: { a: refused, b: refused, c: silent },
    kind: 'remote-refusal',
    expect: 'refused',
    faults: { a: 'target', b: 'target', c: 'path' },
    asExpected: false,
  },
  {
    title: 'one refused among time-outs is refused',
    answers: { a: sees('timed-out', 'refused', 'timed-out'), b: silent },
    kind: 'remote-refusal',
    faults: { a: 'target', b: 'path' },
    asExpected: false,
  },
  {
    title: 'the network says unreachable to half',
    answers: { a: unreachable, b: silent },
    kind: 'unroutable',
    faults: { a: 'unknown', b: 'unknown' },
    asExpected: false,
  },
  {
    title: "the own firewall's refusal is not the target's",
    answers: { a: { ...refused, attempt: { stage: 'local', errno: 'ECONNREFUSED' } } },
    kind: 'unroutable',
    faults: { a: 'unknown' },
    asExpected: false,
  },
  {
    title: 'one own firewall refuses, others connect',
    answers: { a: { ...refused, attempt: { stage: 'local' } }, b: open, c: open },
    kind: 'local-routing-issue',
    faults: { a: 'path', b: 'none' },
    asExpected: false,
  },
  {
    title: 'every control fails, and the target connects',
    answers: { a: { ...open, ...bad }, b: { ...open, ...bad } },
    kind: 'vantage-fault',
    faults: { a: 'none', b: 'none' },
    asExpected: false,
  },
  {
    title: 'silence for most',
    answers: { a: unreachable, b: silent, c: silent },
    kind: 'unresponsive',
    expect: 'silent',
    asExpected: false,
  },
  {
    title: 'silence, as expected',
    answers: { a: silent, b: silent },
    kind: 'unresponsive',
    expect: 'silent',
    asExpected: true,
  },
  {
    title: 'silence never satisfies refused',
    answers: { a: silent, b: silent },
    kind: 'unresponsive',
    expect: 'refused',
    asExpected: false,
  },
  {
    title: 'refused for some only',
    answers: { a: open, b: open, c: refused },
    kind: 'selective-refusal',
    faults: { a: 'none', b: 'none', c: 'unknown' },
    asExpected: false,
  },
  {
    title: 'one of four is cut off',
    answers: { a: open, b: open, c: open, d: silent },
    kind: 'local-routing-issue',
    faults: { a: 'none', d: 'path' },
    asExpected: false,
  },
  {
    title: 'one of four has no route of its own to the target',
    answers: {
      a: open,
      b: open,
      c: open,
      d: { ...sees('network-unreachable'), attempt: { stage: 'local' }, ...good },
    },
    kind: 'local-routing-issue',
    faults: { d: 'path' },
    asExpected: false,
  },
  {
    title: 'half are cut off',
    answers: { a: open, b: open, c: silent, d: unreachable },
    kind: 'split-reachability',
    faults: { a: 'none', c: 'unknown', d: 'unknown' },
    asExpected: false,
  },
  {
    title: 'refused for one, silent for another, most connect',
    answers: { a: open, b: open, c: open, d: refused, e: silent },
    kind: 'selective-refusal',
    also: ['local-routing-issue'],
    faults: { d: 'unknown', e: 'path' },
    asExpected: false,
  },
  {
    title: 'one address is dead for everyone',
    answers: { a: on(open, silent), b: on(open, silent), c: on(open, silent) },
    kind: 'partial-outage',
    faults: { a: 'target', b: 'target' },
    asExpected: false,
  },
  {
    title: 'the dead address is refused by a router of one',
    answers: { a: on(open, refused), b: on(open, silent) },
    kind: 'partial-outage',
    asExpected: false,
  },
  {
    title: 'IPv6 is dead, and one vantage has none',
    answers: {
      a: { seen: { [A]: ['connected'], [V6]: ['timed-out'] } },
      b: { seen: { [A]: ['connected'], [V6]: ['timed-out'] } },
      c: { seen: { [A]: ['connected'], [V6]: ['network-unreachable'] }, attempt: { stage: 'local' } },
    },
    kind: 'partial-outage',
    faults: { c: 'none' },
    asExpected: false,
  },
  {
    title: 'IPv6 works, and one vantage has none',
    answers: {
      a: { seen: { [A]: ['connected'], [V6]: ['connected'] } },
      c: { seen: { [A]: ['connected'], [V6]: ['network-unreachable'] }, attempt: { stage: 'local' } },
    },
    kind: 'reachable',
    faults: { c: 'none' },
    asExpected: true,
  },
  {
    title: 'the name cannot be resolved from one',
    answers: { a: { ...open, name: [A] }, b: { name: 'name-server-failed' } },
    kind: 'name-disagreement',
    faults: { a: 'none', b: 'name' },
    asExpected: false,
  },
  {
    title: 'the name cannot be resolved from one that reaches the given address',
    answers: { a: { ...open, name: [A] }, b: { ...open, name: 'name-timed-out' } },
    kind: 'name-disagreement',
    faults: { a: 'none', b: 'name' },
    asExpected: false,
  },
  {
    title: 'everyone is hung up on',
    answers: { a: closing, b: closing, c: closing },
    kind: 'accepts-then-closes',
    faults: { a: 'target', b: 'target' },
    asExpected: false,
  },
  {
    title: 'everyone who connects is hung up on, one is cut off',
    answers: { a: closing, b: closing, c: closing, d: silent },
    kind: 'local-routing-issue',
    also: ['accepts-then-closes'],
    faults: { a: 'target', d: 'path' },
    asExpected: false,
  },
  {
    title: 'some attempts fail',
    answers: { a: open, b: sees('connected', 'timed-out', 'connected') },
    kind: 'unstable',
    faults: { a: 'none', b: 'none' },
    asExpected: true,
  },
  {
    title: 'SYNs are lost',
    answers: { a: open, b: { ...open, attempt: { synRetransmits: 1 } } },
    kind: 'unstable',
    asExpected: true,
  },
  {
    title: 'some are hung up on',
    answers: { a: open, b: closing },
    kind: 'unstable',
    faults: { a: 'none', b: 'unknown' },
    asExpected: false,
  },
  { title: 'all is well', answers: { a: open, b: open, c: open }, kind: 'reachable', asExpected: true },
  {
    title: 'all is well and one vantage abstains',
    answers: { a: { ...open, ...good }, b: { ...open, ...good }, c: { ...silent, ...bad } },
    kind: 'reachable',
    faults: { c: 'vantage' },
    asExpected: true,
  },
  {
    title: 'open where it should be refused',
    answers: { a: open },
    kind: 'reachable',
    expect: 'refused',
    asExpected: false,
  },
  { title: 'one vantage, silent', answers: { here: silent }, kind: 'unresponsive', asExpected: false },
  {
    title: 'one vantage, two addresses, one silent',
    answers: { here: on(open, silent) },
    kind: 'partial-outage',
    asExpected: false,
  },
  {
    title: 'attempts that are no evidence',
    answers: { a: open, b: sees('inconclusive'), c: sees('local-fault') },
    kind: 'reachable',
    faults: { b: 'unknown', c: 'vantage' },
    asExpected: true,
  },
];

function judged({ answers, expect: everywhere }: Case): ReturnType<typeof judge> {
  const rounds: VantageAnswer[][] = [round(answers)];
  return judge({ ...TARGET, ...(everywhere && { expect: { everywhere } }) }, rounds, CLOCK);
}

const summaryOf = (sketch: Sketch): string => judge(TARGET, [round({ a: sketch })], CLOCK).summary;

describe('the decision table', () => {
  it.each(CASES)('$title: $kind', (given) => {
    const verdict = judged(given);
    expect(verdict.kind).toBe(given.kind);
    expect(verdict.asExpected).toBe(given.asExpected);
    expect(verdict.also).toEqual(given.also ?? verdict.also);
    const faults = Object.fromEntries(verdict.vantages.map(({ vantage, fault }) => [vantage, fault]));
    expect(faults).toMatchObject(given.faults ?? {});
  });

  it('is covered kind by kind', () => {
    expect(new Set(CASES.map(({ kind }) => kind))).toEqual(new Set(KINDS));
    expect(RULES.map(({ kind }) => kind)).toEqual(KINDS);
  });

  it.each(CASES)('has plain sentences: $title', (given) => {
    const { summary, because, notRuledOut } = judged(given);
    for (const line of [summary, ...because]) {
      expect(line).not.toMatch(/undefined|NaN|Infinity|\[object|\(\)| {2}|\.\.$/);
      expect(line).toMatch(/^\S.*[.…]$/);
    }
    expect(notRuledOut.length).toBeGreaterThan(0);
  });

  it('reports "not allowed" only where no vantage was allowed', () => {
    expect(summaryOf(sees('denied'))).toMatch(/allowed/);
    expect(summaryOf({ ...open, ...bad })).toMatch(
      /only a reported, and its report cannot be used: the control targets could not be reached\.$/,
    );
  });

  it('takes an expectation per vantage', () => {
    const expectations = { everywhere: 'refused', vantages: { office: 'open' } } as const;
    const answers = round({ office: open, cafe: refused });
    expect(judge({ ...TARGET, expect: expectations }, [answers], CLOCK)).toMatchObject({
      kind: 'selective-refusal',
      asExpected: true,
    });
  });
});
