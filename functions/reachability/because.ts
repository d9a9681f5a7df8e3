import { errnosOf, localWords, nameWords, refusalWords } from './attempt-words.ts';
import { anyFailedIn, contradictions, notSeenAgain } from './confidence.ts';
import { expectedFrom, isAsExpected } from './expectations.ts';
import type { Column, Facts } from './facts.ts';
import { capitalised, count, names, span, verb } from './phrases.ts';
import type { Attempt } from './report.ts';
import { sightingOf } from './sighting.ts';
import { NO_REPORT } from './standing.ts';
import type { Standing } from './standing.ts';
import type { Expectations } from './verdict.ts';
import type { Sighting } from './words.ts';

const MOST_ADDRESSES = 6;
const MOST_LINES = 6;
/** A fact with these words is about vantages that are ignored. */
export const IGNORED = 'ignored because';

/** The facts behind a verdict, with counts, the most important first. */
export function because(facts: Facts, expect: Expectations | undefined): string[] {
  return [
    ...nameLines(facts),
    ...addressLines(facts),
    ...localLines(facts),
    ...icmpLines(facts),
    ...lossLines(facts),
    ...roundLines(facts),
    ...abstentionLines(facts),
    ...expectationLines(facts, expect),
  ];
}

function nameLines({ counted, nameFailed }: Facts): string[] {
  const byWords = Map.groupBy(nameFailed, ({ name }) => nameWords(name));
  const lines = [...byWords].map(([words, standings]) => {
    return `${names(standings.map(({ vantage }) => vantage))}: ${words}.`;
  });
  const given = Map.groupBy(
    counted.filter(({ name }) => name?.outcome === 'resolved' && name.addresses.length > 0),
    ({ name }) => name?.addresses.join(', ') ?? '',
  );
  if (given.size < 2) return lines;
  const shown = [...given].toSorted(([a], [b]) => (a < b ? -1 : 1)).slice(0, MOST_ADDRESSES);
  return [
    ...lines,
    `The vantages got different addresses for the name: ${shown
      .map(([addresses, who]) => `${addresses} (${names(who.map(({ vantage }) => vantage))})`)
      .join('; ')}${given.size > shown.length ? '; …' : ''}.`,
  ];
}

function addressLines({ columns, byVantage }: Facts): string[] {
  const failing = new Map(columns.map((column) => [column, failingAt(column)]));
  const worstFirst = columns.toSorted((a, b) => (failing.get(b) ?? 0) - (failing.get(a) ?? 0));
  const lines = worstFirst.slice(0, MOST_ADDRESSES).map((column) => addressLine(column, byVantage));
  return columns.length > MOST_ADDRESSES
    ? [...lines, `${columns.length - MOST_ADDRESSES} more addresses were tried.`]
    : lines;
}

function failingAt({ saw }: Column): number {
  return [...saw.values()].filter((seen) => seen !== 'open').length;
}

function addressLine({ address, saw }: Column, byVantage: Facts['byVantage']): string {
  const who = Map.groupBy([...saw], ([, seen]) => seen);
  const parts = (['open', 'closing', 'refused', 'unreachable', 'silent'] as const).flatMap((seen) => {
    const vantages = (who.get(seen) ?? []).map(([vantage]) => vantage);
    if (vantages.length === 0) return [];
    const attempts = vantages.flatMap(
      (vantage) => byVantage.get(vantage)?.byAddress.get(address)?.attempts ?? [],
    );
    const subject = saw.size === 1 ? names(vantages) : `${vantages.length} of ${saw.size} vantages`;
    const whom = saw.size > 1 && vantages.length < saw.size ? ` (${names(vantages)})` : '';
    return [`${subject} ${PHRASES[seen](vantages.length, attempts)}${whom}`];
  });
  return `${address}: ${parts.join('; ')}.`;
}

