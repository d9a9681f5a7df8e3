import { because, nameWords } from './because.ts';
import type { Facts } from './facts.ts';
import { notRuledOut } from './not-ruled-out.ts';
import { all, capitalised, count, names, verb } from './phrases.ts';
import { hungUpOn, isContested, isSelective, toldByTheNetwork } from './rules.ts';
import { nobodyMayTry } from './standing.ts';
import { formatTarget } from './target.ts';
import type { Expectations } from './verdict.ts';
import type { Kind } from './words.ts';

export interface Explained {
  summary: string;
  because: string[];
  notRuledOut: string[];
}

/** What is said of a verdict: one sentence, the facts, and what they cannot exclude. */
export function explain(verdict: {
  kind: Kind;
  also: readonly Kind[];
  facts: Facts;
  expect: Expectations | undefined;
}): Explained {
  const { kind, also, facts, expect } = verdict;
  return {
    summary: SUMMARIES[kind](facts),
    because: because(facts, expect),
    notRuledOut: notRuledOut(kind, also, facts),
  };
}

const SUMMARIES: Record<Kind, (facts: Facts) => string> = {
  'vantage-fault': ({ target, standings }) => {
    const name = formatTarget(target);
    return nobodyMayTry(standings)
      ? `Nobody was allowed to try ${name}: nothing can be said about it.`
      : `The trouble is on our side: no vantage that reported can be trusted, so nothing is said about ${name}.`;
  },
  'insufficient-data': ({ target, counted, standings }) =>
    counted.length === 0
      ? `No vantage gave an answer that counts: nothing can be said about ${formatTarget(target)}.`
      : `Only ${counted.length} of ${count(standings.length, 'vantage')} gave an answer that counts: too few to judge ${formatTarget(target)}.`,
  'name-failure': ({ target, counted, nameFailed, standings }) => {
    const [first, ...others] = new Set(nameFailed.map(({ name }) => nameWords(name)));
    const why = first !== undefined && others.length === 0 ? `: ${first}` : '';
    return `The name ${target.host} leads to no address from ${all(everyone(counted), standings.length)}${why}.`;
  },
  'remote-refusal': (facts) => {
    const refused = who(facts, 'refused');
    return `${formatTarget(facts.target)} answers, and says no: ${subject(refused, facts)} ${verb(refused.length, 'is', 'are')} refused, nobody connects.`;
  },
  unroutable: (facts) => {
    const told = who(facts, 'unreachable');
    const name = formatTarget(facts.target);
    const stopped = `${subject(told, facts)} ${verb(told.length, 'was', 'were')} stopped by ${verb(told.length, 'its', 'their')} own routing or firewall`;
    if (facts.failedAttempts.every(({ attempt }) => attempt.stage === 'local')) {
      return `No SYN to ${name} left: ${stopped}.`;
    }
    if (!toldByTheNetwork(facts)) return `Nobody connects to ${name}: ${stopped}, the rest hear nothing.`;
    return `The network says that ${name} cannot be reached: ${subject(told, facts)} ${verb(told.length, 'was', 'were')} told so, nobody connects.`;
  },
  unresponsive: (facts) =>
    `Nothing answers at ${formatTarget(facts.target)}, seen from ${subject(who(facts, 'silent'), facts)}: down or filtered, which TCP alone cannot tell.`,
  'selective-refusal': (facts) => {
    const columns = facts.columns.filter(isSelective);
    const refused = [...new Set(columns.flatMap((column) => column.refused))];
    return `${formatTarget(facts.target)} is open to some and refused to ${names(refused)} at the same address: a filter by source, or something that answers in its name.`;
  },
  'local-routing-issue': (facts) => {
    const cutOff = cutOffWhereOthersConnect(facts);
    const name = formatTarget(facts.target);
    const cannot = `The fault is local to ${names(cutOff)}: ${verb(cutOff.length, 'it cannot', 'they cannot')} reach ${name}`;
    return connectElsewhere(cutOff, facts)
      ? `${cannot} at ${names(contestedAddresses(facts))}, where most others connect.`
      : `${cannot}, most others connect.`;
  },
  'split-reachability': (facts) => {
    const cutOff = cutOffWhereOthersConnect(facts);
    const name = formatTarget(facts.target);
    const whom = `${names(cutOff)} (${cutOff.length} of ${facts.counted.length})`;
    const seen = connectElsewhere(cutOff, facts)
      ? `${name} is not reached at ${names(contestedAddresses(facts))} by ${whom}, where others connect`
      : `${name} is reached by some and not by ${whom}`;
    return cutOff.length === 1
      ? `${seen}: one against one, too few to tell a local fault from one in transit or a silent filter.`
      : `${seen}: too wide to be local, so a transit fault or a silent filter.`;
  },
  'partial-outage': (facts) => {
    const dead = facts.columns.filter(({ isDead }) => isDead);
    const working = facts.columns.length - dead.length;
    const addresses = names(dead.map(({ address }) => address));
    return `${formatTarget(facts.target)} works at ${count(working, 'address', 'addresses')}, but ${addresses} ${verb(dead.length, 'fails', 'fail')} for everyone who tried.`;
  },
  'name-disagreement': ({ target, nameFailed }) =>
    `The name ${target.host} leads nowhere from ${names(nameFailed.map(({ vantage }) => vantage))}, and works from others.`,
  'accepts-then-closes': ({ target, counted, standings }) =>
    `${formatTarget(target)} accepts ${all(everyone(counted), standings.length)} and hangs up at once.`,
  unstable: ({ target, counted, failedAttempts, lostSyns, columns, standings }) => {
    const closed = hungUpOn(columns);
    const troubles = [
      ...(failedAttempts.length > 0 ? [`${count(failedAttempts.length, 'connect')} failed`] : []),
      ...(lostSyns > 0 ? [`${count(lostSyns, 'SYN')} ${verb(lostSyns, 'was', 'were')} lost`] : []),
      ...(closed.length > 0
        ? [`${names(closed)} ${verb(closed.length, 'is', 'are')} hung up on every time`]
        : []),
    ];
    return `${capitalised(all(everyone(counted), standings.length))} ${verb(counted.length, 'connects', 'connect')} to ${formatTarget(target)} in the end, but not smoothly: ${troubles.join(' and ') || 'the name failed at first'}.`;
  },
  reachable: ({ target, counted, standings }) =>
    `${capitalised(all(everyone(counted), standings.length))} ${verb(counted.length, 'connects', 'connect')} to ${formatTarget(target)}.`,
};

function who({ columns }: Facts, saw: 'refused' | 'unreachable' | 'silent'): string[] {
  return [
    ...new Set(
      columns.flatMap((column) =>
        [...column.saw].flatMap(([vantage, seen]) => (seen === saw ? [vantage] : [])),
      ),
    ),
  ];
}

function subject(vantages: readonly string[], { counted, standings }: Facts): string {
  return vantages.length === counted.length
    ? all(everyone(counted), standings.length)
    : `${vantages.length} of ${count(counted.length, 'vantage')}`;
}

function cutOffWhereOthersConnect({ columns }: Facts): string[] {
  return [...new Set(columns.filter(isContested).flatMap((column) => column.cutOff))];
}

function contestedAddresses({ columns }: Facts): string[] {
  return columns.filter(isContested).map(({ address }) => address);
}

/** Whether any of these connects to another address of the target. */
function connectElsewhere(vantages: readonly string[], { columns }: Facts): boolean {
  const asked = new Set(vantages);
  return columns.some(({ connecting }) => connecting.some((vantage) => asked.has(vantage)));
}

function everyone(counted: Facts['counted']): string[] {
  return counted.map(({ vantage }) => vantage);
}
