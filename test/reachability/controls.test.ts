import { expect, test } from 'vitest';
import { judge } from '../../functions/reachability/judge.ts';
import type { ControlReport } from '../../functions/reachability/report.ts';
import type { NameOutcome, Outcome } from '../../functions/reachability/words.ts';
import { A, CLOCK, reportOf, sees, TARGET, targetReport } from '../support/reports.ts';

/** A control at a literal: what came of it before and after the targets. */
function literal(index: number, before: Outcome, after = before, errno?: string): ControlReport {
  const address = `198.51.100.${index}`;
  const control = { host: address, port: 443 };
  const attempt = errno === undefined ? {} : { errno };
  return {
    ...control,
    before: targetReport(control, { seen: { [address]: [before] }, attempt }),
    after: targetReport(control, { seen: { [address]: [after] }, attempt }),
  };
}

function named(host: string, name: NameOutcome): ControlReport {
  const control = { host, port: 443 };
  return { ...control, before: targetReport(control, { name }) };
}

/** Why a vantage abstains with these controls, beside two that reach them all. */
function abstained(...controls: ControlReport[]): string | undefined {
  const well = controls.map(({ host }) => literal(Number(host.split('.').at(-1)) || 250, 'connected'));
  const report = { ...reportOf(sees('timed-out')), controls };
  const answers = [
    { vantage: 'a', report },
    ...['b', 'c'].map((vantage) => ({ vantage, report: { ...reportOf(sees('connected')), controls: well } })),
  ];
  const verdict = judge(TARGET, [answers], CLOCK);
  expect(judge(TARGET, [answers.toReversed()], CLOCK)).toEqual(verdict);
  return verdict.vantages.find(({ vantage }) => vantage === 'a')?.abstained;
}

test('the controls that failed are named, each with what came back', () => {
  expect(abstained(literal(3, 'refused'), literal(2, 'timed-out'), literal(1, 'connected'))).toBe(
    '2 of 3 controls failed: 198.51.100.2:443 (no answer), 198.51.100.3:443 (refused)',
  );
  expect(abstained(literal(1, 'host-unreachable'), literal(2, 'local-fault', 'local-fault', 'EMFILE'))).toBe(
    '2 of 2 controls failed: 198.51.100.1:443 (unreachable), 198.51.100.2:443 (local fault, EMFILE)',
  );
});

test('also those that failed only when they were asked again, and names', () => {
  expect(abstained(literal(1, 'connected', 'timed-out'), named('up.example', 'name-timed-out'))).toBe(
    '2 of 2 controls failed: 198.51.100.1:443 (no answer when asked again), up.example:443 (name timed out)',
  );
});

test('many or long ones take no more than a line', () => {
  const many = Array.from({ length: 20 }, (_, index) => literal(index + 101, 'timed-out'));
  expect(abstained(...many)).toBe(
    '20 of 20 controls failed: 198.51.100.101:443 (no answer), 198.51.100.102:443 (no answer), 198.51.100.103:443 (no answer), 17 more',
  );
  const long = named(`${'a'.repeat(60)}.${'b'.repeat(60)}.example`, 'name-not-found');
  expect(abstained(long)).toBe(`1 of 1 controls failed: ${'a'.repeat(59)}… (name not found)`);
});

test('of a vantage with both families each says its own', () => {
  const six = { host: '2001:db8::53', port: 53 };
  const failed = targetReport(six, { seen: { '2001:db8::53': ['timed-out'] } });
  const reason = abstained(literal(1, 'refused'), { ...six, before: failed });
  expect(reason).toBe('1 of 1 IPv4 controls failed: 198.51.100.1:443 (refused)');
  const both = { ...reportOf({ seen: { [A]: ['timed-out'], '2001:db8::10': ['timed-out'] } }) };
  const report = { ...both, controls: [literal(1, 'refused'), { ...six, before: failed }] };
  const [view] = judge(TARGET, [[{ vantage: 'a', report }]], CLOCK).vantages;
  expect(view?.abstained).toBe(
    '1 of 1 IPv4 controls failed: 198.51.100.1:443 (refused); 1 of 1 IPv6 controls failed: [2001:db8::53]:53 (no answer)',
  );
});
