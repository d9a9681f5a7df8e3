import { expect, test } from 'vitest';
import { whereBehind } from '../../bench/accuracy/behind.ts';
import type { Judge } from '../../bench/accuracy/ours.ts';
import { page } from '../../bench/accuracy/page.ts';
import { merge, OURS, simulate } from '../../bench/accuracy/simulate.ts';
import type { Simulation } from '../../bench/accuracy/simulate.ts';
import { judge } from '../../functions/reachability/judge.ts';
import type { Verdict } from '../../functions/reachability/verdict.ts';

const SEED = 7;
const WORLDS = 2000;

const HIGH = 'verdicts with high confidence are correct in at least 99 of 100';
const BLAME = 'fewer than 1 of 1000 verdicts report the target down for a fault of a vantage or a path';
const KINDS = 'at least 95 of 100 kinds are correct';

/** The requirements of a judgement by name, so that a test can list those that a broken one fails. */
const REQUIREMENTS: Record<string, (simulation: Simulation) => boolean> = {
  [HIGH]: ({ total, worlds }) => {
    const { given, kindRight, upRight } = total.own.confidence.high;
    return given > worlds / 3 && kindRight >= 0.99 * given && upRight >= 0.99 * given;
  },
  [BLAME]: ({ total, worlds }) => {
    const { worlds: elsewhere, reportedDownConfident } = total.own.elsewhere.decidable;
    return elsewhere > worlds / 10 && reportedDownConfident < Math.max(2, elsewhere / 1000);
  },
  [KINDS]: ({ total }) => total.own.kindsRight >= 0.95 * total.own.kinds,
};

function failures(simulation: Simulation): string[] {
  return Object.entries(REQUIREMENTS).flatMap(([name, holds]) => (holds(simulation) ? [] : [name]));
}

const whole = simulate({ seed: SEED, worlds: WORLDS });

test('the judgement meets every requirement', () => {
  expect(failures(whole)).toEqual([]);
});

test('the same seed gives the same counts, in one run or in parts; another seed gives other counts', () => {
  const worlds = 150;
  const again = simulate({ seed: SEED, worlds });
  expect(simulate({ seed: SEED, worlds })).toEqual(again);
  const parts = [
    simulate({ seed: SEED, worlds: 50 }),
    simulate({ seed: SEED, first: 50, worlds: worlds - 50 }),
  ];
  expect(parts.reduce(merge)).toEqual(again);
  expect(simulate({ seed: SEED + 1, worlds })).not.toEqual({ ...again, seed: SEED + 1 });
});

test('the other rules are worse with several vantages', () => {
  const { [OURS]: ours, ...others } = whole.several.rules;
  for (const [name, score] of Object.entries(others)) {
    expect.soft(score.right, name).toBeLessThan(ours?.right ?? 0);
    expect.soft(score.falseAlarms, name).toBeGreaterThan(ours?.falseAlarms ?? Infinity);
    expect.soft(score.unreported, name).toBeGreaterThan(ours?.unreported ?? Infinity);
  }
});

/** Decides by half of the vantages, with high confidence. */
const majority: Judge = (target, rounds, clock) => {
  const verdict = judge(target, rounds, clock);
  const failing = verdict.vantages.filter(({ saw }) => saw !== 'open').length;
  return withHighConfidence({
    ...verdict,
    kind: failing >= verdict.vantages.length / 2 ? 'unresponsive' : 'reachable',
  });
};

/** Uses only the first vantage. */
const firstVantageOnly: Judge = (target, rounds, clock) =>
  judge(
    target,
    rounds.map((answers) => answers.slice(0, 1)),
    clock,
  );

/** Uses only the survey. */
const surveyOnly: Judge = (target, rounds, clock) =>
  withHighConfidence(judge(target, rounds.slice(0, 1), clock));

/** Ignores all controls. */
const withoutControls: Judge = (target, rounds, clock) =>
  judge(
    target,
    rounds.map((answers) =>
      answers.map((answer) =>
        'report' in answer ? { ...answer, report: { ...answer.report, controls: [] } } : answer,
      ),
    ),
    clock,
  );

function withHighConfidence(verdict: Verdict): Verdict {
  return { ...verdict, confidence: 'high' };
}

test.each([
  ['a majority', majority, [HIGH, BLAME, KINDS]],
  ['only one vantage', firstVantageOnly, [HIGH, KINDS]],
  ['a judgement without a second round', surveyOnly, [HIGH, KINDS]],
  ['a judgement without controls', withoutControls, [HIGH, KINDS]],
] as const)('%s in its place fails exactly the expected requirements', (_, judgement, broken) => {
  expect(failures(simulate({ seed: SEED, worlds: WORLDS / 2, judgement }))).toEqual(broken);
});

test('every row in which another rule is better has a reason on the page, or is chance', () => {
  const behind = whereBehind(whole);
  expect(behind.length).toBeGreaterThan(0);
  expect(behind.filter(({ why }) => why === undefined)).toEqual([]);
  expect(page(whole)).not.toContain('Not explained yet');
});
