import { judgeControls } from './controls.ts';
import type { ControlFinding, ControlFindings } from './controls.ts';
import type { Attempt, Family, NameReport, ProbeReport, TargetReport, VantageAnswer } from './report.ts';
import type { Target } from './request.ts';
import { connects, sawAddress, sightingOf, strongest } from './sighting.ts';
import { formatTarget } from './target.ts';
import type { AddressView } from './verdict.ts';
import type { Fault, Sighting } from './words.ts';

/** The failed controls that are named: more do not fit into a line of a mail. */
const MOST_CONTROLS = 3;

export const NO_REPORT = 'no report';
const NO_EVIDENCE = 'no usable evidence';

/** Why a vantage is ignored, with and without details. */
interface Reason {
  briefly: string;
  words: string;
}

/** The short reason of a vantage that fails its controls. */
export const CONTROLS_FAILED = 'the control targets could not be reached';

/** The position of one vantage on one target in one round: what it saw, and whether that is used. */
export interface Standing {
  vantage: string;
  network?: string;
  /** Whether it gave a report that contains the target. */
  reported: boolean;
  counted: boolean;
  /** Why it is ignored; only where `counted` is false. */
  abstained?: string;
  /** The same in a few words without details, e.g. `no IPv4 route`. */
  abstainedBriefly?: string;
  /** Who is at fault for an abstention. */
  abstentionFault: Fault;
  saw: Sighting;
  name?: NameReport;
  addresses: AddressView[];
  /** The same by their addresses. */
  byAddress: ReadonlyMap<string, AddressView>;
}

/** The answers of one round, indexed once for all of its targets. */
export interface IndexedRound {
  answers: readonly VantageAnswer[];
  controls: ControlFindings;
  /** By vantage; those without a report are absent. */
  reports: ReadonlyMap<string, IndexedReport>;
}

interface IndexedReport {
  /** By `host:port`. */
  targets: ReadonlyMap<string, TargetReport>;
  familiesWithoutRoute: readonly Family[];
}

/** Indexes the answers of one round. Where two answers have the same vantage, the first is used. */
export function indexRound(answers: readonly VantageAnswer[]): IndexedRound {
  const first = new Map<string, VantageAnswer>();
  for (const answer of answers) if (!first.has(answer.vantage)) first.set(answer.vantage, answer);
  const reports = new Map<string, IndexedReport>();
  for (const answer of first.values()) {
    if ('absent' in answer) continue;
    const { report, vantage } = answer;
    reports.set(vantage, {
      targets: new Map(report.targets.map((entry) => [formatTarget(entry), entry])),
      familiesWithoutRoute: familiesWithoutRoute(report),
    });
  }
  return { answers: [...first.values()], controls: judgeControls(answers), reports };
}

/** The position of every vantage on a target in one round, in the order of the answers. */
export function standings(target: Target, { answers, controls, reports }: IndexedRound): Standing[] {
  return answers.map((answer) => {
    const { vantage } = answer;
    const stood = standing(target, answer, reports.get(vantage), controls.get(vantage));
    return { ...stood, byAddress: new Map(stood.addresses.map((view) => [view.address, view])) };
  });
}

function standing(
  target: Target,
  answer: VantageAnswer,
  indexed: IndexedReport | undefined,
  controls: ReadonlyMap<Family, ControlFinding> | undefined,
): Omit<Standing, 'byAddress'> {
  const { vantage } = answer;
  const who = { vantage, ...(answer.network !== undefined && { network: answer.network }) };
  const abstain = (abstained: string, abstainedBriefly: string) => ({
    ...who,
    reported: false,
    counted: false,
    abstained,
    abstainedBriefly,
    abstentionFault: 'vantage' as const,
    saw: 'nothing' as const,
    addresses: [],
  });
  if ('absent' in answer) return abstain(answer.absent, NO_REPORT);
  const report = indexed?.targets.get(formatTarget(target));
  if (!indexed || !report)
    return abstain('its report does not contain this target', 'target not in its report');
  if (report.notTried !== undefined && report.addresses.length === 0 && !report.name)
    return abstain(report.notTried, 'target not tried');

  const excuses = new Map<Family, Reason>();
  for (const [family, finding] of controls ?? []) {
    if (!finding.atFault) continue;
    excuses.set(family, { briefly: CONTROLS_FAILED, words: controlWords(family, finding, controls) });
  }
  const routeless = indexed.familiesWithoutRoute;
  for (const family of routeless) {
    excuses.set(family, { briefly: `no IPv${family} route`, words: `it has no IPv${family} route` });
  }

  const addresses = report.addresses.map((address): AddressView => {
    return { ...address, saw: excuses.has(address.family) ? 'nothing' : sawAddress(address.attempts) };
  });
  // A name has no family. One family that works is enough to reach a name server, and a family without a route is not a broken one.
  const judged = [...(controls ?? [])].filter(([family]) => !routeless.includes(family));
  const controlsFail = judged.length > 0 && judged.every(([, { atFault }]) => atFault);
  const nameFailed = report.name !== undefined && report.name.outcome !== 'resolved';
  const saw =
    nameFailed && !controlsFail ? 'name-failed' : strongest(addresses.map((address) => address.saw));
  const base = { ...who, reported: true, ...(report.name && { name: report.name }) };
  if (saw !== 'nothing') return { ...base, counted: true, abstentionFault: 'none', saw, addresses };
  const attempts = report.addresses.flatMap((address) => address.attempts);
  return {
    ...base,
    counted: false,
    ...abstention(report, addresses, excuses, attempts),
    abstentionFault: whoseAbstention(report, attempts, excuses.size > 0 || controlsFail),
    saw,
    addresses: addresses.map((address) => ({ ...address, saw: 'nothing' })),
  };
}

