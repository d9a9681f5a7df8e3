import { crossExamination } from '../../functions/reachability/cross-examination.ts';
import { indexRound } from '../../functions/reachability/standing.ts';
import { judge } from '../../functions/reachability/judge.ts';
import type { VantageAnswer } from '../../functions/reachability/report.ts';
import type { Verdict } from '../../functions/reachability/verdict.ts';
import type { Kind } from '../../functions/reachability/words.ts';
import type { Claim } from './claims.ts';
import { observe } from './observe.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

/** A judgement. Tests replace ours with broken ones. */
export type Judge = typeof judge;

const DOWN: ReadonlySet<Kind> = new Set<Kind>([
  'name-failure',
  'remote-refusal',
  'unroutable',
  'unresponsive',
  'accepts-then-closes',
]);
const NO_RESULT: ReadonlySet<Kind> = new Set<Kind>(['vantage-fault', 'insufficient-data']);
/** Kinds that report that the target, or one of its addresses, does not work. */
const KINDS_DOWN: ReadonlySet<Kind> = new Set<Kind>([
  'remote-refusal',
  'unroutable',
  'unresponsive',
  'accepts-then-closes',
  'partial-outage',
]);

/** Does what a check does: survey, cross-examination if it is requested, judgement. */
export function check(
  world: World,
  survey: readonly VantageAnswer[],
  random: Random,
  judgement: Judge = judge,
): Verdict {
  const { target } = world;
  const [request] = crossExamination([target], indexRound(survey));
  const rounds = request ? [survey, observe(world, random, 1, request)] : [survey];
  return judgement(target, rounds, { startedAt: '2026-01-01T00:00:00.000Z', elapsedMs: 5000 });
}

/** A verdict in the terms of the other rules. */
export function claimOf({ kind, also, vantages }: Verdict): Claim {
  const reportsFault = kind !== 'reachable' || vantages.some(({ fault }) => fault !== 'none');
  // If a path is also broken, `also` has the kind for a target that closes every connection.
  const down = DOWN.has(kind) || also.includes('accepts-then-closes');
  return { state: NO_RESULT.has(kind) ? 'unknown' : down ? 'down' : 'up', reportsFault };
}

/** Whether a verdict reports that the target, or an address of it, does not work, whatever the fault is. */
export function reportsDown({ kind }: Verdict): boolean {
  return KINDS_DOWN.has(kind);
}

/** Whether a verdict blames the target: `fault: target` for any vantage. */
export function blamesTarget({ vantages }: Verdict): boolean {
  return vantages.some(({ fault }) => fault === 'target');
}
