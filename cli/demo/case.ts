import { formatTarget } from '../../functions/reachability/target.ts';
import type { Target } from '../../functions/reachability/request.ts';
import type { Verdict } from '../../functions/reachability/verdict.ts';
import type { Kind } from '../../functions/reachability/words.ts';

/** What was really put there, and what a right verdict says of it. */
export interface Truth {
  target: Target;
  planted: string;
  kind: Kind;
  /** Vantages whose path is to blame; absent: not compared. */
  path?: readonly string[];
  /** Vantages that abstain. */
  abstaining: readonly string[];
}

/** A truth beside the verdict on it. */
export interface DemoResult {
  truth: Truth;
  verdict: Verdict;
  /** Where the verdict is wrong, in a few words; none where it is right. */
  wrong: string[];
}

/** Lays a verdict beside the truth. */
export function compareWithTruth(truth: Truth, verdict: Verdict): DemoResult {
  const wrong: string[] = [];
  const blamed = verdict.vantages.filter(({ fault }) => fault === 'path').map(({ vantage }) => vantage);
  const abstaining = verdict.vantages.filter(({ counted }) => !counted).map(({ vantage }) => vantage);
  if (formatTarget(verdict.target) !== formatTarget(truth.target)) {
    wrong.push(`a verdict on ${formatTarget(verdict.target)}`);
  }
  if (verdict.kind !== truth.kind) wrong.push(`should be ${truth.kind}`);
  if (truth.path && !sameNames(blamed, truth.path)) {
    wrong.push(`blames the path of ${listed(blamed)}, not of ${listed(truth.path)}`);
  }
  if (!sameNames(abstaining, truth.abstaining)) {
    wrong.push(`${listed(abstaining)} abstained, not ${listed(truth.abstaining)}`);
  }
  return { truth, verdict, wrong };
}

function sameNames(left: readonly string[], right: readonly string[]): boolean {
  return left.toSorted().join(' ') === right.toSorted().join(' ');
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'nobody' : names.join(', ');
}
