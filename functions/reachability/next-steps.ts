import { parseAddress } from './address.ts';
import { ADVICE, EXPECTATION_STEP, fill, PLACEHOLDERS, placeholdersIn } from './advice.ts';
import type { Circumstances, Placeholder, Step } from './advice.ts';
import { attemptsOf, icmpSources } from './attempt-words.ts';
import { expectedFrom, isAsExpected } from './expectations.ts';
import type { Column, Facts } from './facts.ts';
import { few } from './phrases.ts';
import { isContested, isSelective } from './rules.ts';
import { CONTROLS_FAILED, noneAllowed } from './standing.ts';
import type { Standing } from './standing.ts';
import { formatTarget, isName } from './target.ts';
import type { Expectations } from './verdict.ts';
import { AWS } from './words.ts';
import type { Kind } from './words.ts';

type Values = Partial<Record<Placeholder, string>>;

/** What can stand in a command without quotes. A report from a file can name any host. */
const SAFE_IN_COMMAND = /^[\w.:%[\]-]+$/;

/** What to do now about a verdict that is not as expected: the steps of its kind that apply, with the names of this target. */
export function nextSteps(kind: Kind, facts: Facts, expect: Expectations | undefined): string[] {
  const values = valuesOf(kind, facts);
  const unexpected = facts.counted.filter((standing) => !isAsExpected([standing], expect));
  const byExpectation = Map.groupBy(unexpected, ({ vantage }) => expectedFrom(vantage, expect));
  const expectsOpen = unexpected.length === 0 || byExpectation.has('open');
  const given = circumstances(kind, facts, expectsOpen);
  const expectationSteps = [...byExpectation]
    .filter(([expected]) => expected !== 'open')
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([expected, standings]) =>
      applied([EXPECTATION_STEP], { ...values, expected, vantages: few(standings.map(nameOf)) }, given),
    );
  return [...expectationSteps, ...(expectsOpen ? applied(ADVICE[kind].next, values, given) : [])];
}

function applied(steps: readonly Step[], values: Values, given: Circumstances): string[] {
  return steps
    .filter(
      ({ text, when }) => (when?.(given) ?? true) && placeholdersIn(text).every((name) => name in values),
    )
    .map(({ text }) => fill(text, values));
}

function valuesOf(kind: Kind, facts: Facts): Values {
  const { target, standings, counted } = facts;
  const failing = failingVantages(kind, facts);
  const columns = failingColumns(kind, facts);
  const addresses = columns.map(({ address }) => address);
  const routers = icmpSources(attemptsOf(failing, facts));
  // No person can run a command in a Lambda function.
  const shell = failing.find((vantage) => facts.byVantage.get(vantage)?.network !== AWS);
  const servers = shell === undefined ? [] : (facts.byVantage.get(shell)?.name?.servers ?? []);
  const server = servers.find((text) => parseAddress(text) !== undefined);
  const working = columns
    .flatMap(({ connecting }) => connecting)
    .find((vantage) => !failing.includes(vantage));
  const name = formatTarget(target);
  const safe = SAFE_IN_COMMAND.test(name);
  return {
    target: safe ? name : PLACEHOLDERS.target,
    host: safe ? target.host : PLACEHOLDERS.host,
    port: String(target.port),
    ...(addresses.length > 0 && { addresses: few(addresses) }),
    ...(failing.length > 0 && { vantages: few(failing) }),
    ...(shell !== undefined && { shell }),
    ...(working !== undefined && { working }),
    ...(routers.length > 0 && { routers: few(routers) }),
    ...(server !== undefined && { server }),
    ...(counted.length === 0 && standings.length === 0 && { vantages: 'the vantages' }),
  };
}

function circumstances(kind: Kind, facts: Facts, expectsOpen: boolean): Circumstances {
  const { standings, nameFailed, counted, target } = facts;
  const failing = failingVantages(kind, facts);
  const unreachable = facts.failedAttempts.map(({ attempt }) => attempt);
  return {
    noneAllowed: noneAllowed(standings),
    controlsFailed: standings.some(({ abstainedBriefly }) => abstainedBriefly === CONTROLS_FAILED),
    nameIsMissing: nameFailed.every(
      ({ name }) => name?.outcome === 'name-not-found' || name?.outcome === 'name-without-address',
    ),
    someLocal: unreachable.some(({ stage }) => stage === 'local'),
    allLocal: unreachable.every(({ stage }) => stage === 'local'),
    inAws: failing.some((vantage) => facts.byVantage.get(vantage)?.network === AWS),
    severalFail: failing.length > 1,
    someFail: failing.length > 0 && failing.length < counted.length,
    hostIsName: isName(target.host),
    ipv6Fails: failingColumns(kind, facts).some(({ family }) => family === 6),
    expectsOpen,
  };
}

/** The vantages that the steps are about. */
function failingVantages(kind: Kind, facts: Facts): string[] {
  const { standings, missing, nameFailed, failedAttempts } = facts;
  if (kind === 'vantage-fault') return standings.filter(({ counted }) => !counted).map(nameOf);
  if (kind === 'insufficient-data') return missing.map(nameOf);
  if (kind === 'name-failure' || kind === 'name-disagreement') return nameFailed.map(nameOf);
  if (kind === 'unstable') return unique(failedAttempts.map(({ vantage }) => vantage));
  const columns = failingColumns(kind, facts);
  if (kind === 'selective-refusal') return unique(columns.flatMap(({ refused }) => refused));
  return unique(columns.flatMap(({ cutOff, refused, closing }) => [...cutOff, ...refused, ...closing]));
}

/** The addresses that the steps are about. */
function failingColumns(kind: Kind, { columns }: Facts): readonly Column[] {
  if (kind === 'selective-refusal') return columns.filter(isSelective);
  if (kind === 'local-routing-issue' || kind === 'split-reachability') return columns.filter(isContested);
  if (kind === 'partial-outage') return columns.filter(({ isDead }) => isDead);
  return columns.filter(({ connecting, closing, saw }) => connecting.length < saw.size || closing.length > 0);
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)].toSorted();
}

function nameOf({ vantage }: Standing): string {
  return vantage;
}
