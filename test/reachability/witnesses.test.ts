import { expect, test } from 'vitest';
import { judge } from '../../functions/reachability/judge.ts';
import { A, CLOCK, round, TARGET, V6 } from '../support/reports.ts';
import type { Seen, Sketch } from '../support/reports.ts';

function confidence(answers: Record<string, Sketch>) {
  const { kind, confidence: given } = judge(TARGET, [round(answers), round(answers)], CLOCK);
  return `${kind} ${given}`;
}

const sees = (seen: Seen): Sketch => ({ seen, name: [A, V6] });
const v4 = sees({ [A]: ['connected'] });
const v4Silent = sees({ [A]: ['timed-out'] });

test('an address that only one vantage tried has at most low confidence', () => {
  const lonely = sees({ [A]: ['connected'], [V6]: ['timed-out'] });
  expect(confidence({ a: v4, b: v4, c: v4, d: lonely })).toBe('partial-outage low');
  expect(confidence({ a: v4, b: v4, c: lonely, d: lonely })).toBe('partial-outage medium');
  expect(confidence({ a: v4, b: lonely, c: lonely, d: lonely })).toBe('partial-outage high');
});

test('where no vantage connects, a family that few vantages have does not lower the confidence', () => {
  const both = sees({ [A]: ['timed-out'], [V6]: ['timed-out'] });
  expect(confidence({ a: v4Silent, b: v4Silent, c: v4Silent, d: both })).toBe('unresponsive high');
});
