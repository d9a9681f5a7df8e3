import { anyFailedIn, contradictions, notSeenAgain } from './confidence.ts';
import { expectedFrom, isAsExpected } from './expectations.ts';
import type { Column, Facts } from './facts.ts';
import { capitalised, count, names, span, verb } from './phrases.ts';
import type { Attempt, NameReport } from './report.ts';
import { sightingOf } from './sighting.ts';
import type { Expectations } from './verdict.ts';
import type { NameOutcome, Sighting } from './words.ts';

const MOST_ADDRESSES = 6;
const MOST_WORDS = 6;

const NAME_WORDS: Record<NameOutcome, string> = {
  'name-not-found': 'no such name (NXDOMAIN)',
  'name-without-address': 'the name exists but has no address',
  'name-server-failed': 'the look-up failed',
  'name-timed-out': 'no name server answered in time',
};

/** Codes of c-ares whose bare letters would not speak for themselves. */
const CODE_WORDS: Record<string, string> = {
  ESERVFAIL: 'the name server failed (SERVFAIL)',
  EREFUSED: 'the name server refused to answer (REFUSED)',
  ECONNREFUSED: 'no name server could be asked (ECONNREFUSED)',
};

/** Why a name did not lead to an address, no further than the look-up's own code goes. */
export function nameWords(name: NameReport | undefined): string {
  if (!name || name.outcome === 'resolved') return 'the name leads to no address';
  const { outcome, errorCode } = name;
  if (outcome !== 'name-server-failed' || errorCode === undefined) return NAME_WORDS[outcome];
  return CODE_WORDS[errorCode] ?? `${NAME_WORDS[outcome]} (${errorCode})`;
}

/** The facts behind a verdict, with counts, the telling ones first. */
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
    `Different addresses were given: ${shown
      .map(([addresses, who]) => `${addresses} to ${names(who.map(({ vantage }) => vantage))}`)
      .join('; ')}${given.size > shown.length ? '; …' : ''}.`,
  ];
}

function addressLines({ columns, byVantage }: Facts): string[] {
  const failing = new Map(columns.map((column) => [column, failingAt(column)]));
  const telling = columns.toSorted((a, b) => (failing.get(b) ?? 0) - (failing.get(a) ?? 0));
  const lines = telling.slice(0, MOST_ADDRESSES).map((column) => addressLine(column, byVantage));
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
    const subject = saw.size === 1 ? names(vantages) : `${vantages.length} of ${saw.size}`;
    const whom = saw.size > 1 && vantages.length < saw.size ? ` (${names(vantages)})` : '';
    return [`${subject} ${PHRASES[seen](vantages.length, attempts)}${whom}`];
  });
  return `${address}: ${parts.join('; ')}.`;
}

const PHRASES = {
  open: (n: number, attempts: readonly Attempt[]) =>
    `${verb(n, 'connects', 'connect')}${handshake(attempts)}`,
  closing: (n: number, attempts: readonly Attempt[]) => {
    const reset = attempts.filter(({ outcome }) => outcome === 'connected-then-reset').length;
    return `${verb(n, 'connects and is', 'connect and are')} ${reset > 0 ? 'reset' : 'closed'} at once`;
  },
  refused: (n: number, attempts: readonly Attempt[]) => {
    const by = new Set(attempts.flatMap(({ refusedBy }) => refusedBy ?? []));
    const how =
      by.size === 1
        ? by.has('rst')
          ? ' by a true RST'
          : ' by ICMP port unreachable'
        : by.size > 1
          ? ' by RST and by ICMP'
          : '';
    return `${verb(n, 'is', 'are')} refused${how}`;
  },
  unreachable: (n: number, attempts: readonly Attempt[]) => {
    const errnos = [...new Set(attempts.flatMap(({ errno }) => errno ?? []))].toSorted().slice(0, MOST_WORDS);
    return `${verb(n, 'is', 'are')} told that it cannot be reached${errnos.length > 0 ? ` (${errnos.join(', ')})` : ''}`;
  },
  silent: (n: number, attempts: readonly Attempt[]) => {
    const quiet = attempts.filter(({ outcome }) => outcome === 'timed-out');
    const known = quiet.filter(({ synRetransmits }) => synRetransmits !== undefined);
    const syns = known.reduce((sum, { synRetransmits = 0 }) => sum + 1 + synRetransmits, 0);
    const sent = known.length === quiet.length && syns > 0 ? `, ${count(syns, 'SYN')} sent` : '';
    const given = quiet.filter(({ errno }) => errno === 'ETIMEDOUT').length;
    const left = [
      ...(given < quiet.length ? [`${count(quiet.length - given, 'connect')} left in SYN_SENT`] : []),
      ...(given > 0 ? [`${count(given, 'connect')} given up by the kernel (ETIMEDOUT)`] : []),
    ];
    return `${verb(n, 'hears', 'hear')} nothing: ${left.join(', ')}${sent}`;
  },
};

function handshake(attempts: readonly Attempt[]): string {
  const times = attempts.flatMap(({ handshakeMs }) => handshakeMs ?? []);
  return times.length > 0 ? ` in ${span(times)}` : '';
}

