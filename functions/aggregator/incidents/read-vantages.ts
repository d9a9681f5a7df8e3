import { formatTarget } from '../../reachability/target.ts';
import type { VantageView, Verdict } from '../../reachability/verdict.ts';
import type { Reading } from './advance.ts';
import { factLine, seenBy } from './read-verdict.ts';

/** A vantage has a path fault when it cannot reach at least so many targets that others reach … */
export const PATH_FAULT_TARGETS = 3;
/** … and at least this share of the targets for which it is used. */
export const PATH_FAULT_SHARE = 0.5;

const MAX_REASONS = 5;

interface Views {
  counted: { verdict: Verdict; view: VantageView }[];
  abstained: VantageView[];
  pathFaults: Verdict[];
}

/**
 * What one tick shows about the vantages themselves. `vantage-abstaining`: it is ignored for every target. (A vantage without IPv6
 * abstains only for IPv6 targets, which is not a fault.) `vantage-path-fault`: its path fails to many targets at once, which is one
 * fault and not many.
 *
 * @param alreadyTroubled vantages whose path fault is known. For these only the share decides; otherwise a target that fails for
 *   another reason would reopen the incidents of the others.
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
        summary: factLine(`${vantage} is ignored for every target: ${reasons[0] ?? 'no report'}`),
        because: reasons.slice(0, MAX_REASONS).map(factLine),
        notRuledOut: [`What ${vantage} would see of the targets.`],
        nextSteps: [
          `Find out why ${vantage} cannot be used, and repair the cause: the probe, its network connection or its controls.`,
        ],
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
        summary: `${vantage} cannot reach ${failing.length} of ${counted.length} targets that other vantages reach.`,
        because: failing
          .slice(0, MAX_REASONS)
          .map((target) => `${target} is reached from other vantages, but not from ${vantage}.`),
        notRuledOut: [`A network that all of these targets share and that blocks ${vantage}.`],
        nextSteps: [
          `Check the route, the firewall and the provider of ${vantage}: these targets are reached from other vantages.`,
        ],
        vantages: first ? [seenBy(first.view)] : [],
      },
    };
  }
  const summary = `${vantage} is used for ${counted.length} of ${counted.length + abstained.length} targets.`;
  return { type: 'well', evidence: { summary, because: [], notRuledOut: [], nextSteps: [], vantages: [] } };
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
