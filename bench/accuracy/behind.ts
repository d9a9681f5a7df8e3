import { OTHER_RULES } from './claims.ts';
import { ROW_NAMES } from './row.ts';
import type { Row } from './row.ts';
import type { Score } from './score.ts';
import { OURS } from './simulate.ts';
import type { Simulation } from './simulate.ts';

interface Compared {
  good: number;
  noResult: number;
  of: number;
}

/** The measures of the comparison: good results, missing results, and the number of worlds. */
const MEASURES = {
  'correct about up or down': ({ right, noResult, worlds }: Score) => ({ good: right, noResult, of: worlds }),
  'no false alarm': ({ falseAlarms, up }: Score) => ({ good: up - falseAlarms, noResult: 0, of: up }),
  'outage reported': ({ missed, downNoResult, down }: Score) => ({
    good: down - missed,
    noResult: downNoResult,
    of: down,
  }),
  'partial fault reported': ({ unreported, withFault }: Score) => ({
    good: withFault - unreported,
    noResult: 0,
    of: withFault,
  }),
} as const satisfies Record<string, (score: Score) => Compared>;
export type Measure = keyof typeof MEASURES;

/** A row in which another rule is better by a measure. `ours` and `theirs` are shares from 0 to 1. */
export interface Behind {
  row: Row;
  measure: Measure;
  rule: string;
  ours: number;
  theirs: number;
  /** The reason, for the page; undefined if none is written yet. */
  why: string | undefined;
}

/** A difference of up to this many worlds is chance: another seed reverses it. */
const BY_CHANCE = 2;

/** Every row and measure in which another rule is better than ours, with the best one. */
export function whereBehind({ rows }: Simulation): Behind[] {
  return ROW_NAMES.flatMap((row) => {
    const rules = rows.get(row)?.rules ?? {};
    const own = rules[OURS];
    if (!own) return [];
    return measures().flatMap((measure): Behind[] => {
      const ours = MEASURES[measure](own);
      const [best] = OTHER_RULES.flatMap(({ name }) => {
        const score = rules[name];
        const theirs = score && share(MEASURES[measure](score));
        return theirs !== undefined && theirs > share(ours) ? [{ rule: name, theirs }] : [];
      }).toSorted((a, b) => b.theirs - a.theirs);
      if (!best) return [];
      return [{ row, measure, ours: share(ours), ...best, why: whyBehind(row, measure, ours, best.theirs) }];
    });
  });
}

function whyBehind(row: Row, measure: Measure, ours: Compared, theirs: number): string | undefined {
  const difference = theirs * ours.of - ours.good;
  if (measure !== 'no false alarm' && difference <= ours.noResult) {
    return `In ${ours.noResult} of ${ours.of} worlds Synwhere gives no result, because no vantage is usable or fewer than half of them reported. The other rule guesses, and its guesses are correct here.`;
  }
  return (
    REASONS[row] ??
    (difference <= BY_CHANCE
      ? `Chance: ${ours.of} worlds, a difference of ${Math.round(difference)}.`
      : undefined)
  );
}

const SECOND_FAULT =
  'In the other worlds a second fault was planted. Usually a resolver returns a false address that accepts connections. Some vantages connect to it, and the verdict is that some addresses are down and others work, which agrees with the reports. This affects the other rules less, because they do not cross-examine.';

const REASONS: Partial<Record<Row, string>> = {
  'target-refuses': SECOND_FAULT,
  'target-silent': SECOND_FAULT,
  'target-unreachable': SECOND_FAULT,
  'name-unresolvable':
    'In one of ten of these worlds some resolvers still have the old answer in their cache, and their vantages connect. The verdict is then `name-disagreement`, or the kind of a fault on the paths of these vantages. This is correct and more useful than "down". A new client cannot resolve the name, so the target counts as down.',
  'ecmp-half-broken':
    'With one vantage, all attempts of both rounds can use a broken path (probability 1 in 64 if half of the paths are broken). The confidence is then low.',
  'all-blocked':
    'The reports are the same as for a target, or an address, that is down. In two of three of these worlds all usable vantages are blocked from the whole target, nearly always in worlds with one or two vantages. With one vantage, OONI has no helper and gives no result. Synwhere reports `unresponsive` or a similar kind with low confidence, and `notRuledOut` states that the fault may be at the vantage or on the path.',
};

function measures(): Measure[] {
  return Object.keys(MEASURES).filter((measure): measure is Measure => measure in MEASURES);
}

/** 1 if there are no worlds. */
function share({ good, of }: Compared): number {
  return of === 0 ? 1 : good / of;
}