/** What the own kernel said before any SYN left is a different fact from what a router said. */
function localLines({ counted }: Facts): string[] {
  const byWords = new Map<string, Set<string>>();
  for (const { vantage, addresses } of counted) {
    for (const { address, saw, attempts } of addresses) {
      if (saw !== 'unreachable') continue;
      for (const { stage, errno, reason } of attempts) {
        if (stage !== 'local') continue;
        const words = `no SYN to ${address} left: ${reason ?? `the machine's own routing or firewall says ${errno ?? 'no'}`}`;
        byWords.set(words, (byWords.get(words) ?? new Set<string>()).add(vantage));
      }
    }
  }
  const lines = [...byWords].toSorted(byKey).map(([words, who]) => `At ${names([...who])}, ${words}.`);
  return atMost(lines, 'more reasons of this kind were given');
}

function icmpLines({ failedAttempts }: Facts): string[] {
  const heard = new Map<string, Set<string>>();
  for (const { vantage, attempt } of failedAttempts) {
    if (!attempt.icmp || attempt.stage === 'local') continue;
    const key = `${attempt.icmp.from} answered "${attempt.icmp.name.replaceAll('-', ' ')}"`;
    heard.set(key, (heard.get(key) ?? new Set<string>()).add(vantage));
  }
  const lines = [...heard].toSorted(byKey).map(([words, who]) => `${words} to ${names([...who])}.`);
  return atMost(lines, 'more ICMP errors came');
}

function lossLines({ failedAttempts, lostSyns, columns }: Facts): string[] {
  const saw = new Map(columns.map((column) => [column.address, column.saw]));
  // Where every connect is closed at once, the line of the address says so.
  const strays = failedAttempts.filter(({ vantage, address, attempt }) => {
    const seen = saw.get(address)?.get(vantage);
    return seen === 'open' || (seen === 'closing' && sightingOf(attempt) !== 'closing');
  });
  const outcomes = [...new Set(strays.map(({ attempt }) => attempt.outcome))].toSorted();
  const who = [...new Set(strays.map(({ vantage }) => vantage))];
  return [
    ...(strays.length > 0
      ? [
          `${count(strays.length, 'connect')} of vantages that do get through failed (${outcomes.join(', ')}), from ${names(who)}.`,
        ]
      : []),
    ...(lostSyns > 0 ? [`${count(lostSyns, 'SYN')} had to be sent again before the handshake.`] : []),
  ];
}

function roundLines(facts: Facts): string[] {
  if (facts.earlier.length === 0) return [];
  const against = contradictions(facts);
  if (against.length === 0) return agreementLines(facts);
  const shown = against.slice(0, 4).map(({ vantage, address, saw }) => {
    return `${vantage}${address === undefined ? '' : ` at ${address}`} ${saw.join(', then ')}`;
  });
  return [
    `The rounds contradict each other: ${shown.join('; ')}${against.length > shown.length ? '; …' : ''}.`,
  ];
}

const EARLIER_WORDS: Partial<Record<Sighting, string>> = { closing: 'hang up', refused: 'refuse' };

function agreementLines(facts: Facts): string[] {
  const open = notSeenAgain(facts);
  if (open.length > 0) {
    const byFinding = Map.groupBy(open, ({ address, saw }) =>
      address === undefined ? 'the name lead nowhere' : `${address} ${EARLIER_WORDS[saw] ?? saw}`,
    );
    const shown = [...byFinding].toSorted(byKey).slice(0, MOST_ADDRESSES);
    return shown.map(([finding, who]) => {
      const vantages = [...new Set(who.map(({ vantage }) => vantage))];
      return `In an earlier round ${names(vantages)} saw ${finding}; the last one cannot say whether it still is so.`;
    });
  }
  const before = facts.earlier.some((round) => anyFailedIn(round, facts));
  const after = anyFailedIn(facts.standings, facts);
  if (before && !after) return ['In the second round nothing failed.'];
  if (after && !before) return ['Only the second round saw anything fail.'];
  return ['A second round saw the same.'];
}

function abstentionLines({ standings }: Facts): string[] {
  const byReason = Map.groupBy(
    standings.filter(({ counted }) => !counted),
    ({ abstained }) => abstained ?? 'no reason given',
  );
  const lines = [...byReason].toSorted(byKey).map(([reason, who]) => {
    const vantages = who.map(({ vantage }) => vantage);
    return `${names(vantages)} ${verb(vantages.length, 'does', 'do')} not count: ${reason}.`;
  });
  return atMost(lines, 'more reasons not to count were given');
}

/** A vantage can report any number of lines: only the number of the others is told. */
function atMost(lines: readonly string[], more: string): string[] {
  const rest = lines.length - MOST_WORDS;
  return rest > 0 ? [...lines.slice(0, MOST_WORDS), `${rest} ${more}.`] : [...lines];
}

function expectationLines({ counted }: Facts, expect: Expectations | undefined): string[] {
  if (!expect || counted.length === 0) return [];
  if (isAsExpected(counted, expect)) return ['That is what is expected of it.'];
  const off = counted.filter((standing) => !isAsExpected([standing], expect));
  const byExpectation = Map.groupBy(off, ({ vantage }) => expectedFrom(vantage, expect));
  return [...byExpectation]
    .toSorted(byKey)
    .map(([expected, who]) =>
      capitalised(
        `${expected} is expected from ${names(who.map(({ vantage }) => vantage))}, and is not what ${verb(who.length, 'it sees', 'they see')}.`,
      ),
    );
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
