import { connects, sawAddress } from '../../functions/reachability/sighting.ts';
import type { AddressReport, TargetReport, VantageAnswer } from '../../functions/reachability/report.ts';
import type { Random } from './random.ts';

/** What a rule concludes about a target. */
export interface Claim {
  state: 'up' | 'down' | 'unknown';
  /** Whether it reports any fault, of the target or elsewhere. */
  reportsFault: boolean;
}

export interface OtherRule {
  name: string;
  /** How it decides, for the page. */
  description: string;
  source: string;
  claim(answers: readonly VantageAnswer[], random: Random): Claim;
}

const UP: Claim = { state: 'up', reportsFault: false };
const DOWN: Claim = { state: 'down', reportsFault: true };
const UNKNOWN: Claim = { state: 'unknown', reportsFault: false };
const ELSEWHERE: Claim = { state: 'up', reportsFault: true };

/** The rules of other programs, as their documentation or source describes them. They get the first round. */
export const OTHER_RULES: readonly OtherRule[] = [
  {
    name: 'one location',
    description:
      'One vantage, picked at random. Up if it connects to any address, down if it does not. No result if it sent no report.',
    source: 'the result of a single prober, such as a blackbox exporter or a cron job with curl',
    claim: (answers, random) => {
      const report = reportOf(random.pick(answers));
      return report ? upOrDown(succeeds(report)) : UNKNOWN;
    },
  },
  {
    name: 'majority',
    description:
      'Down if at least half of all regions see a failure, or if the only region sees one. Otherwise up. A region that sent no report keeps its last status, which is assumed to be up.',
    source:
      'openstatus, apps/workflows/src/checker: `affectedRegion.count >= numberOfRegions / 2 || numberOfRegions === 1`',
    claim: (answers) => {
      const failing = answers.map(reportOf).filter((report) => report && !succeeds(report)).length;
      return failing > 0 && failing >= answers.length / 2 ? DOWN : UP;
    },
  },
  {
    name: 'Route 53',
    description:
      'Up if more than 18 % of the checkers that reported connect. Otherwise down. No result if none reported.',
    source:
      'Amazon Route 53 Developer Guide, "How Amazon Route 53 determines whether a health check is healthy"; for TCP a checker must connect within ten seconds',
    claim: (answers) => {
      const reports = answers.flatMap((answer) => reportOf(answer) ?? []);
      if (reports.length === 0) return UNKNOWN;
      return upOrDown(reports.filter(succeeds).length / reports.length > 0.18);
    },
  },
  {
    name: 'OONI',
    description:
      'One vantage, picked at random, and one helper, which is another vantage that reported. If the vantage connects to any address, the target is up. If it fails where the helper succeeds (an address, or the name), the rule blames the path, and the target is up. If both fail in the same way, the target is down. Failures over IPv6 of a vantage without IPv6 are ignored. No result if there is no helper, or if it did not try the same address.',
    source:
      'OONI Web Connectivity (ts-017), "Preliminary definitions" and step 5: "if both the control and the experiment produce a failure that host is assumed to be offline"',
    claim: ooni,
  },
];

function ooni(answers: readonly VantageAnswer[], random: Random): Claim {
  const chosen = random.pick(answers);
  const probe = reportOf(chosen);
  if (!probe) return UNKNOWN;
  if (succeeds(probe)) return UP;
  const helpers = answers.filter((answer) => answer !== chosen).flatMap((answer) => reportOf(answer) ?? []);
  if (helpers.length === 0) return UNKNOWN;
  const helper = random.pick(helpers);
  if (probe.name && probe.name.outcome !== 'resolved') {
    return helper.name?.outcome === 'resolved' ? ELSEWHERE : DOWN;
  }
  if (helper.name && helper.name.outcome !== 'resolved') return UNKNOWN;
  const byAddress = new Map(helper.addresses.map((view) => [view.address, view]));
  const endpoints = probe.addresses.filter((view) => !lacksFamily(view));
  const pairs = endpoints.flatMap((view) => {
    const theirs = byAddress.get(view.address);
    return theirs && !lacksFamily(theirs) ? [connected(theirs)] : [];
  });
  if (pairs.length === 0) return UNKNOWN;
  return pairs.includes(true) ? ELSEWHERE : DOWN;
}

function reportOf(answer: VantageAnswer): TargetReport | undefined {
  return 'report' in answer ? answer.report.targets[0] : undefined;
}

function upOrDown(up: boolean): Claim {
  return up ? UP : DOWN;
}

/** A check that opens a connection uses any address that accepts it, as Happy Eyeballs does. */
function succeeds(report: TargetReport): boolean {
  return report.addresses.some(connected);
}

function connected({ attempts }: AddressReport): boolean {
  return connects(sawAddress(attempts));
}

function lacksFamily({ family, attempts }: AddressReport): boolean {
  return family === 6 && attempts.every(({ stage }) => stage === 'local');
}