const PHRASES = {
  open: (n: number, attempts: readonly Attempt[]) =>
    `${verb(n, 'connects', 'connect')}${handshake(attempts)}`,
  closing: (n: number, attempts: readonly Attempt[]) => {
    const reset = attempts.some(({ outcome }) => outcome === 'connected-then-reset');
    return `${verb(n, 'connects', 'connect')}, but the connection is ${reset ? 'reset' : 'closed'} at once`;
  },
  refused: (n: number, attempts: readonly Attempt[]) => `${verb(n, 'is', 'are')} ${refusalWords(attempts)}`,
  unreachable: (n: number, attempts: readonly Attempt[]) => {
    const errnos = errnosOf(attempts);
    return `${verb(n, 'gets', 'get')} a network error${errnos.length > 0 ? ` (${errnos.join(', ')})` : ''}`;
  },
  silent: (n: number, attempts: readonly Attempt[]) => {
    const quiet = attempts.filter(({ outcome }) => outcome === 'timed-out');
    const known = quiet.filter(({ synRetransmits }) => synRetransmits !== undefined);
    const syns = known.reduce((sum, { synRetransmits = 0 }) => sum + 1 + synRetransmits, 0);
    const sent = known.length === quiet.length && syns > 0 ? `, ${count(syns, 'SYN')} sent` : '';
    const ended = quiet.filter(({ errno }) => errno === 'ETIMEDOUT').length;
    const left = [
      ...(ended < quiet.length ? [`${count(quiet.length - ended, 'attempt')} stayed in SYN_SENT`] : []),
      ...(ended > 0 ? [`the kernel ended ${count(ended, 'attempt')} (ETIMEDOUT)`] : []),
    ];
    return `${verb(n, 'gets', 'get')} no answer: ${left.join(', ')}${sent}`;
  },
};

function handshake(attempts: readonly Attempt[]): string {
  const times = attempts.flatMap(({ handshakeMs }) => handshakeMs ?? []);
  return times.length > 0 ? ` in ${span(times)}` : '';
}

/** An error of the vantage's own kernel, before a SYN was sent, is a different fact from an error of a router. */
function localLines({ counted }: Facts): string[] {
  const errors = counted.flatMap(({ vantage, addresses }) =>
    addresses
      .filter(({ saw }) => saw === 'unreachable')
      .flatMap(({ address, attempts }) =>
        attempts
          .filter(({ stage }) => stage === 'local')
          .map((attempt) => ({ vantage, address, words: localWords(attempt) })),
      ),
  );
  const same = Map.groupBy(errors, ({ address, words }) => `${address} ${words}`);
  const lines = [...same].toSorted(byKey).flatMap(([, some]) => {
    const [first] = some;
    if (!first) return [];
    return [`No SYN to ${first.address} was sent from ${vantagesOf(some)}: ${first.words}.`];
  });
  return atMost(lines, 'more local errors came');
}

function icmpLines({ failedAttempts }: Facts): string[] {
  const errors = failedAttempts.flatMap(({ vantage, attempt: { icmp, stage } }) =>
    icmp && stage !== 'local'
      ? [{ vantage, words: `${icmp.from} returned the ICMP error "${icmp.name.replaceAll('-', ' ')}"` }]
      : [],
  );
  const same = Map.groupBy(errors, ({ words }) => words);
  const lines = [...same].toSorted(byKey).map(([words, some]) => `${words} to ${vantagesOf(some)}.`);
  return atMost(lines, 'more ICMP errors came');
}

function vantagesOf(findings: readonly { vantage: string }[]): string {
  return names([...new Set(findings.map(({ vantage }) => vantage))]);
}

