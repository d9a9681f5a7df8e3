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

const HIGH = 'high is right in at least 99 of 100';
const BLAME = 'the target is blamed for the fault of a vantage or a way in less than 1 of 1000';
const KINDS = 'at least 95 of 100 kinds are right';

/** What must hold of a judgement, by name, so that a test can say which of them a broken one fails. */
const INVARIANTS: Record<string, (simulation: Simulation) => boolean> = {
  [HIGH]: ({ total, worlds }) => {
    const { given, kindRight, upRight } = total.own.confidence.high;
    return given > worlds / 3 && kindRight >= 0.99 * given && upRight >= 0.99 * given;
  },
  [BLAME]: ({ total, worlds }) => {
    const { worlds: elsewhere, saidDownAloud } = total.own.elsewhere.tellable;
    return elsewhere > worlds / 10 && saidDownAloud < Math.max(2, elsewhere / 1000);
  },
  [KINDS]: ({ total }) => total.own.kindsRight >= 0.95 * total.own.kinds,
};

function failures(simulation: Simulation): string[] {
  return Object.entries(INVARIANTS).flatMap(([name, holds]) => (holds(simulation) ? [] : [name]));
}

const whole = simulate({ seed: SEED, worlds: WORLDS });

test('a judgement as it is keeps every invariant', () => {
  expect(failures(whole)).toEqual([]);
});

test('the same seed gives the same counts, made in one or in parts; another seed gives others', () => {
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

test('the rules of others do worse where there are several vantages', () => {
  const { [OURS]: ours, ...others } = whole.several.rules;
  for (const [name, score] of Object.entries(others)) {
    expect.soft(score.right, name).toBeLessThan(ours?.right ?? 0);
    expect.soft(score.falseAlarms, name).toBeGreaterThan(ours?.falseAlarms ?? Infinity);
    expect.soft(score.silent, name).toBeGreaterThan(ours?.silent ?? Infinity);
  }
});

/** Says of every target what half of the vantages say, surely. */
const majority: Judge = (target, rounds, clock) => {
  const verdict = judge(target, rounds, clock);
  const failing = verdict.vantages.filter(({ saw }) => saw !== 'open').length;
  return asSure({ ...verdict, kind: failing >= verdict.vantages.length / 2 ? 'unresponsive' : 'reachable' });
};

/** Takes the word of the first vantage for everyone's. */
const first: Judge = (target, rounds, clock) =>
  judge(
    target,
    rounds.map((answers) => answers.slice(0, 1)),
    clock,
  );

/** Looks at the survey alone. */
const hasty: Judge = (target, rounds, clock) => asSure(judge(target, rounds.slice(0, 1), clock));

/** Believes every vantage, whatever its controls say. */
const trusting: Judge = (target, rounds, clock) =>
  judge(
    target,
    rounds.map((answers) =>
      answers.map((answer) =>
        'report' in answer ? { ...answer, report: { ...answer.report, controls: [] } } : answer,
      ),
    ),
    clock,
  );

function asSure(verdict: Verdict): Verdict {
  return { ...verdict, confidence: 'high' };
}

test.each([
  ['a majority', majority, [HIGH, BLAME, KINDS]],
  ['one vantage alone', first, [HIGH, KINDS]],
  ['a judgement without a second round', hasty, [HIGH, KINDS]],
  ['a judgement without controls', trusting, [HIGH, KINDS]],
] as const)('%s in its place breaks what it should', (_, judgement, broken) => {
  expect(failures(simulate({ seed: SEED, worlds: WORLDS / 2, judgement }))).toEqual(broken);
});

test('every row in which another rule is ahead has its reason on the page, or is chance', () => {
  const behind = whereBehind(whole);
  expect(behind.length).toBeGreaterThan(0);
  expect(behind.filter(({ why }) => why === undefined)).toEqual([]);
  expect(page(whole)).not.toContain('Not explained yet');
});
