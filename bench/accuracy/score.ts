import type { Verdict } from '../../functions/reachability/verdict.ts';
import type { Claim } from './claims.ts';
import { expectedKinds, isEveryoneCutOff } from './expected-kind.ts';
import { blamesTarget, saysDown } from './ours.ts';
import { truthOf } from './truth.ts';
import type { Truth } from './truth.ts';
import type { Round, World } from './world.ts';

/** How a rule did over some worlds. Counts. */
export interface Score {
  worlds: number;
  right: number;
  withheld: number;
  /** Worlds with the target up at the time; in how many it was said to be down. */
  up: number;
  falseAlarms: number;
  /** Worlds with the target down at the time; in how many that was not said. */
  down: number;
  missed: number;
  /** Of the missed, those of which nothing at all was said. */
  downWithheld: number;
  /** Worlds with the target up and trouble elsewhere; in how many nothing was said of any trouble. */
  troubled: number;
  silent: number;
}

/** Worlds with the target wholly up; in how many it is blamed, and said to be down, ever and with more than low confidence. Counts. */
export interface Blame {
  worlds: number;
  blamed: number;
  blamedAloud: number;
  saidDown: number;
  saidDownAloud: number;
}

const noBlame = (): Blame => ({ worlds: 0, blamed: 0, blamedAloud: 0, saidDown: 0, saidDownAloud: 0 });

/** What only our judgement says. Counts. */
export interface OwnScore {
  kinds: number;
  kindsRight: number;
  /** Verdicts by confidence, and how many of them have the kind right, or up and down right. */
  confidence: Record<Verdict['confidence'], { given: number; kindRight: number; upRight: number }>;
  /** Worlds where the fault lies with vantages or ways alone, by whether anyone who counts gets through to tell. */
  elsewhere: Record<'tellable' | 'untellable', Blame>;
  /** Vantages named as kept away (by line, way or name) that are; named that are not; kept away and not named; of these, left open. */
  named: number;
  namedWrongly: number;
  keptAway: number;
  found: number;
  leftOpen: number;
}

export const noScore = (): Score => ({
  worlds: 0,
  right: 0,
  withheld: 0,
  up: 0,
  falseAlarms: 0,
  down: 0,
  missed: 0,
  downWithheld: 0,
  troubled: 0,
  silent: 0,
});

export const noOwnScore = (): OwnScore => ({
  kinds: 0,
  kindsRight: 0,
  confidence: {
    low: { given: 0, kindRight: 0, upRight: 0 },
    medium: { given: 0, kindRight: 0, upRight: 0 },
    high: { given: 0, kindRight: 0, upRight: 0 },
  },
  elsewhere: {
    tellable: noBlame(),
    untellable: noBlame(),
  },
  named: 0,
  namedWrongly: 0,
  keptAway: 0,
  found: 0,
  leftOpen: 0,
});

/** Counts what a rule says against the truth at the time of the round that it looked at last. */
export function count(score: Score, claim: Claim, truth: Truth): void {
  score.worlds++;
  if (claim.says === 'nothing') score.withheld++;
  else if ((claim.says === 'up') === truth.up) score.right++;
  if (!truth.up) {
    score.down++;
    if (claim.says !== 'down') score.missed++;
    if (claim.says === 'nothing') score.downWithheld++;
    return;
  }
  score.up++;
  if (claim.says === 'down') score.falseAlarms++;
  if (truth.affected.size > 0 || truth.partlyDead) {
    score.troubled++;
    if (!claim.speaks) score.silent++;
  }
}

/** Counts what a verdict says beyond up and down. Returns whether its kind is right. */
export function countOwn(score: OwnScore, verdict: Verdict, claim: Claim, world: World): boolean {
  const round: Round = verdict.rounds > 1 ? 1 : 0;
  const truth = truthOf(world, round);
  const kindRight = expectedKinds(world, round).has(verdict.kind);
  score.kinds++;
  if (kindRight) score.kindsRight++;

  const level = score.confidence[verdict.confidence];
  level.given++;
  if (kindRight) level.kindRight++;
  if (claim.says !== 'nothing' && (claim.says === 'up') === truth.up) level.upRight++;

  if (truth.up && !truth.partlyDead && isElsewhere(truth)) {
    const blame = score.elsewhere[isEveryoneCutOff(world, round) ? 'untellable' : 'tellable'];
    blame.worlds++;
    const aloud = verdict.confidence !== 'low';
    if (blamesTarget(verdict)) blame.blamed++;
    if (blamesTarget(verdict) && aloud) blame.blamedAloud++;
    if (saysDown(verdict)) blame.saidDown++;
    if (saysDown(verdict) && aloud) blame.saidDownAloud++;
  }
  countVantages(score, verdict, truth);
  return kindRight;
}

/** Something is broken at a vantage or on a way, and no name is. */
function isElsewhere({ affected, doubtful }: Truth): boolean {
  const troubles = [...affected.values()].flatMap((where) => [...where]);
  return (troubles.length > 0 || doubtful.size > 0) && !troubles.includes('resolver');
}

function countVantages(score: OwnScore, { vantages }: Verdict, truth: Truth): void {
  for (const { vantage, fault, counted } of vantages) {
    if (truth.doubtful.has(vantage)) continue;
    const named = fault === 'path' || fault === 'vantage' || fault === 'name';
    // Where the name is gone for all, each vantage rightly says `name`, and none is kept away on its own.
    if (named && !(fault === 'name' && !truth.up)) {
      score.named++;
      if (!truth.broken.has(vantage)) score.namedWrongly++;
    }
    // Behind a dead target nobody can see whose way is cut as well.
    if (!truth.up || !truth.affected.has(vantage)) continue;
    score.keptAway++;
    if (named) score.found++;
    else if (fault === 'unknown' || !counted) score.leftOpen++;
  }
}
