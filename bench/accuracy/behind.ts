import { OTHER_RULES } from './claims.ts';
import { ROW_NAMES } from './row.ts';
import type { Row } from './row.ts';
import type { Score } from './score.ts';
import { OURS } from './simulate.ts';
import type { Simulation } from './simulate.ts';

interface Compared {
  good: number;
  withheld: number;
  of: number;
}

/** What the rules are compared by: the good ones, and those of which nothing was said, of how many worlds. */
const MEASURES = {
  'right about up or down': ({ right, withheld, worlds }: Score) => ({ good: right, withheld, of: worlds }),
  'no false alarm': ({ falseAlarms, up }: Score) => ({ good: up - falseAlarms, withheld: 0, of: up }),
  'not silent on a target that is down': ({ missed, downWithheld, down }: Score) => ({
    good: down - missed,
    withheld: downWithheld,
    of: down,
  }),
  'not silent on trouble elsewhere': ({ silent, troubled }: Score) => ({
    good: troubled - silent,
    withheld: 0,
    of: troubled,
  }),
} as const satisfies Record<string, (score: Score) => Compared>;
export type Measure = keyof typeof MEASURES;

/** A row in which another rule does better by some measure. Shares. */
export interface Behind {
  row: Row;
  measure: Measure;
  rule: string;
  ours: number;
  theirs: number;
  /** Why, for a reader; undefined where nobody has said yet. */
  why: string | undefined;
}

/** A lead by this many worlds is chance: another seed turns it round. */
const BY_CHANCE = 2;

/** Every row and measure in which some other rule is ahead of ours, with the one that is furthest ahead. */
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
  const lead = theirs * ours.of - ours.good;
  if (measure !== 'no false alarm' && lead <= ours.withheld) {
    const said = `in ${ours.withheld} of ${ours.of} worlds nothing is said, for no vantage counts, or fewer than half reported`;
    return `Only by what it leaves unsaid: ${said}. The other rule guesses, and here it guesses right.`;
  }
  return (
    REASONS[row] ??
    (lead <= BY_CHANCE ? `Chance: ${ours.of} worlds, a lead of ${Math.round(lead)}.` : undefined)
  );
}

const SECOND_FAULT =
  'In the rest a second fault was planted as well. Mostly a resolver lies with an address that answers: some connect to it, and the verdict is that some addresses are dead and others work, which is what can be seen. Others fall for it less, for they do not cross-examine.';

const REASONS: Partial<Record<Row, string>> = {
  'target-refuses': SECOND_FAULT,
  'target-silent': SECOND_FAULT,
  'target-unreachable': SECOND_FAULT,
  'name-gone':
    'In every tenth of these worlds some resolvers still hold the old answer, and their vantages connect. The verdict is then `name-disagreement` (or what ails the way of those that still get there), which is true and more useful than "down"; a newcomer is locked out all the same, so that the truth counts as down.',
  'ecmp-half-broken':
    'With one vantage, every attempt of both rounds can meet a broken path (one in sixty-four where half of the paths are broken); the confidence is low then.',
  'all-cut-off':
    'Nobody can tell these worlds, or an address in them, from one that is down. In two of three it is the whole target that all who count are cut off from, nearly always with one vantage or two: where there is one, OONI has no helper and says nothing, and we say `unresponsive` or its like with low confidence, and in `notRuledOut` that the fault may be here or on the way.',
};

function measures(): Measure[] {
  return Object.keys(MEASURES).filter((measure): measure is Measure => measure in MEASURES);
}

/** Of no worlds, all are good. */
function share({ good, of }: Compared): number {
  return of === 0 ? 1 : good / of;
}
