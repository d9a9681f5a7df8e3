import type { Attempt, Target, TargetRequest, VantageAnswer } from './report.ts';
import { sightingOf } from './sighting.ts';
import { standings } from './standing.ts';
import type { Standing } from './standing.ts';

/** Beyond this many addresses a second round asks only for some: those that failed first, then in order. */
const MAX_ADDRESSES = 64;

/**
 * Which targets need a second round, and about which addresses: those where the vantages that count were given different addresses,
 * or disagree, or where any attempt of theirs failed. Every vantage is to be asked about the union of their addresses. Empty when
 * nothing failed and nothing differed.
 */
export function crossExamination(
  targets: readonly Target[],
  answers: readonly VantageAnswer[],
): TargetRequest[] {
  return targets.flatMap((target) => {
    const counted = standings(target, answers).filter((standing) => standing.counted);
    if (counted.length === 0 || (!counted.some(anyFailed) && !differ(counted))) return [];
    const addresses = union(counted);
    const { host, port } = target;
    return [addresses.length > 0 ? { host, port, addresses } : { host, port }];
  });
}

function anyFailed({ saw, addresses }: Standing): boolean {
  return (
    saw === 'name-failed' || addresses.some((view) => view.saw !== 'nothing' && view.attempts.some(failed))
  );
}

function failed(attempt: Attempt): boolean {
  const saw = sightingOf(attempt);
  return saw !== 'open' && saw !== 'nothing';
}

/** A family that a vantage cannot use is no difference in what it was given. */
function differ(counted: readonly Standing[]): boolean {
  return ([4, 6] as const).some((family) => {
    const given = counted
      .map(({ addresses }) => addresses.filter((view) => view.family === family))
      .filter((views) => !(views.length > 0 && views.every(({ saw }) => saw === 'nothing')))
      .map((views) =>
        views
          .map(({ address }) => address)
          .toSorted()
          .join(' '),
      );
    return new Set(given).size > 1;
  });
}

function union(counted: readonly Standing[]): string[] {
  const views = counted.flatMap(({ addresses }) =>
    addresses.filter(({ attempts }) => attempts.some(({ outcome }) => outcome !== 'denied')),
  );
  const failing = new Set(views.filter(({ saw }) => saw !== 'open').map(({ address }) => address));
  const all = [...new Set(views.map(({ address }) => address))].toSorted();
  return [
    ...all.filter((address) => failing.has(address)),
    ...all.filter((address) => !failing.has(address)),
  ].slice(0, MAX_ADDRESSES);
}
