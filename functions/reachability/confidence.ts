import type { Facts } from './facts.ts';
import { isClosing, isContested, isSelective } from './rules.ts';
import { connects, sightingOf } from './sighting.ts';
import type { Standing } from './standing.ts';
import type { Confidence, Sighting } from './words.ts';

/** One vantage that saw different things of the same address, or of the name, in two rounds. */
export interface Contradiction {
  vantage: string;
  /** Absent for the name. */
  address?: string;
  saw: Sighting[];
}

/** What one vantage saw of an address, or, without an address, of the name. */
export interface Finding {
  vantage: string;
  address?: string;
  saw: Sighting;
}

const ENOUGH_VANTAGES = 3;

/**
 * `high` with three or more usable vantages, for the target and for each deciding address, and, where anything failed, a second round
 * that saw every failure again. `low` with one usable vantage or none, for the target or for a deciding address, or where the rounds
 * contradict each other. Else `medium`.
 */
export function confidenceOf(facts: Facts): Confidence {
  if (facts.counted.length <= 1 || contradictions(facts).length > 0) return 'low';
  const witnesses = Math.min(facts.counted.length, ...decisiveColumns(facts).map(({ saw }) => saw.size));
  if (witnesses <= 1) return 'low';
  if (witnesses < ENOUGH_VANTAGES) return 'medium';
  const failed =
    facts.failedAttempts.length > 0 || facts.nameFailed.length > 0 || notSeenAgain(facts).length > 0;
  return !failed || seenTwice(facts) ? 'high' : 'medium';
}

/** Where two rounds in a row contradict each other, from vantages that were used in both. */
export function contradictions({ earlier, earlierByVantage, standings }: Facts): Contradiction[] {
  return [...earlier.slice(1), ...(earlier.length > 0 ? [standings] : [])].flatMap((later, index) => {
    return later.flatMap((standing) => {
      const first = earlierByVantage[index]?.get(standing.vantage);
      return first ? between(first, standing) : [];
    });
  });
}

function between(first: Standing, later: Standing): Contradiction[] {
  if (!first.counted || !later.counted) return [];
  const { vantage } = later;
  if ((first.saw === 'name-failed') !== (later.saw === 'name-failed')) {
    return [{ vantage, saw: [first.saw, later.saw] }];
  }
  return later.addresses.flatMap(({ address, saw }) => {
    const earlier = first.byAddress.get(address)?.saw;
    if (earlier === undefined || earlier === saw || earlier === 'nothing' || saw === 'nothing') return [];
    return [{ vantage, address, saw: [earlier, saw] }];
  });
}

/** Failures of an earlier round that the last round could not test again, because the vantage was not usable there. */
export function notSeenAgain({ earlier, byVantage }: Facts): Finding[] {
  return earlier.flatMap((round) =>
    round.flatMap(({ vantage, counted, saw, addresses }): Finding[] => {
      const later = byVantage.get(vantage);
      if (!counted) return [];
      if (saw === 'name-failed') return later?.counted ? [] : [{ vantage, saw }];
      return addresses
        .filter((view) => !isFine(view) && isUnjudged(later, view.address))
        .map((view) => ({ vantage, address: view.address, saw: view.saw }));
    }),
  );
}

function isUnjudged(standing: Standing | undefined, address: string): boolean {
  if (!standing?.counted) return true;
  const view = standing.byAddress.get(address);
  return view === undefined || view.saw === 'nothing';
}

/** Whether any attempt or lookup of the vantages that are used failed in a round. */
export function anyFailedIn(round: readonly Standing[], { counted }: Facts): boolean {
  const names = new Set(counted.map(({ vantage }) => vantage));
  return round.some(
    (standing) =>
      standing.counted &&
      names.has(standing.vantage) &&
      (standing.saw === 'name-failed' ||
        standing.addresses.some(
          ({ saw, attempts }) =>
            saw !== 'nothing' &&
            attempts.some((attempt) => !['open', 'nothing'].includes(sightingOf(attempt))),
        )),
  );
}

/** Whether the last two rounds had equal failures. */
function seenTwice(facts: Facts): boolean {
  const { earlier, earlierByVantage, counted, standings } = facts;
  const before = earlier.at(-1);
  if (!before || notSeenAgain(facts).length > 0) return false;
  if (anyFailedIn(before, facts) !== anyFailedIn(standings, facts)) return false;
  return counted.every((standing) => {
    const first = earlierByVantage.at(-1)?.get(standing.vantage);
    if (!first?.counted) return standing.saw !== 'name-failed' && standing.addresses.every(isFine);
    if (standing.saw === 'name-failed' && first.saw !== 'name-failed') return false;
    return standing.addresses.every(
      (view) => isFine(view) || first.byAddress.get(view.address)?.saw === view.saw,
    );
  });
}

function isFine({ saw }: { saw: Sighting }): boolean {
  return saw === 'nothing' || (connects(saw) && saw !== 'closing');
}

/** The deciding addresses, where vantages or addresses differ. Where no vantage connects to any address, all of them decide together. */
function decisiveColumns({ columns }: Facts): Facts['columns'] {
  if (columns.every(({ connecting }) => connecting.length === 0)) return [];
  return columns.filter(
    (column) => isSelective(column) || isContested(column) || column.isDead || isClosing(column),
  );
}