function lossLines({ failedAttempts, lostSyns, columns }: Facts): string[] {
  const saw = new Map(columns.map((column) => [column.address, column.saw]));
  // Where every connection is closed at once, the line of the address reports it.
  const failed = failedAttempts.filter(({ vantage, address, attempt }) => {
    const seen = saw.get(address)?.get(vantage);
    return seen === 'open' || (seen === 'closing' && sightingOf(attempt) !== 'closing');
  });
  const outcomes = [...new Set(failed.map(({ attempt }) => attempt.outcome))].toSorted();
  return [
    ...(failed.length > 0
      ? [
          `${count(failed.length, 'attempt')} of vantages that connect failed (${outcomes.join(', ')}): ${vantagesOf(failed)}.`,
        ]
      : []),
    ...(lostSyns > 0
      ? [
          `${count(lostSyns, 'SYN')} got no answer and ${verb(lostSyns, 'was', 'were')} sent again before the handshake.`,
        ]
      : []),
  ];
}

function roundLines(facts: Facts): string[] {
  if (facts.earlier.length === 0) return [];
  const against = contradictions(facts);
  if (against.length === 0) return agreementLines(facts);
  const shown = against.slice(0, 4).map(({ vantage, address, saw }) => {
    return `${vantage}${address === undefined ? '' : ` at ${address}`} saw ${saw.join(', then ')}`;
  });
  return [
    `The checks contradict each other: ${shown.join('; ')}${against.length > shown.length ? '; …' : ''}.`,
  ];
}

function agreementLines(facts: Facts): string[] {
  const unconfirmed = notSeenAgain(facts);
  if (unconfirmed.length > 0) {
    const byFinding = Map.groupBy(unconfirmed, ({ address, saw }) =>
      address === undefined ? 'that the name cannot be resolved' : earlierWords(saw, address),
    );
    const shown = [...byFinding].toSorted(byKey).slice(0, MOST_ADDRESSES);
    return shown.map(
      ([finding, some]) =>
        `An earlier check from ${vantagesOf(some)} found ${finding}; the last check could not test this again.`,
    );
  }
  const before = facts.earlier.some((round) => anyFailedIn(round, facts));
  const after = anyFailedIn(facts.standings, facts);
  if (before && !after) return ['In the second check, nothing failed.'];
  if (after && !before) return ['Only the second check found failures.'];
  return ['A second check confirmed this.'];
}

function earlierWords(saw: Sighting, address: string): string {
  if (saw === 'refused') return `that ${address} refuses connections`;
  if (saw === 'closing') return `that ${address} closes connections at once`;
  return saw === 'unreachable' ? `${address} unreachable` : `no answer from ${address}`;
}

function abstentionLines({ standings }: Facts): string[] {
  const byReason = Map.groupBy(
    standings.filter(({ counted }) => !counted),
    whyIgnored,
  );
  const lines = [...byReason].toSorted(byKey).map(([reason, some]) => {
    return `${vantagesOf(some)} ${verb(some.length, 'is', 'are')} ${IGNORED} ${reason}.`;
  });
  return atMost(lines, 'more reasons to ignore vantages were given');
}

/** A clause that follows "because". */
function whyIgnored({ abstained = 'it gave no reason', abstainedBriefly }: Standing): string {
  return abstainedBriefly === NO_REPORT ? `it gave no report: ${abstained}` : abstained;
}

/** A vantage can report any number of lines. Of those that are left out, only the number is given. */
function atMost(lines: readonly string[], more: string): string[] {
  const rest = lines.length - MOST_LINES;
  return rest > 0 ? [...lines.slice(0, MOST_LINES), `${rest} ${more}.`] : [...lines];
}

function expectationLines({ counted }: Facts, expect: Expectations | undefined): string[] {
  if (!expect || counted.length === 0) return [];
  if (isAsExpected(counted, expect)) return ['This is what is expected of the target.'];
  const off = counted.filter((standing) => !isAsExpected([standing], expect));
  const byExpectation = Map.groupBy(off, ({ vantage }) => expectedFrom(vantage, expect));
  return [...byExpectation]
    .toSorted(byKey)
    .map(([expected, some]) =>
      capitalised(
        `${expected} is expected from ${vantagesOf(some)}, but ${verb(some.length, 'it sees', 'they see')} something else.`,
      ),
    );
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
