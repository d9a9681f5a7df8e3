import type { Column, Facts } from './facts.ts';
import { connects, sightingOf } from './sighting.ts';
import type { Kind } from './words.ts';

/** One line of the decision table. */
export interface Rule {
  kind: Kind;
  /** The pattern over the vantages that are used, for a person. */
  pattern: string;
  holds(facts: Facts): boolean;
}

/** The decision table: the first rule that holds gives the kind of the verdict; the others that hold go into `also`. */
export const RULES: readonly Rule[] = [
  {
    kind: 'vantage-fault',
    pattern: 'some vantages reported, but no report can be used',
    holds: ({ standings, counted }) => counted.length === 0 && standings.some(({ reported }) => reported),
  },
  {
    kind: 'insufficient-data',
    pattern:
      'no vantage reported, or fewer than half did (vantages that are at fault themselves are left out)',
    holds: ({ counted, missing, standings }) =>
      counted.length < missing.length || standings.every(({ reported }) => !reported),
  },
  {
    kind: 'name-failure',
    pattern: 'the name cannot be resolved from any vantage',
    holds: ({ counted, nameFailed }) => counted.length > 0 && nameFailed.length === counted.length,
  },
  {
    kind: 'remote-refusal',
    pattern: 'no vantage can connect, and at least one is refused',
    holds: (facts) => noneConnects(facts) && facts.columns.some(({ refused }) => refused.length > 0),
  },
  {
    kind: 'unroutable',
    pattern: 'no vantage can connect, none is refused, and at least half get a network error (unreachable)',
    holds: (facts) => noneAnswered(facts) && unreachableShare(facts) >= 1 / 2,
  },
  {
    kind: 'unresponsive',
    pattern:
      'no vantage can connect, none is refused, and fewer than half get a network error: most get no answer',
    holds: (facts) => noneAnswered(facts) && unreachableShare(facts) < 1 / 2,
  },
  {
    kind: 'selective-refusal',
    pattern: 'some vantages connect, others are refused at the same address',
    holds: ({ columns }) => columns.some(isSelective),
  },
  {
    kind: 'local-routing-issue',
    pattern:
      'most vantages connect; fewer than half get no answer or a network error at an address that others reach',
    holds: (facts) => {
      const contested = facts.columns.filter(isContested);
      return contested.length > 0 && contested.every(mostConnect) && !isSplit(facts);
    },
  },
  {
    kind: 'split-reachability',
    pattern:
      'some vantages connect; half or more get no answer or a network error at an address that others reach',
    holds: (facts) => isSplit(facts),
  },
  {
    kind: 'partial-outage',
    pattern: 'some addresses, or a whole address family, fail for every vantage that tried; others work',
    holds: ({ columns }) => columns.some(({ isDead }) => isDead),
  },
  {
    kind: 'name-disagreement',
    pattern: 'the name cannot be resolved from some vantages, and others can resolve it',
    holds: ({ counted, nameFailed }) => nameFailed.length > 0 && nameFailed.length < counted.length,
  },
  {
    kind: 'accepts-then-closes',
    pattern:
      'every vantage connects, and the connection is closed at once (in `also`: every vantage that connects)',
    holds: ({ columns }) => columns.some(({ connecting }) => connecting.length > 0) && !columns.some(isOpen),
  },
  {
    kind: 'unstable',
    pattern: 'every vantage connects, but some attempts failed or SYNs were lost',
    holds: (facts) => allConnect(facts) && !isClean(facts),
  },
  {
    kind: 'reachable',
    pattern: 'every vantage connects, without a failed attempt or a lost SYN',
    holds: (facts) => allConnect(facts) && isClean(facts) && !facts.columns.every(isClosing),
  },
];

/** The kinds that hold, in the order of the rules. Never empty; a test holds this as a law. */
export function kindsThatHold(facts: Facts): Kind[] {
  return RULES.filter((rule) => rule.holds(facts)).map(({ kind }) => kind);
}

/** The pattern of a kind, for a person. */
export function patternOf(kind: Kind): string {
  return RULES.find((rule) => rule.kind === kind)?.pattern ?? '';
}

/** Some vantages connect to this address, others are refused at it. */
export function isSelective({ connecting, refused }: Column): boolean {
  return connecting.length > 0 && refused.length > 0;
}

/** Some vantages connect to this address, others get no answer from it. */
export function isContested({ connecting, cutOff }: Column): boolean {
  return connecting.length > 0 && cutOff.length > 0;
}

/** Too many of the vantages that tried this address are cut off from it: the fault cannot be called local. */
export function isSplitColumn(column: Column): boolean {
  return isContested(column) && column.cutOff.length >= column.saw.size / 2;
}

/** Every vantage that tried this address was closed at once; at least one tried it. */
export function isClosing({ saw, closing }: Column): boolean {
  return saw.size > 0 && closing.length === saw.size;
}

/** The vantages whose every connection to an address is closed at once, while others stay open. */
export function alwaysClosed(columns: readonly Column[]): string[] {
  return [...new Set(columns.filter(isOpen).flatMap(({ closing }) => closing))];
}

/** Whether a network error came from outside of the vantages' own machines. */
export function networkReturnedErrors({ failedAttempts }: Facts): boolean {
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

function noneConnects({ columns }: Facts): boolean {
  return columns.length > 0 && columns.every(({ connecting }) => connecting.length === 0);
}

function noneAnswered(facts: Facts): boolean {
  return noneConnects(facts) && facts.columns.every(({ refused }) => refused.length === 0);
}

function unreachableShare({ columns }: Facts): number {
  const tried = new Set<string>();
  const unreachable = new Set<string>();
  for (const { saw } of columns) {
    for (const [vantage, seen] of saw) {
      tried.add(vantage);
      if (seen === 'unreachable') unreachable.add(vantage);
    }
  }
  return unreachable.size / tried.size;
}

function allConnect({ counted, nameFailed, columns }: Facts): boolean {
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
  // Where every connection is closed at once, that is the verdict itself and not noise.
  const failures = columns.every(isClosing)
    ? failedAttempts.filter(({ attempt }) => !attempt.outcome.startsWith('connected-then-'))
    : failedAttempts;
  return failures.length === 0 && lostSyns === 0 && !nameFailedBefore;
}
