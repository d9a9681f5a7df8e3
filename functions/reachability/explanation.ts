import { attemptsOf, closingWords, nameWords, obstacleWords, refusalWords } from './attempt-words.ts';
import { because } from './because.ts';
import type { Column, Facts } from './facts.ts';
import { nextSteps } from './next-steps.ts';
import { notRuledOut } from './not-ruled-out.ts';
import { capitalised, count, every, few, list, span, verb } from './phrases.ts';
import { alwaysClosed, isContested, isSelective, networkReturnedErrors } from './rules.ts';
import { noneAllowed } from './standing.ts';
import { formatTarget } from './target.ts';
import type { Expectations } from './verdict.ts';
import type { Kind } from './words.ts';

export interface Explained {
  summary: string;
  because: string[];
  notRuledOut: string[];
  nextSteps: string[];
}

/** So many reasons are named in a summary; of more it says that there are others. */
const MOST_REASONS = 2;

/** The text of a verdict: one sentence, the facts, what they cannot exclude, and what to do now. */
export function explain(verdict: {
  kind: Kind;
  also: readonly Kind[];
  facts: Facts;
  expect: Expectations | undefined;
  asExpected: boolean;
}): Explained {
  const { kind, also, facts, expect, asExpected } = verdict;
  return {
    summary: SUMMARIES[kind](facts),
    because: because(facts, expect),
    notRuledOut: notRuledOut(kind, also, facts),
    nextSteps: asExpected ? [] : nextSteps(kind, facts, expect),
  };
}

const REFUSAL_CAUSES = {
  refused: 'Probably no service listens on this port, or a firewall rejects the connection.',
  reset: 'Probably a firewall or a proxy resets the connection.',
};

