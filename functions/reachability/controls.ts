import { parseAddress } from './address.ts';
import type { ControlReport, Family, ProbeReport, TargetReport, VantageAnswer } from './report.ts';
import { connects, sawAddress } from './sighting.ts';
import { formatTarget } from './target.ts';

/** What the controls say of one vantage and one address family. */
export interface ControlFinding {
  atFault: boolean;
  failed: number;
  judging: number;
}

export type ControlFindings = ReadonlyMap<string, ReadonlyMap<Family, ControlFinding>>;

type Result = 'pass' | 'fail';
/** control -> vantage -> result, for one family */
type Results = Map<string, Map<string, Result>>;

const FAMILIES: readonly Family[] = [4, 6];

/**
 * Judges the vantages of one round by their controls, per address family. A control that fails from most of the vantages that do
 * reach another control is itself at fault and judges nobody. Of the controls that are left, a vantage that fails most of them, or
 * all of them, is at fault. A vantage without a result from any control is not judged.
 */
export function judgeControls(answers: readonly VantageAnswer[]): ControlFindings {
  const findings = new Map<string, Map<Family, ControlFinding>>();
  for (const family of FAMILIES) {
    const results = collect(answers, family);
    for (const control of faultyControls(results)) results.delete(control);
    for (const { vantage } of answers) {
      const own = [...results.values()].flatMap((byVantage) => byVantage.get(vantage) ?? []);
      if (own.length === 0) continue;
      const failed = own.filter((result) => result === 'fail').length;
      const finding = { atFault: failed > own.length / 2, failed, judging: own.length };
      findings.set(
        vantage,
        (findings.get(vantage) ?? new Map<Family, ControlFinding>()).set(family, finding),
      );
    }
  }
  return findings;
}

function faultyControls(results: Results): string[] {
  return [...results.entries()].flatMap(([control, byVantage]) => {
    const voters = [...byVantage.entries()].filter(([vantage]) =>
      [...results.entries()].some(([other, others]) => other !== control && others.get(vantage) === 'pass'),
    );
    const failed = voters.filter(([, result]) => result === 'fail').length;
    return failed > voters.length / 2 ? [control] : [];
  });
}

function collect(answers: readonly VantageAnswer[], family: Family): Results {
  const reports = answers.flatMap((answer) => ('report' in answer ? [answer] : []));
  const results: Results = new Map();
  const withFamily = new Set(
    reports.flatMap(({ report }) =>
      report.controls
        .filter(
          (control) => familiesOf(control).has(family) || (family === 4 && nobodyKnows(control, reports)),
        )
        .map(formatTarget),
    ),
  );
  for (const { vantage, report } of reports) {
    for (const control of report.controls) {
      const key = formatTarget(control);
      if (!withFamily.has(key)) continue;
      const result = combine(
        resultOf(control.before, family),
        control.after && resultOf(control.after, family),
      );
      if (result) results.set(key, (results.get(key) ?? new Map<string, Result>()).set(vantage, result));
    }
  }
  return results;
}

/** Trouble before or after is trouble: what lies between was measured on a line that did not hold. */
function combine(before: Result | undefined, after: Result | undefined): Result | undefined {
  return before === 'fail' || after === 'fail' ? 'fail' : (before ?? after);
}

function resultOf(report: TargetReport, family: Family): Result | undefined {
  const ofFamily = report.addresses.filter((address) => address.family === family);
  if (ofFamily.some(({ attempts }) => connects(sawAddress(attempts)))) return 'pass';
  const tried = ofFamily.flatMap(({ attempts }) => attempts);
  if (tried.some(({ outcome }) => outcome !== 'inconclusive' && outcome !== 'denied')) return 'fail';
  return report.name && report.name.outcome !== 'resolved' && report.addresses.length === 0
    ? 'fail'
    : undefined;
}

function familiesOf(control: ControlReport): Set<Family> {
  const literal = parseAddress(control.host);
  if (literal) return new Set([literal.family]);
  return new Set(
    [control.before, control.after].flatMap((report) => report?.addresses.map(({ family }) => family) ?? []),
  );
}

/** A control whose name leads nowhere from anywhere is taken for an IPv4 one, lest its name alone condemn every vantage's IPv6. */
function nobodyKnows(control: ControlReport, reports: readonly { report: ProbeReport }[]): boolean {
  const key = formatTarget(control);
  return reports.every(({ report }) =>
    report.controls.every((other) => formatTarget(other) !== key || familiesOf(other).size === 0),
  );
}
