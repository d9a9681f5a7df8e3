import type { Verdict } from '../../functions/reachability/verdict.ts';
import type { Claim } from './claims.ts';
import { expectedKinds, isBlockedForAll } from './expected-kind.ts';
import { blamesTarget, reportsDown } from './ours.ts';
import { truthOf } from './truth.ts';
import type { Truth } from './truth.ts';
import type { Round, World } from './world.ts';

/** Counts of the results of a rule. */
export interface Score {
  worlds: number;
  right: number;
  noResult: number;
  /** Worlds with the target up at that time, and how many of them the rule reported down. */
  up: number;
  falseAlarms: number;
  /** Worlds with the target down at that time, and how many of them the rule did not report down. */
  down: number;
  missed: number;
  /** Of the missed ones, those without a result. */
  downNoResult: number;
  /** Worlds with the target up and a fault elsewhere, and in how many of them the rule reported no fault. */
  withFault: number;
  unreported: number;
}

/** Counts of worlds with the target fully up, and of verdicts that blame it or report it down; `…Confident`: not with low confidence. */
export interface Blame {
  worlds: number;
  blamed: number;
  blamedConfident: number;
  reportedDown: number;
  reportedDownConfident: number;
}

const noBlame = (): Blame => ({
  worlds: 0,
  blamed: 0,
  blamedConfident: 0,
  reportedDown: 0,
  reportedDownConfident: 0,
});

/** Counts of what only our judgement reports. */
export interface OwnScore {
  kinds: number;
  kindsRight: number;
  /** Verdicts by confidence: how many, how many with the correct kind, how many correct about up or down. */
  confidence: Record<Verdict['confidence'], { given: number; kindRight: number; upRight: number }>;
  /** Worlds in which only vantages or paths have faults, by whether the reports can show it ({@link isBlockedForAll}). */
  elsewhere: Record<'decidable' | 'undecidable', Blame>;
  /** Vantages reported as blocked; those reported wrongly; those really blocked; of these, the reported ones and the undecided ones. */
  reported: number;
  reportedWrongly: number;
  blocked: number;
  found: number;
  leftOpen: number;
}

export const noScore = (): Score => ({
  worlds: 0,
  right: 0,
  noResult: 0,
  up: 0,
  falseAlarms: 0,
  down: 0,
  missed: 0,
  downNoResult: 0,
  withFault: 0,
  unreported: 0,
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
    decidable: noBlame(),
    undecidable: noBlame(),
  },
  reported: 0,
  reportedWrongly: 0,
  blocked: 0,
  found: 0,
  leftOpen: 0,
});

/** Compares a claim with the truth at the time of the last round that the rule used. */
export function count(score: Score, claim: Claim, truth: Truth): void {
  score.worlds++;
  if (claim.state === 'unknown') score.noResult++;
  else if ((claim.state === 'up') === truth.up) score.right++;
  if (!truth.up) {
    score.down++;
    if (claim.state !== 'down') score.missed++;
    if (claim.state === 'unknown') score.downNoResult++;
    return;
  }
  score.up++;
  if (claim.state === 'down') score.falseAlarms++;
  if (truth.affected.size > 0 || truth.partlyDown) {
    score.withFault++;
    if (!claim.reportsFault) score.unreported++;
  }
}

/** Counts what a verdict reports in addition to up and down. Returns whether its kind is correct. */
export function countOwn(score: OwnScore, verdict: Verdict, claim: Claim, world: World): boolean {
  const round: Round = verdict.rounds > 1 ? 1 : 0;
  const truth = truthOf(world, round);
  const kindRight = expectedKinds(world, round).has(verdict.kind);
  score.kinds++;
  if (kindRight) score.kindsRight++;

  const level = score.confidence[verdict.confidence];
  level.given++;
  if (kindRight) level.kindRight++;
  if (claim.state !== 'unknown' && (claim.state === 'up') === truth.up) level.upRight++;

  if (truth.up && !truth.partlyDown && isElsewhere(truth)) {
    const blame = score.elsewhere[isBlockedForAll(world, round) ? 'undecidable' : 'decidable'];
    blame.worlds++;
    const confident = verdict.confidence !== 'low';
    if (blamesTarget(verdict)) blame.blamed++;
    if (blamesTarget(verdict) && confident) blame.blamedConfident++;
    if (reportsDown(verdict)) blame.reportedDown++;
    if (reportsDown(verdict) && confident) blame.reportedDownConfident++;
  }
  countVantages(score, verdict, truth);
  return kindRight;
}

/** Whether a vantage or a path has a fault, and no name has one. */
function isElsewhere({ affected, doubtful }: Truth): boolean {
  const faults = [...affected.values()].flatMap((where) => [...where]);
  return (faults.length > 0 || doubtful.size > 0) && !faults.includes('resolver');
}

function countVantages(score: OwnScore, { vantages }: Verdict, truth: Truth): void {
  for (const { vantage, fault, counted } of vantages) {
    if (truth.doubtful.has(vantage)) continue;
    const reported = fault === 'path' || fault === 'vantage' || fault === 'name';
    // If the name resolves for no vantage, `name` is correct for each of them, and none is blocked by its own fault.
    if (reported && !(fault === 'name' && !truth.up)) {
      score.reported++;
      if (!truth.broken.has(vantage)) score.reportedWrongly++;
    }
    // If the target is down, no report shows which paths are also broken.
    if (!truth.up || !truth.affected.has(vantage)) continue;
    score.blocked++;
    if (reported) score.found++;
    else if (fault === 'unknown' || !counted) score.leftOpen++;
  }
}
