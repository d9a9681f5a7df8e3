import type { Facts } from './facts.ts';
import { shortened } from './one-line.ts';
import { count, list, names, verb } from './phrases.ts';
import type { Attempt, NameReport } from './report.ts';
import { sightingOf } from './sighting.ts';
import type { NameOutcome } from './words.ts';

/** An attempt with the address that it went to. */
export interface AttemptAt {
  address: string;
  attempt: Attempt;
}

/** So many different causes stand in one sentence. */
const MOST_CAUSES = 2;
const MOST_ROUTERS = 2;
/** A reason of a vantage, in one sentence with others. */
const MOST_REASON_CHARS = 80;

const NAME_WORDS: Record<NameOutcome, string> = {
  'name-not-found': 'DNS answers that the name does not exist (NXDOMAIN)',
  'name-without-address': 'the name exists but has no address',
  'name-server-failed': 'the lookup failed',
  'name-timed-out': 'no name server answered in time',
};

/** Codes of c-ares, in words. */
const CODE_WORDS: Record<string, string> = {
  ESERVFAIL: 'the name server fails (SERVFAIL)',
  EREFUSED: 'the name server refuses to answer (REFUSED)',
  ECONNREFUSED: 'no name server could be contacted (ECONNREFUSED)',
};

/** Why a name did not resolve to an address. Claims no more than the code of the lookup. */
export function nameWords(name: NameReport | undefined): string {
  if (!name || name.outcome === 'resolved') return 'the name has no address';
  const { outcome, errorCode } = name;
  if (outcome !== 'name-server-failed' || errorCode === undefined) return NAME_WORDS[outcome];
  return CODE_WORDS[errorCode] ?? `${NAME_WORDS[outcome]} (${errorCode})`;
}

/** The attempts of these vantages in the last round, at all addresses or at those given. */
export function attemptsOf(
  vantages: readonly string[],
  { byVantage }: Pick<Facts, 'byVantage'>,
  addresses?: readonly string[],
): AttemptAt[] {
  return vantages.flatMap((vantage) =>
    (byVantage.get(vantage)?.addresses ?? [])
      .filter(({ address, saw }) => saw !== 'nothing' && (addresses?.includes(address) ?? true))
      .flatMap(({ address, attempts }) => attempts.map((attempt) => ({ address, attempt }))),
  );
}

/** "refused (TCP RST)", "refused (ICMP port unreachable)", "refused" where the kernel did not tell. */
export function refusalWords(attempts: readonly Attempt[]): string {
  const refusals = attempts.filter((attempt) => sightingOf(attempt) === 'refused');
  if (refusals.length > 0 && refusals.every(({ outcome }) => outcome === 'reset')) {
    return 'reset during the handshake (TCP RST)';
  }
  const by = new Set(refusals.flatMap(({ refusedBy }) => refusedBy ?? []));
  const how = [
    ...(by.has('rst') ? ['TCP RST'] : []),
    ...(by.has('icmp-port-unreachable') ? ['ICMP port unreachable'] : []),
  ];
  return how.length > 0 ? `refused (${how.join(', ')})` : 'refused';
}

/** "resets them" or "closes them", of connections that were closed right after the handshake. */
export function closingWords(attempts: readonly Attempt[]): string {
  const outcomes = new Set(attempts.map(({ outcome }) => outcome));
  const reset = outcomes.has('connected-then-reset');
  if (reset && outcomes.has('connected-then-closed')) return 'closes or resets';
  return reset ? 'resets' : 'closes';
}

/**
 * Why these attempts did not get through: "6 of 6 attempts got no answer", or who returned an error and which. The address of a router
 * is the source address of its ICMP error.
 */
export function obstacleWords(attempts: readonly AttemptAt[]): string {
  const failed = attempts.filter(({ attempt }) => sightingOf(attempt) !== 'nothing');
  const silent = failed.filter(({ attempt }) => sightingOf(attempt) === 'silent').length;
  const errors = errorWords(failed.filter(({ attempt }) => sightingOf(attempt) === 'unreachable'));
  const shown = errors.slice(0, MOST_CAUSES);
  const more = errors.length - shown.length;
  return list([
    ...shown,
    ...(more > 0 ? [`${count(more, 'other error')} came`] : []),
    ...(silent > 0 ? [`${silent} of ${count(failed.length, 'attempt')} got no answer`] : []),
  ]);
}

/** The routers and hosts that returned an ICMP error to one of these attempts, in order; none of the vantage's own machine. */
export function icmpSources(attempts: readonly AttemptAt[]): string[] {
  const sources = attempts.flatMap(({ address, attempt: { stage, icmp } }) =>
    icmp && stage !== 'local' && icmp.from !== address ? [icmp.from] : [],
  );
  return [...new Set(sources)].toSorted();
}

function errorWords(attempts: readonly AttemptAt[]): string[] {
  const remote = attempts.filter(({ attempt }) => attempt.stage !== 'local');
  const told = remote.filter(({ attempt }) => attempt.icmp !== undefined);
  const byError = Map.groupBy(told, ({ attempt }) => attempt.icmp?.name ?? '');
  const icmp = [...byError]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, some]) => icmpWords(name, some));
  const errnos = errnosOf(
    remote.filter(({ attempt }) => attempt.icmp === undefined).map(({ attempt }) => attempt),
  );
  const local = attempts.filter(({ attempt }) => attempt.stage === 'local');
  return [
    ...icmp,
    ...(errnos.length > 0 ? [`the network returns an error (${errnos.join(', ')})`] : []),
    ...(remote.length > told.length && errnos.length === 0 ? ['the network returns an error'] : []),
    ...new Set(local.map(({ attempt }) => shortened(localWords(attempt), MOST_REASON_CHARS))),
  ];
}

/** Why an attempt ended on the vantage's own machine. */
export function localWords({ reason, errno }: Attempt): string {
  if (reason !== undefined) return reason;
  return `the vantage's own routing table or firewall rejects it${errno === undefined ? '' : `: ${errno}`}`;
}

function icmpWords(name: string, attempts: readonly AttemptAt[]): string {
  const routers = icmpSources(attempts);
  const who =
    routers.length === 0
      ? 'the target itself'
      : routers.length > MOST_ROUTERS
        ? count(routers.length, 'router')
        : `${verb(routers.length, 'router', 'routers')} ${names(routers)}`;
  const several = routers.length > 1;
  const words = name.replaceAll('-', ' ');
  if (/prohibited|policy|rejected|cutoff/.test(name))
    return `${who} ${several ? 'reject' : 'rejects'} it (${words})`;
  if (name === 'time-exceeded') {
    return `${who} ${several ? 'report' : 'reports'} an exceeded hop limit, as in a routing loop`;
  }
  return `${who} ${several ? 'report' : 'reports'} ${words}`;
}

/** The different errnos of attempts, in alphabetical order; at most six. */
export function errnosOf(attempts: readonly Attempt[]): string[] {
  return [...new Set(attempts.flatMap(({ errno }) => errno ?? []))].toSorted().slice(0, 6);
}
