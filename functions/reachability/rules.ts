import type { Column, Facts } from './facts.ts';
import { connects, sightingOf } from './sighting.ts';
import type { Kind } from './words.ts';
import { KINDS } from './words.ts';

/** One line of the decision table. */
export interface Rule {
  kind: Kind;
  /** The pattern over the vantages that count, for a person. */
  pattern: string;
  holds(facts: Facts): boolean;
}

/** The decision table: the first rule that holds names the verdict, the others that hold go into `also`. */
export const RULES: readonly Rule[] = [
  {
    kind: 'vantage-fault',
    pattern: 'reports came, but none of them counts',
    holds: ({ standings, counted }) => counted.length === 0 && standings.some(({ reported }) => reported),
  },
  {
    kind: 'insufficient-data',
    pattern:
      'no vantage reported, or fewer than half did (those set aside for their own fault are not asked)',
    holds: ({ counted, missing, standings }) =>
      counted.length < missing.length || standings.every(({ reported }) => !reported),
  },
  {
    kind: 'name-failure',
    pattern: 'the name leads to no address from any',
    holds: ({ counted, nameFailed }) => counted.length > 0 && nameFailed.length === counted.length,
  },
  {
    kind: 'remote-refusal',
    pattern: 'nobody connects and at least one is refused',
    holds: (facts) => nobodyConnects(facts) && facts.columns.some(({ refused }) => refused.length > 0),
  },
  {
    kind: 'unroutable',
    pattern: 'nobody connects, none refused, and the network says unreachable to at least half',
    holds: (facts) => nobodyAnswers(facts) && unreachableShare(facts) >= 1 / 2,
  },
  {
    kind: 'unresponsive',
    pattern: 'nobody connects, none refused, mostly silence',
    holds: (facts) => nobodyAnswers(facts) && unreachableShare(facts) < 1 / 2,
  },
  {
    kind: 'selective-refusal',
    pattern: 'some connect, others to the same address are refused',
    holds: ({ columns }) => columns.some(isSelective),
  },
  {
    kind: 'local-routing-issue',
    pattern: 'most connect, fewer than half see silence or unreachable on an address that others reach',
    holds: (facts) => {
      const contested = facts.columns.filter(isContested);
      return contested.length > 0 && contested.every(mostConnect) && !isSplit(facts);
    },
  },
  {
    kind: 'split-reachability',
    pattern: 'some connect, half or more see silence or unreachable on an address that others reach',
    holds: (facts) => isSplit(facts),
  },
  {
    kind: 'partial-outage',
    pattern: 'some addresses, or a whole family, fail for everyone who tried, others work',
    holds: ({ columns }) => columns.some(({ isDead }) => isDead),
  },
  {
    kind: 'name-disagreement',
    pattern: 'the name leads nowhere from some vantages, and works from others',
    holds: ({ counted, nameFailed }) => nameFailed.length > 0 && nameFailed.length < counted.length,
  },
  {
    kind: 'accepts-then-closes',
    pattern: 'everyone connects and is closed at once (in `also`: everyone who connects)',
    holds: ({ columns }) => columns.some(({ connecting }) => connecting.length > 0) && !columns.some(isOpen),
  },
  {
    kind: 'unstable',
    pattern: 'everyone connects in the end, but some attempts failed or SYNs were lost',
    holds: (facts) => everyoneConnects(facts) && !isClean(facts),
  },
  {
    kind: 'reachable',
    pattern: 'everyone connects, cleanly',
    holds: (facts) => everyoneConnects(facts) && isClean(facts) && !facts.columns.every(isClosing),
  },
];

/** The kinds that hold, first that fits first. Never empty: the tests hold this as a law. */
export function kindsThatHold(facts: Facts): Kind[] {
  return RULES.filter((rule) => rule.holds(facts)).map(({ kind }) => kind);
}

/** The pattern of a kind, for a person. */
export function patternOf(kind: Kind): string {
  return RULES[KINDS.indexOf(kind)]?.pattern ?? '';
}

/** Some connect to this address, others to the same are refused. */
export function isSelective({ connecting, refused }: Column): boolean {
  return connecting.length > 0 && refused.length > 0;
}

/** Some connect to this address, others to the same hear nothing of it. */
export function isContested({ connecting, cutOff }: Column): boolean {
  return connecting.length > 0 && cutOff.length > 0;
}

/** Too many of those who tried this address are cut off from it to call the fault local. */
export function isSplitColumn(column: Column): boolean {
  return isContested(column) && column.cutOff.length >= column.saw.size / 2;
}

/** Everyone who tried this address was closed at once, and someone did. */
export function isClosing({ saw, closing }: Column): boolean {
  return saw.size > 0 && closing.length === saw.size;
}

/** Who is closed at once at every connect to an address where others are not. */
export function hungUpOn(columns: readonly Column[]): string[] {
  return [...new Set(columns.filter(isOpen).flatMap(({ closing }) => closing))];
}

/** Whether "unreachable" is the word of any router or firewall on the way, not of the asking machines alone. */
export function toldByTheNetwork({ failedAttempts }: Facts): boolean {
  return failedAttempts.some(
    ({ attempt }) => attempt.stage !== 'local' && sightingOf(attempt) === 'unreachable',
  );
}

function isOpen({ connecting, closing }: Column): boolean {
  return connecting.length > closing.length;
}

function mostConnect({ connecting, saw }: Column): boolean {
  return connecting.length > saw.size / 2;
}

function isSplit({ columns, counted }: Facts): boolean {
  const cutOff = new Set(columns.filter(isContested).flatMap((column) => column.cutOff));
  return columns.some(isSplitColumn) || (cutOff.size > 0 && cutOff.size >= counted.length / 2);
}

function nobodyConnects({ columns }: Facts): boolean {
  return columns.length > 0 && columns.every(({ connecting }) => connecting.length === 0);
}

function nobodyAnswers(facts: Facts): boolean {
  return nobodyConnects(facts) && facts.columns.every(({ refused }) => refused.length === 0);
}

function unreachableShare({ columns }: Facts): number {
  const tried = new Set<string>();
  const told = new Set<string>();
  for (const { saw } of columns) {
    for (const [vantage, seen] of saw) {
      tried.add(vantage);
      if (seen === 'unreachable') told.add(vantage);
    }
  }
  return told.size / tried.size;
}

function everyoneConnects({ counted, nameFailed, columns }: Facts): boolean {
  return (
    counted.length > 0 &&
    nameFailed.length === 0 &&
    columns.every(({ saw }) => [...saw.values()].every(connects))
  );
}

function isClean({ columns, failedAttempts, lostSyns, earlier, counted }: Facts): boolean {
  const names = new Set(counted.map(({ vantage }) => vantage));
  const nameFailedBefore = earlier.some((round) =>
    round.some(({ vantage, saw }) => saw === 'name-failed' && names.has(vantage)),
  );
  // Where everyone is closed at once throughout, those closes are the verdict, not noise in it.
  const noise = columns.every(isClosing)
    ? failedAttempts.filter(({ attempt }) => !attempt.outcome.startsWith('connected-then-'))
    : failedAttempts;
  return noise.length === 0 && lostSyns === 0 && !nameFailedBefore;
}