const SUMMARIES: Record<Kind, (facts: Facts) => string> = {
  'vantage-fault': ({ target, standings }) => {
    const name = formatTarget(target);
    const reported = standings.filter((standing) => standing.reported);
    const why = withCounts(reported.map(({ abstainedBriefly }) => abstainedBriefly ?? 'no reason given'));
    if (noneAllowed(standings)) {
      return `No vantage was allowed to try ${name}, so nothing is known about it.`;
    }
    const [only, ...others] = reported;
    return only && others.length === 0
      ? `Nothing is known about ${name}: only ${only.vantage} reported, and its report cannot be used: ${why}.`
      : `Nothing is known about ${name}: no report of the ${reported.length} vantages can be used: ${why}.`;
  },
  'insufficient-data': ({ target, counted, standings, missing }) =>
    counted.length === 0
      ? `No vantage gave a report, so nothing is known about ${formatTarget(target)}.`
      : `No verdict on ${formatTarget(target)}: only ${counted.length} of ${count(standings.length, 'vantage')} ${verb(counted.length, 'has', 'have')} a usable report, and ${missing.length} gave none.`,
  'name-failure': ({ target, counted, nameFailed, standings }) =>
    `The name ${target.host} cannot be resolved from ${every(namesOf(counted), standings.length, 'any')}: ${withCounts(nameFailed.map(({ name }) => nameWords(name)))}.`,
  'remote-refusal': (facts) => {
    const refused = vantagesThatSaw('refused', facts);
    const how = refusalWords(attempts(refused, facts));
    const rest = namesOf(facts.counted).filter((vantage) => !refused.includes(vantage));
    const why = obstacleWords(attemptsOf(rest, facts));
    const others = rest.length > 0 ? `; no other vantage can connect${why === '' ? '' : ` (${why})`}` : '';
    return `${formatTarget(facts.target)} refuses the connection: ${subject(refused, facts)} ${verb(refused.length, 'is', 'are')} ${how}${others}. ${REFUSAL_CAUSES[how.startsWith('reset') ? 'reset' : 'refused']}`;
  },
  unroutable: (facts) => {
    const name = formatTarget(facts.target);
    const failing = vantagesThatSaw('unreachable', facts);
    const why = obstacleWords(attemptsOf(namesOf(facts.counted), facts));
    if (facts.failedAttempts.every(({ attempt }) => attempt.stage === 'local')) {
      return `No SYN to ${name} was sent from ${subject(failing, facts)}: ${why}.`;
    }
    if (!networkReturnedErrors(facts)) {
      return `No vantage can connect to ${name}, and ${subject(failing, facts)} sent no SYN: ${why}.`;
    }
    const others = failing.length < facts.counted.length ? ', and no vantage can connect' : '';
    return `${name} is unreachable from ${subject(failing, facts)}${others}: ${why}.`;
  },
  unresponsive: (facts) => {
    const { target, counted, standings } = facts;
    const why = obstacleWords(attemptsOf(namesOf(counted), facts));
    return `${none(namesOf(counted), standings.length)} connect to ${formatTarget(target)}: ${why}. The host is down, a firewall drops the packets, or a path is broken. TCP alone cannot tell which.`;
  },
  'selective-refusal': (facts) => {
    const columns = facts.columns.filter(isSelective);
    const refused = [...new Set(columns.flatMap((column) => column.refused))];
    const connecting = [...new Set(columns.flatMap((column) => column.connecting))];
    const how = refusalWords(attempts(refused, facts, columns));
    return `${capitalised(some(connecting, facts))} ${verb(connecting.length, 'connects', 'connect')} to ${formatTarget(facts.target)}, but ${few(refused)} ${verb(refused.length, 'is', 'are')} ${how} at the same address of the target. Probably the target refuses some source addresses, or another device refuses instead of the target.`;
  },
  'local-routing-issue': (facts) => {
    const columns = facts.columns.filter(isContested);
    const { cutOff, connecting } = sides(columns);
    const where = connectElsewhere(cutOff, facts) ? ` at ${few(addressesOf(columns))}` : '';
    const why = obstacleWords(attemptsOf(cutOff, facts, addressesOf(columns)));
    return `${formatTarget(facts.target)} cannot be reached${where} from ${few(cutOff)}, where ${why}, but ${some(connecting, facts)} ${verb(connecting.length, 'connects', 'connect')}. The fault is probably local to ${few(cutOff)} or on ${verb(cutOff.length, 'its path', 'their paths')}, unless the target drops ${verb(cutOff.length, 'its packets', 'their packets')}.`;
  },
  'split-reachability': (facts) => {
    const columns = facts.columns.filter(isContested);
    const { cutOff, connecting } = sides(columns);
    const where = connectElsewhere(cutOff, facts) ? ` at ${few(addressesOf(columns))}` : '';
    const why = obstacleWords(attemptsOf(cutOff, facts, addressesOf(columns)));
    const seen = `${formatTarget(facts.target)} cannot be reached${where} from ${few(cutOff)}, where ${why}, but ${some(connecting, facts)} ${verb(connecting.length, 'connects', 'connect')}`;
    return cutOff.length === 1
      ? `${seen}. There are too few vantages to tell a local fault from a fault in a network between or a firewall that drops packets.`
      : `${seen}. This affects too many vantages to be local: probably a network between fails, or a firewall drops some sources.`;
  },
  'partial-outage': (facts) => {
    const dead = facts.columns.filter(({ isDead }) => isDead);
    const working = facts.columns.filter(({ isDead }) => !isDead);
    const name = formatTarget(facts.target);
    const family = deadFamily(dead, working);
    const addresses = few(addressesOf(dead));
    const where =
      family === undefined
        ? `accepts connections at ${few(addressesOf(working))}, but not at ${addresses}`
        : `accepts connections over IPv${family === 6 ? 4 : 6}, but not over IPv${family} (${addresses})`;
    const tried = new Set(dead.flatMap(({ saw }) => [...saw.keys()]));
    return `${name} ${where}, which ${count(tried.size, 'vantage')} tried: ${deadWords(dead, facts)}.`;
  },
  'name-disagreement': ({ target, nameFailed, counted }) =>
    `The name ${target.host} cannot be resolved from ${few(nameFailed.map(({ vantage }) => vantage))} (${withCounts(nameFailed.map(({ name }) => nameWords(name)))}), but ${counted.length - nameFailed.length} of ${count(counted.length, 'vantage')} can resolve it.`,
  'accepts-then-closes': (facts) => {
    const { target, counted, standings } = facts;
    const closes = closingWords(attempts(namesOf(counted), facts));
    return `${formatTarget(target)} accepts connections from ${every(namesOf(counted), standings.length)}, and ${closes} each connection immediately, before it sends data.`;
  },
  unstable: (facts) => {
    const { target, counted, failedAttempts, lostSyns, columns, standings } = facts;
    const closed = alwaysClosed(columns);
    const outcomes = [...new Set(failedAttempts.map(({ attempt }) => attempt.outcome))].toSorted();
    const problems = [
      ...(failedAttempts.length > 0
        ? [
            `${failedAttempts.length} of ${count(facts.attempts, 'attempt')} failed (${few(outcomes).replaceAll('-', ' ')})`,
          ]
        : []),
      ...(lostSyns > 0 ? [`${count(lostSyns, 'SYN')} ${verb(lostSyns, 'was', 'were')} lost`] : []),
      ...(closed.length > 0 ? [`the connections of ${few(closed)} were closed immediately every time`] : []),
    ];
    return `${capitalised(every(namesOf(counted), standings.length))} ${verb(counted.length, 'connects', 'connect')} to ${formatTarget(target)}, but ${list(problems) || 'the name could not be resolved in an earlier check'}.`;
  },
  reachable: (facts) => {
    const { target, counted, standings } = facts;
    const times = attempts(namesOf(counted), facts).flatMap(({ handshakeMs }) => handshakeMs ?? []);
    const within = times.length > 0 ? ` in ${span(times)}` : '';
    return `${capitalised(every(namesOf(counted), standings.length))} ${verb(counted.length, 'connects', 'connect')} to ${formatTarget(target)}${within}.`;
  },
};

