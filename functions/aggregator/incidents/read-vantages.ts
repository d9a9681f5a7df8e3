import { formatTarget } from '../../reachability/target.ts';
import type { VantageView, Verdict } from '../../reachability/verdict.ts';
import type { Reading } from './advance.ts';
import { factLine, seenBy } from './read-verdict.ts';

/** A vantage is in trouble of its own when its way fails to at least so many targets that others reach … */
export const PATH_FAULT_TARGETS = 3;
/** … and to at least this share of the targets it counts for. */
export const PATH_FAULT_SHARE = 0.5;

const MAX_REASONS = 5;

interface Views {
  counted: { verdict: Verdict; view: VantageView }[];
  abstained: VantageView[];
  pathFaults: Verdict[];
}

/**
 * What one tick says of the vantages themselves. `vantage-abstaining`: it counts for not one target. (A vantage without IPv6
 * abstains for IPv6 targets only, which is no trouble.) `vantage-path-fault`: its own way fails to many targets at once, which is
 * one fault and not many.
 *
 * @param alreadyTroubled vantages whose path fault is known: for these the share alone decides, or a target that fails in its own
 *   way meanwhile would turn the others into news
 */
export function readVantages(
  verdicts: readonly Verdict[],
  alreadyTroubled: ReadonlySet<string> = new Set(),
): Map<string, Reading> {
  const readings = new Map<string, Reading>();
  for (const [vantage, views] of byVantage(verdicts)) {
    readings.set(vantage, readVantage(vantage, views, alreadyTroubled.has(vantage) ? 1 : PATH_FAULT_TARGETS));
  }
  return readings;
}

function readVantage(
  vantage: string,
  { counted, abstained, pathFaults }: Views,
  leastTargets: number,
): Reading {
  if (counted.length === 0) {
    const reasons = [...new Set(abstained.map((view) => view.abstained ?? 'no reason given'))];
    const [first] = abstained;
    return {
      type: 'bad',
      kind: 'vantage-abstaining',
      evidence: {
        summary: factLine(`${vantage} has nothing to say of any target: ${reasons[0] ?? 'no report'}`),
        because: reasons.slice(0, MAX_REASONS).map(factLine),
        notRuledOut: ['anything about the targets as seen from there'],
        vantages: first ? [seenBy(first)] : [],
      },
    };
  }
  const share = pathFaults.length / counted.length;
  if (pathFaults.length >= leastTargets && share >= PATH_FAULT_SHARE) {
    const failing = pathFaults.map((verdict) => formatTarget(verdict.target)).toSorted();
    const [first] = counted.filter(({ view }) => view.fault === 'path');
    return {
      type: 'bad',
      kind: 'vantage-path-fault',
      evidence: {
        summary: `${vantage} does not get through to ${failing.length} of ${counted.length} targets that others reach`,
        because: failing
          .slice(0, MAX_REASONS)
          .map((target) => `${target} is reached from elsewhere, not from ${vantage}`),
        notRuledOut: [`that these targets have one network in common that blocks ${vantage}`],
        vantages: first ? [seenBy(first.view)] : [],
      },
    };
  }
  const summary = `${vantage} counts for ${counted.length} of ${counted.length + abstained.length} targets`;
  return { type: 'well', evidence: { summary, because: [], notRuledOut: [], vantages: [] } };
}

function byVantage(verdicts: readonly Verdict[]): Map<string, Views> {
  const all = new Map<string, Views>();
  for (const verdict of verdicts) {
    for (const view of verdict.vantages) {
      const views = all.get(view.vantage) ?? { counted: [], abstained: [], pathFaults: [] };
      all.set(view.vantage, views);
      if (!view.counted) views.abstained.push(view);
      else {
        views.counted.push({ verdict, view });
        if (view.fault === 'path' && isConfirmed(verdict)) views.pathFaults.push(verdict);
      }
    }
  }
  return all;
}

function isConfirmed(verdict: Verdict): boolean {
  return verdict.rounds >= 2 && verdict.confidence !== 'low';
}
