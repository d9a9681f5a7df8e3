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
 * `rounds` holds the answers of every round in which the target was asked about, oldest first. The last round is compared; earlier
 * ones confirm or contradict it. Total and deterministic: every set of reports has exactly one verdict, whatever its order;
 * vantages come out sorted by name.
 */
export function judge(
  target: ExpectedTarget,
  rounds: readonly (readonly VantageAnswer[])[],
  clock: Clock,
): Verdict {
  return judgeRounds(target, rounds.map(indexRound), clock);
}

/** As {@link judge}, from rounds that were indexed once for many targets. */
export function judgeRounds(target: ExpectedTarget, rounds: readonly IndexedRound[], clock: Clock): Verdict {
  const stood = rounds.map((round) => standings(target, round).toSorted(byName));
  const facts = gatherFacts({ host: target.host, port: target.port }, stood);
  const [kind = 'insufficient-data', ...also] = kindsThatHold(facts);
  const vantages = facts.standings.map((standing) =>
    view(standing, faultOf(standing, facts), facts.earlierByVantage),
  );
  return {
    target: facts.target,
    kind,
    also,
    confidence: isSilent(kind) ? 'low' : confidenceOf(facts),
    asExpected: !isSilent(kind) && isAsExpected(facts.counted, target.expect),
    ...explain({ kind, also, facts, expect: target.expect }),
    vantages,
    rounds: rounds.length,
    ...clock,
  };
}

function isSilent(kind: Kind): boolean {
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
  const before = earlier.map((round, index) => ({
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
      const rounds = before.flatMap(({ round, standing: then }) => {
        const seen = then?.byAddress.get(address.address);
        return seen ? [{ round, saw: seen.saw, attempts: seen.attempts }] : [];
      });
      return rounds.length > 0 ? { ...address, earlier: rounds } : address;
    }),
  };
}
