import { connects, isCutOff, sightingOf } from './sighting.ts';
import type { Standing } from './standing.ts';
import type { Attempt, Family } from './report.ts';
import type { Target } from './request.ts';
import type { Sighting } from './words.ts';

/** What all usable vantages saw of one address. */
export interface Column {
  address: string;
  family: Family;
  /** By vantage; vantages that abstain for this address are left out. */
  saw: ReadonlyMap<string, Sighting>;
  /** The vantages that complete the handshake, with those that are then closed at once. */
  connecting: string[];
  closing: string[];
  refused: string[];
  cutOff: string[];
  /** Another address works, but here no vantage that tried connects, or each of them is closed at once. */
  isDead: boolean;
}

/** The input of the rules: the last round, compared address by address, and what earlier rounds add. */
export interface Facts {
  target: Target;
  /** The positions of all vantages in the last round. */
  standings: readonly Standing[];
  earlier: readonly (readonly Standing[])[];
  /** The same by vantage, the last round and those before it. */
  byVantage: ReadonlyMap<string, Standing>;
  earlierByVantage: readonly ReadonlyMap<string, Standing>[];
  counted: readonly Standing[];
  /** Vantages that gave no report. */
  missing: readonly Standing[];
  nameFailed: readonly Standing[];
  columns: readonly Column[];
  byAddress: ReadonlyMap<string, Column>;
  /** How many attempts the usable vantages made, over all rounds. */
  attempts: number;
  /** Failed attempts and lost SYNs of the usable vantages, over all rounds. */
  failedAttempts: readonly { vantage: string; address: string; attempt: Attempt }[];
  lostSyns: number;
}

/** Collects the facts about one target. `rounds` has the positions of all vantages in each round, oldest first. */
export function gatherFacts(target: Target, rounds: readonly (readonly Standing[])[]): Facts {
  const standings = rounds.at(-1) ?? [];
  const counted = standings.filter((standing) => standing.counted);
  const attempts = attemptsOf(counted, rounds);
  const columns = columnsOf(counted);
  const earlier = rounds.slice(0, -1);
  return {
    target,
    standings,
    earlier,
    byVantage: byVantage(standings),
    earlierByVantage: earlier.map(byVantage),
    counted,
    missing: standings.filter((standing) => !standing.reported),
    nameFailed: counted.filter(({ saw }) => saw === 'name-failed'),
    columns,
    byAddress: new Map(columns.map((column) => [column.address, column])),
    attempts: attempts.length,
    failedAttempts: attempts.filter(({ attempt }) => !['open', 'nothing'].includes(sightingOf(attempt))),
    lostSyns: attempts.reduce(
      (sum, { attempt }) => sum + (connects(sightingOf(attempt)) ? (attempt.synRetransmits ?? 0) : 0),
      0,
    ),
  };
}

function byVantage(round: readonly Standing[]): Map<string, Standing> {
  return new Map(round.map((standing) => [standing.vantage, standing]));
}

function attemptsOf(
  counted: readonly Standing[],
  rounds: readonly (readonly Standing[])[],
): Facts['failedAttempts'] {
  const names = new Set(counted.map(({ vantage }) => vantage));
  return rounds.flatMap((round) =>
    round
      .filter((standing) => standing.counted && names.has(standing.vantage))
      .flatMap(({ vantage, addresses }) =>
        addresses
          .filter(({ saw }) => saw !== 'nothing')
          .flatMap(({ address, attempts }) => attempts.map((attempt) => ({ vantage, address, attempt }))),
      ),
  );
}

function columnsOf(counted: readonly Standing[]): Column[] {
  const byAddress = new Map<string, { family: Family; saw: Map<string, Sighting> }>();
  for (const { vantage, addresses } of counted) {
    for (const { address, family, saw } of addresses) {
      if (saw === 'nothing') continue;
      const entry = byAddress.get(address) ?? { family, saw: new Map<string, Sighting>() };
      byAddress.set(address, entry);
      entry.saw.set(vantage, saw);
    }
  }
  const columns = [...byAddress]
    .toSorted(([a, { family: fa }], [b, { family: fb }]) => fa - fb || (a < b ? -1 : 1))
    .map(([address, { family, saw }]) => {
      const who = (test: (saw: Sighting) => boolean): string[] =>
        [...saw].filter(([, seen]) => test(seen)).map(([vantage]) => vantage);
      return {
        address,
        family,
        saw,
        connecting: who(connects),
        closing: who((seen) => seen === 'closing'),
        refused: who((seen) => seen === 'refused'),
        cutOff: who(isCutOff),
      };
    });
  const someConnect = columns.some(({ connecting }) => connecting.length > 0);
  const someOpen = columns.some(({ connecting, closing }) => connecting.length > closing.length);
  return columns.map((column) => {
    const { connecting, closing, saw } = column;
    const isDead = connecting.length === 0 ? someConnect : closing.length === saw.size && someOpen;
    return { ...column, isDead };
  });
}
