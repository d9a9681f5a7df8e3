import type { Attempt } from './report.ts';
import type { Target, TargetRequest } from './request.ts';
import { sightingOf } from './sighting.ts';
import { standings } from './standing.ts';
import type { IndexedRound, Standing } from './standing.ts';
import { isName } from './target.ts';

/** A second round asks about at most this many addresses of a target: an equal share of those of each vantage. */
const MAX_ADDRESSES = 64;

/**
 * The targets that need a second round, with the addresses to ask about: targets for which the usable vantages got different
 * addresses, disagree, or had a failed attempt. Every vantage is asked about the union of their addresses; about a literal only for
 * the literal, whatever a report contains. Empty where nothing failed and nothing differed.
 */
export function crossExamination(targets: readonly Target[], survey: IndexedRound): TargetRequest[] {
  return targets.flatMap((target) => {
    const counted = standings(target, survey).filter((standing) => standing.counted);
    if (counted.length === 0 || (!counted.some(anyFailed) && !differ(counted))) return [];
    const { host, port } = target;
    const addresses = isName(host) ? union(counted) : [host];
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

/** Addresses of a family that a vantage cannot use are not compared. */
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
  const tried = counted.map(({ addresses }) =>
    addresses.filter(({ attempts }) => attempts.some(({ outcome }) => outcome !== 'denied')),
  );
  const failing = new Set(
    tried.flatMap((views) => views.flatMap(({ address, saw }) => (saw === 'open' ? [] : [address]))),
  );
  const failingFirst = (addresses: Iterable<string>): string[] => {
    const sorted = [...addresses].toSorted();
    return [
      ...sorted.filter((address) => failing.has(address)),
      ...sorted.filter((address) => !failing.has(address)),
    ];
  };
  const all = new Set(tried.flatMap((views) => views.map(({ address }) => address)));
  if (all.size <= MAX_ADDRESSES) return failingFirst(all);
  return failingFirst(shares(tried.map((views) => failingFirst(views.map(({ address }) => address)))));
}

/** The first of each list, then the second of each, and so on, so that every list gets its share. */
function shares(lists: readonly string[][]): Set<string> {
  const chosen = new Set<string>();
  const longest = Math.max(...lists.map(({ length }) => length));
  for (let rank = 0; rank < longest; rank++) {
    const candidates = new Set(lists.flatMap((addresses) => addresses[rank] ?? []));
    for (const address of [...candidates].toSorted()) {
      if (chosen.size === MAX_ADDRESSES) return chosen;
      chosen.add(address);
    }
  }
  return chosen;
}
