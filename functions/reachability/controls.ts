import { parseAddress } from './address.ts';
import type { Attempt, ControlReport, Family, ProbeReport, TargetReport, VantageAnswer } from './report.ts';
import { connects, sawAddress } from './sighting.ts';
import { formatTarget } from './target.ts';
import type { Sighting } from './words.ts';

/** What the controls show about one vantage in one address family. */
export interface ControlFinding {
  atFault: boolean;
  failed: number;
  judging: number;
  /** Each control that failed, with the result, e.g. `192.0.2.1:53 (no answer)`, in alphabetical order. */
  failures: string[];
}

export type ControlFindings = ReadonlyMap<string, ReadonlyMap<Family, ControlFinding>>;

/** Whether the vantage reached the control, and if not, how it failed. */
type Result = 'pass' | { failed: string };
/** control -> vantage -> result, for one family */
type Results = Map<string, Map<string, Result>>;

/** The longest name of a control in a text. */
const MOST_CHARS = 60;
const FAMILIES: readonly Family[] = [4, 6];

/**
 * Judges the vantages of one round by their controls, for each address family. A control that fails from most of the vantages that
 * reach another control is itself at fault and is left out. A vantage that fails most of the other controls, or all of them, is at
 * fault. A vantage without a result from any control is not judged.
 */
export function judgeControls(answers: readonly VantageAnswer[]): ControlFindings {
  const findings = new Map<string, Map<Family, ControlFinding>>();
  for (const family of FAMILIES) {
    const results = collect(answers, family);
    for (const control of faultyControls(results)) results.delete(control);
    for (const [vantage, own] of byVantage(results)) {
      const failures = own.flatMap(([control, result]) =>
        result === 'pass' ? [] : [`${cut(control)} (${result.failed})`],
      );
      const failed = failures.length;
      const finding = {
        atFault: failed > own.length / 2,
        failed,
        judging: own.length,
        failures: failures.toSorted(),
      };
      findings.set(
        vantage,
        (findings.get(vantage) ?? new Map<Family, ControlFinding>()).set(family, finding),
      );
    }
  }
  return findings;
}

function cut(control: string): string {
  return control.length > MOST_CHARS ? `${control.slice(0, MOST_CHARS - 1)}…` : control;
}

function byVantage(results: Results): Map<string, [control: string, result: Result][]> {
  const own = new Map<string, [string, Result][]>();
  for (const [control, ofControl] of results) {
    for (const [vantage, result] of ofControl) {
      const list = own.get(vantage);
      if (list) list.push([control, result]);
      else own.set(vantage, [[control, result]]);
    }
  }
  return own;
}

function faultyControls(results: Results): string[] {
  const passes = new Map<string, number>();
  for (const [vantage, own] of byVantage(results)) {
    passes.set(vantage, own.filter(([, result]) => result === 'pass').length);
  }
  return [...results].flatMap(([control, ofControl]) => {
    const voters = [...ofControl].filter(
      ([vantage, result]) => (passes.get(vantage) ?? 0) > (result === 'pass' ? 1 : 0),
    );
    const failed = voters.filter(([, result]) => result !== 'pass').length;
    return failed > voters.length / 2 ? [control] : [];
  });
}

function collect(answers: readonly VantageAnswer[], family: Family): Results {
  const reports = answers.flatMap((answer) => ('report' in answer ? [answer] : []));
  const withFamily = controlsOf(family, reports);
  const results: Results = new Map();
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

/**
 * The controls that have an address of the family for some vantage. A control whose name has no address for any vantage is taken as
 * IPv4. Otherwise one control that cannot be resolved would fault the IPv6 of every vantage.
 */
function controlsOf(family: Family, reports: readonly { report: ProbeReport }[]): Set<string> {
  const families = new Map<string, Set<Family>>();
  for (const { report } of reports) {
    for (const control of report.controls) {
      const key = formatTarget(control);
      families.set(key, new Set([...(families.get(key) ?? []), ...familiesOf(control)]));
    }
  }
  return new Set(
    [...families].flatMap(([key, known]) =>
      known.has(family) || (known.size === 0 && family === 4) ? [key] : [],
    ),
  );
}

/** A failure before or after is a failure: the targets between were checked over a connection that did not work throughout. */
function combine(before: Result | undefined, after: Result | undefined): Result | undefined {
  if (after === undefined || (before !== undefined && before !== 'pass')) return before;
  if (before === undefined || after === 'pass') return after;
  return { failed: `${after.failed} when asked again` };
}

function resultOf(report: TargetReport, family: Family): Result | undefined {
  const attempts = report.addresses.flatMap((address) => (address.family === family ? address.attempts : []));
  const saw = sawAddress(attempts);
  if (connects(saw)) return 'pass';
  const tried = attempts.filter(({ outcome }) => outcome !== 'inconclusive' && outcome !== 'denied');
  if (tried.length > 0) return { failed: FAILURES[saw] ?? `local fault${errnoOf(tried)}` };
  if (report.name && report.name.outcome !== 'resolved' && report.addresses.length === 0) {
    return { failed: report.name.outcome.replaceAll('-', ' ') };
  }
  return undefined;
}

const FAILURES: Partial<Record<Sighting, string>> = {
  refused: 'refused',
  unreachable: 'unreachable',
  silent: 'no answer',
};

function errnoOf([first]: readonly Attempt[]): string {
  return first?.errno === undefined ? '' : `, ${first.errno}`;
}

function familiesOf(control: ControlReport): Set<Family> {
  const literal = parseAddress(control.host);
  if (literal) return new Set([literal.family]);
  return new Set(
    [control.before, control.after].flatMap((report) => report?.addresses.map(({ family }) => family) ?? []),
  );
}
