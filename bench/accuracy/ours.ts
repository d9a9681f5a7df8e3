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

/** A judgement that can stand in the place of ours; tests put broken ones there. */
export type Judge = typeof judge;

const DOWN: ReadonlySet<Kind> = new Set<Kind>([
  'name-failure',
  'remote-refusal',
  'unroutable',
  'unresponsive',
  'accepts-then-closes',
]);
const NOTHING: ReadonlySet<Kind> = new Set<Kind>(['vantage-fault', 'insufficient-data']);
/** Kinds that say of the target, or of one of its addresses, that it does not work. */
const SOMETHING_DOWN: ReadonlySet<Kind> = new Set<Kind>([
  'remote-refusal',
  'unroutable',
  'unresponsive',
  'accepts-then-closes',
  'partial-outage',
]);

/** The survey, the cross-examination where it is asked for, the judgement: as a check does it. */
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

/** What a verdict says in the words that other rules have. */
export function claimOf({ kind, also, vantages }: Verdict): Claim {
  const speaks = kind !== 'reachable' || vantages.some(({ fault }) => fault !== 'none');
  // Beside a way that is cut it stands in `also` that everyone who connects is hung up on.
  const down = DOWN.has(kind) || also.includes('accepts-then-closes');
  return { says: NOTHING.has(kind) ? 'nothing' : down ? 'down' : 'up', speaks };
}

/** Whether a verdict says that the target, or an address of it, does not work, whoever's fault that is. */
export function saysDown({ kind }: Verdict): boolean {
  return SOMETHING_DOWN.has(kind);
}

/** Whether a verdict lays anything at the target's door: the contract's word for that is `fault: target`. */
export function blamesTarget({ vantages }: Verdict): boolean {
  return vantages.some(({ fault }) => fault === 'target');
}