function attempts(vantages: readonly string[], facts: Facts, columns = facts.columns) {
  return attemptsOf(vantages, facts, addressesOf(columns)).map(({ attempt }) => attempt);
}

/** The reason that all share; else each with its number: "no IPv4 route (2) and no usable evidence (1)". */
function withCounts(reasons: readonly string[]): string {
  const byReason = [...Map.groupBy(reasons, (reason) => reason)].toSorted(
    ([a, first], [b, second]) => second.length - first.length || (a < b ? -1 : 1),
  );
  if (byReason.length === 1) return byReason[0]?.[0] ?? '';
  const shown = byReason.slice(0, MOST_REASONS).map(([reason, same]) => `${reason} (${same.length})`);
  return list(byReason.length > shown.length ? [...shown, 'other reasons'] : shown);
}

function vantagesThatSaw(wanted: 'refused' | 'unreachable', { columns }: Facts): string[] {
  return [
    ...new Set(
      columns.flatMap(({ saw }) => [...saw].flatMap(([vantage, seen]) => (seen === wanted ? [vantage] : []))),
    ),
  ];
}

/** "all 5 vantages", or "3 of 5 vantages". */
function subject(vantages: readonly string[], { counted, standings }: Facts): string {
  return vantages.length === counted.length
    ? every(namesOf(counted), standings.length)
    : some(vantages, { counted });
}

/** "None of the 5 vantages can", "The only vantage (a) cannot". */
function none(vantages: readonly string[], asked: number): string {
  if (vantages.length === 1) return `${capitalised(every(vantages, asked))} cannot`;
  return `None of the ${vantages.length} ${vantages.length < asked ? 'usable ' : ''}vantages can`;
}

/** "3 of 5 vantages". */
function some(vantages: readonly string[], { counted }: Pick<Facts, 'counted'>): string {
  return `${vantages.length} of ${count(counted.length, 'vantage')}`;
}

/** Who is cut off from these addresses, and who connects to them. */
function sides(columns: readonly Column[]): { cutOff: string[]; connecting: string[] } {
  return {
    cutOff: [...new Set(columns.flatMap((column) => column.cutOff))],
    connecting: [...new Set(columns.flatMap((column) => column.connecting))],
  };
}

function addressesOf(columns: readonly Column[]): string[] {
  return columns.map(({ address }) => address);
}

/** The address family that fails as a whole while the other one works. */
function deadFamily(dead: readonly Column[], working: readonly Column[]): 4 | 6 | undefined {
  const [family, ...others] = new Set(dead.map((column) => column.family));
  if (family === undefined || others.length > 0) return undefined;
  return working.some((column) => column.family === family) ? undefined : family;
}

function deadWords(dead: readonly Column[], facts: Facts): string {
  const tried = [...new Set(dead.flatMap(({ saw }) => [...saw.keys()]))];
  const made = attemptsOf(tried, facts, addressesOf(dead));
  const bare = made.map(({ attempt }) => attempt);
  const saw = new Set(dead.flatMap((column) => [...column.saw.values()]));
  return [
    ...(saw.has('refused') ? [refusalWords(bare)] : []),
    ...(saw.has('closing') ? ['each connection was closed immediately'] : []),
    ...[obstacleWords(made)].filter((words) => words !== ''),
  ].join('; ');
}

/** Whether one of these vantages connects to another address of the target. */
function connectElsewhere(vantages: readonly string[], { columns }: Facts): boolean {
  const asked = new Set(vantages);
  return columns.some(({ connecting }) => connecting.some((vantage) => asked.has(vantage)));
}

function namesOf(counted: Facts['counted']): string[] {
  return counted.map(({ vantage }) => vantage);
}
