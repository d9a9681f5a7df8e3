import { confidenceOf } from './confidence.ts';
import { explain } from './explanation.ts';
import { isAsExpected } from './expectations.ts';
import { gatherFacts } from './facts.ts';
import { faultOf } from './faults.ts';
import type { VantageAnswer } from './report.ts';
import { kindsThatHold } from './rules.ts';
import { indexRound, standings } from './standing.ts';
import type { IndexedRound, Standing } from './standing.ts';
import type { AddressView, ExpectedTarget, VantageView, Verdict } from './verdict.ts';
import type { Fault, Kind } from './words.ts';
import { SILENT_KINDS } from './words.ts';

/** When a check began (ISO 8601), and how long it has taken so far. */
export type Clock = Pick<Verdict, 'startedAt' | 'elapsedMs'>;

/**
 * The verdict on one target.
 *
 * `rounds` holds the answers of every round that asked about the target, oldest first. The last round is compared; earlier rounds
 * confirm or contradict it. Total and deterministic: every set of reports has exactly one verdict, in any order of the answers.
 * The vantages of the verdict are sorted by name.
 */
export function judge(
  target: ExpectedTarget,
  rounds: readonly (readonly VantageAnswer[])[],
  clock: Clock,
): Verdict {
  return judgeRounds(target, rounds.map(indexRound), clock);
}

/** As {@link judge}, from rounds that are indexed once for many targets. */
export function judgeRounds(target: ExpectedTarget, rounds: readonly IndexedRound[], clock: Clock): Verdict {
  const standingsByRound = rounds.map((round) => standings(target, round).toSorted(byName));
  const facts = gatherFacts({ host: target.host, port: target.port }, standingsByRound);
  const [kind = 'insufficient-data', ...also] = kindsThatHold(facts);
  const vantages = facts.standings.map((standing) =>
    view(standing, faultOf(standing, facts), facts.earlierByVantage),
  );
  const asExpected = !saysNothing(kind) && isAsExpected(facts.counted, target.expect);
  return {
    target: facts.target,
    kind,
    also,
    confidence: saysNothing(kind) ? 'low' : confidenceOf(facts),
    asExpected,
    ...explain({ kind, also, facts, expect: target.expect, asExpected }),
    vantages,
    rounds: rounds.length,
    ...clock,
  };
}

function saysNothing(kind: Kind): boolean {
  return SILENT_KINDS.some((silent) => silent === kind);
}

function byName(a: Standing, b: Standing): number {
  return a.vantage < b.vantage ? -1 : a.vantage > b.vantage ? 1 : 0;
}

function view(
  standing: Standing,
  fault: Fault,
  earlier: readonly ReadonlyMap<string, Standing>[],
): VantageView {
  const { vantage, network, counted, abstained, saw, name, addresses } = standing;
  const earlierStandings = earlier.map((round, index) => ({
    round: index + 1,
    standing: round.get(vantage),
  }));
  return {
    vantage,
    ...(network !== undefined && { network }),
    counted,
    ...(abstained !== undefined && { abstained }),
    saw,
    fault,
    ...(name && { name }),
    addresses: addresses.map((address): AddressView => {
      const rounds = earlierStandings.flatMap(({ round, standing: earlierStanding }) => {
        const seen = earlierStanding?.byAddress.get(address.address);
        return seen ? [{ round, saw: seen.saw, attempts: seen.attempts }] : [];
      });
      return rounds.length > 0 ? { ...address, earlier: rounds } : address;
    }),
  };
}