/** A vantage that connected, or was not allowed to try, is not at fault. Who set too short a deadline is not known. */
function whoseAbstention(report: TargetReport, attempts: readonly Attempt[], excused: boolean): Fault {
  if (attempts.some((attempt) => connects(sightingOf(attempt)))) return 'none';
  if (excused || attempts.some(({ outcome }) => outcome === 'local-fault')) return 'vantage';
  return wasDenied(attempts, report.name) ? 'none' : 'unknown';
}

/** Whether the policy forbade every address. */
export function wasDenied(attempts: readonly Attempt[], name: NameReport | undefined): boolean {
  if (attempts.length > 0) return attempts.every(({ outcome }) => outcome === 'denied');
  return name?.denied !== undefined && name.addresses.length === 0;
}

/** Whether every vantage that reported was denied every attempt, by its own policy or by its platform. */
export function noneAllowed(all: readonly Standing[]): boolean {
  return all.every(({ reported, addresses, name }) => {
    const attempts = addresses.flatMap((view) => view.attempts);
    return !reported || wasDenied(attempts, name);
  });
}

/** Why a vantage that gave a report has no usable evidence. */
function abstention(
  report: TargetReport,
  addresses: readonly AddressView[],
  excuses: ReadonlyMap<Family, Reason>,
  attempts: readonly Attempt[],
): { abstained: string; abstainedBriefly: string } {
  const families = new Set(addresses.map(({ family }) => family));
  const reasons = [...excuses]
    .filter(([family]) => families.size === 0 || families.has(family))
    .map(([, reason]) => reason);
  for (const { outcome, reason, errno } of attempts) {
    if (outcome === 'denied') reasons.push(notAllowed(reason ?? 'address policy'));
    if (outcome === 'local-fault') {
      reasons.push({
        briefly: 'local fault',
        words: `it has a local fault: ${reason ?? errno ?? 'unknown'}`,
      });
    }
    if (outcome === 'inconclusive') {
      reasons.push({ briefly: 'too little time', words: 'the deadline came before it had sent three SYNs' });
    }
  }
  if (report.notTried !== undefined) {
    const denied = wasDenied(attempts, report.name);
    const words = report.notTried;
    reasons.push(denied ? notAllowed(words) : { briefly: 'target not tried', words });
  }
  const words = [...new Set(reasons.map((reason) => reason.words))].slice(0, 3);
  return {
    abstained: words.join('; ') || NO_EVIDENCE,
    abstainedBriefly: reasons[0]?.briefly ?? NO_EVIDENCE,
  };
}

function notAllowed(reason: string): Reason {
  return { briefly: 'not allowed to try', words: `it was not allowed to try: ${reason}` };
}

function controlWords(
  family: Family,
  { failed, judging, failures }: ControlFinding,
  controls: ReadonlyMap<Family, ControlFinding> | undefined,
): string {
  const label = (controls?.size ?? 0) > 1 ? `IPv${family} controls` : 'controls';
  const shown = failures.slice(0, MOST_CONTROLS);
  const rest = failures.length > shown.length ? [`${failures.length - shown.length} more`] : [];
  return `${failed} of ${judging} ${label} failed: ${[...shown, ...rest].join(', ')}`;
}

/** Families without a route: the kernel rejected every attempt of the whole report because it had no route, before a SYN was sent. */
function familiesWithoutRoute(report: ProbeReport): Family[] {
  const controls = report.controls.flatMap(({ before, after }) => (after ? [before, after] : [before]));
  const addresses = [...report.targets, ...controls].flatMap((target) => target.addresses);
  return ([4, 6] as const).filter((family) => {
    const attempts = addresses
      .filter((address) => address.family === family)
      .flatMap((address) => address.attempts)
      .filter(({ outcome }) => outcome !== 'denied');
    return attempts.length > 0 && attempts.every(hasNoRoute);
  });
}

function hasNoRoute({ outcome, stage, errno }: Attempt): boolean {
  return stage === 'local' && (outcome === 'network-unreachable' || errno === 'EAFNOSUPPORT');
}
