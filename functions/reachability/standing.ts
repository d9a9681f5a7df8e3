import { judgeControls } from './controls.ts';
import type { ControlFinding, ControlFindings } from './controls.ts';
import type { Attempt, Family, NameReport, ProbeReport, TargetReport, VantageAnswer } from './report.ts';
import type { Target } from './request.ts';
import { connects, sawAddress, sightingOf, strongest } from './sighting.ts';
import { formatTarget } from './target.ts';
import type { AddressView } from './verdict.ts';
import type { Fault, Sighting } from './words.ts';

/** The controls that failed are named, as far as that fits into a line of a mail. */
const MOST_CONTROLS = 3;

/** Where one vantage stands towards one target in one round: what it saw, and whether that counts. */
export interface Standing {
  vantage: string;
  network?: string;
  /** Whether a report came that speaks of the target. */
  reported: boolean;
  counted: boolean;
  abstained?: string;
  /** Whose trouble an abstention is. */
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

/** Where every vantage stands towards a target in one round, in the order of the answers. */
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
  const abstain = (abstained: string, abstentionFault: Fault = 'vantage') => ({
    ...who,
    reported: false,
    counted: false,
    abstained,
    abstentionFault,
    saw: 'nothing' as const,
    addresses: [],
  });
  if ('absent' in answer) return abstain(answer.absent);
  const report = indexed?.targets.get(formatTarget(target));
  if (!indexed || !report) return abstain('its report does not speak of this target');
  if (report.notTried !== undefined && report.addresses.length === 0 && !report.name)
    return abstain(report.notTried);

  const excuses = new Map<Family, string>();
  for (const [family, finding] of controls ?? []) {
    if (finding.atFault) excuses.set(family, controlWords(family, finding, controls));
  }
  const routeless = indexed.familiesWithoutRoute;
  for (const family of routeless) excuses.set(family, `no IPv${family} route at all`);

  const addresses = report.addresses.map((address): AddressView => {
    return { ...address, saw: excuses.has(address.family) ? 'nothing' : sawAddress(address.attempts) };
  });
  // A name has no family: one line that holds is enough to ask a name server, and a family never had is no line that broke.
  const lines = [...(controls ?? [])].filter(([family]) => !routeless.includes(family));
  const condemned = lines.length > 0 && lines.every(([, { atFault }]) => atFault);
  const nameFailed = report.name !== undefined && report.name.outcome !== 'resolved';
  const saw = nameFailed && !condemned ? 'name-failed' : strongest(addresses.map((address) => address.saw));
  const base = { ...who, reported: true, ...(report.name && { name: report.name }) };
  if (saw !== 'nothing') return { ...base, counted: true, abstentionFault: 'none', saw, addresses };
  const attempts = report.addresses.flatMap((address) => address.attempts);
  return {
    ...base,
    counted: false,
    abstained: whyNothing(report, addresses, excuses, attempts),
    abstentionFault: whoseAbstention(report, attempts, excuses.size > 0 || condemned),
    saw,
    addresses: addresses.map((address) => ({ ...address, saw: 'nothing' })),
  };
}

/** A vantage that got through, or was not allowed to try, is at no fault; too short a deadline is nobody's we know of. */
function whoseAbstention(report: TargetReport, attempts: readonly Attempt[], excused: boolean): Fault {
  if (attempts.some((attempt) => connects(sightingOf(attempt)))) return 'none';
  if (excused || attempts.some(({ outcome }) => outcome === 'local-fault')) return 'vantage';
  return wasDenied(attempts, report.name) ? 'none' : 'unknown';
}

/** Whether the policy forbade all that there was to try. */
export function wasDenied(attempts: readonly Attempt[], name: NameReport | undefined): boolean {
  if (attempts.length > 0) return attempts.every(({ outcome }) => outcome === 'denied');
  return name?.denied !== undefined && name.addresses.length === 0;
}

/** Whether every vantage that reported was denied every attempt, by its own policy or by its platform. */
export function nobodyMayTry(all: readonly Standing[]): boolean {
  return all.every(({ reported, addresses, name }) => {
    const attempts = addresses.flatMap((view) => view.attempts);
    return !reported || wasDenied(attempts, name);
  });
}

function whyNothing(
  report: TargetReport,
  addresses: readonly AddressView[],
  excuses: ReadonlyMap<Family, string>,
  attempts: readonly Attempt[],
): string {
  const families = new Set(addresses.map(({ family }) => family));
  const reasons = [...excuses]
    .filter(([family]) => families.size === 0 || families.has(family))
    .map(([, words]) => words);
  for (const { outcome, reason, errno } of attempts) {
    if (outcome === 'denied') reasons.push(`not allowed to try: ${reason ?? 'address policy'}`);
    if (outcome === 'local-fault') reasons.push(`its own fault: ${reason ?? errno ?? 'unnamed'}`);
    if (outcome === 'inconclusive') reasons.push('the deadline came before three SYNs could go out');
  }
  if (report.notTried !== undefined) {
    reasons.push(`${wasDenied(attempts, report.name) ? 'not allowed to try: ' : ''}${report.notTried}`);
  }
  return [...new Set(reasons)].slice(0, 3).join('; ') || 'nothing it did is evidence';
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

/** Families in which the kernel refused every attempt of the whole report for want of a route, before a SYN left. */
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
