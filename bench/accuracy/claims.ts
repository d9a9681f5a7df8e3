import { connects, sawAddress } from '../../functions/reachability/sighting.ts';
import type { AddressReport, TargetReport, VantageAnswer } from '../../functions/reachability/report.ts';
import type { Random } from './random.ts';

/** What a rule says of a target. */
export interface Claim {
  says: 'up' | 'down' | 'nothing';
  /** Whether it speaks of any trouble, wherever that may be. */
  speaks: boolean;
}

export interface OtherRule {
  name: string;
  /** How it decides, for a reader. */
  words: string;
  source: string;
  claim(answers: readonly VantageAnswer[], random: Random): Claim;
}

const UP: Claim = { says: 'up', speaks: false };
const DOWN: Claim = { says: 'down', speaks: true };
const NOTHING: Claim = { says: 'nothing', speaks: false };
const ELSEWHERE: Claim = { says: 'up', speaks: true };

/** What others would have said of the first round, each as its own documentation or source puts it. */
export const OTHER_RULES: readonly OtherRule[] = [
  {
    name: 'one location',
    words:
      'One vantage, picked at random: up when it connects to any address, down when it does not; nothing when it gave no report.',
    source: 'what a single prober says, such as a blackbox exporter or a cron job with curl',
    claim: (answers, random) => {
      const report = reportOf(random.pick(answers));
      return report ? upOrDown(succeeds(report)) : NOTHING;
    },
  },
  {
    name: 'majority',
    words:
      'Down when at least half of all regions see a failure, or the only one does; else up. A region that gave no report keeps its last status, taken to be up.',
    source:
      'openstatus, apps/workflows/src/checker: `affectedRegion.count >= numberOfRegions / 2 || numberOfRegions === 1`',
    claim: (answers) => {
      const failing = answers.map(reportOf).filter((report) => report && !succeeds(report)).length;
      return failing > 0 && failing >= answers.length / 2 ? DOWN : UP;
    },
  },
  {
    name: 'Route 53',
    words:
      'Up while more than 18 % of the checkers that reported connect; down otherwise; nothing when none reported.',
    source:
      'Amazon Route 53 Developer Guide, "How Amazon Route 53 determines whether a health check is healthy"; for TCP a checker is content when it connects within ten seconds',
    claim: (answers) => {
      const reports = answers.flatMap((answer) => reportOf(answer) ?? []);
      if (reports.length === 0) return NOTHING;
      return upOrDown(reports.filter(succeeds).length / reports.length > 0.18);
    },
  },
  {
    name: 'OONI',
    words:
      'One vantage, picked at random, with one other that reported as its helper. The vantage connects to any address: up. It fails where the helper succeeds (an address, or the name): the path is blamed, and the target is up. Both fail alike: down. Failures over IPv6 of a vantage without IPv6 are left out. Nothing where there is no helper, or it did not try the same address.',
    source:
      'OONI Web Connectivity (ts-017), "Preliminary definitions" and step 5: "if both the control and the experiment produce a failure that host is assumed to be offline"',
    claim: ooni,
  },
];

function ooni(answers: readonly VantageAnswer[], random: Random): Claim {
  const asked = random.pick(answers);
  const probe = reportOf(asked);
  if (!probe) return NOTHING;
  if (succeeds(probe)) return UP;
  const helpers = answers.filter((answer) => answer !== asked).flatMap((answer) => reportOf(answer) ?? []);
  if (helpers.length === 0) return NOTHING;
  const helper = random.pick(helpers);
  if (probe.name && probe.name.outcome !== 'resolved') {
    return helper.name?.outcome === 'resolved' ? ELSEWHERE : DOWN;
  }
  if (helper.name && helper.name.outcome !== 'resolved') return NOTHING;
  const byAddress = new Map(helper.addresses.map((view) => [view.address, view]));
  const endpoints = probe.addresses.filter((view) => !lacksFamily(view));
  const pairs = endpoints.flatMap((view) => {
    const theirs = byAddress.get(view.address);
    return theirs && !lacksFamily(theirs) ? [connected(theirs)] : [];
  });
  if (pairs.length === 0) return NOTHING;
  return pairs.includes(true) ? ELSEWHERE : DOWN;
}

function reportOf(answer: VantageAnswer): TargetReport | undefined {
  return 'report' in answer ? answer.report.targets[0] : undefined;
}

function upOrDown(up: boolean): Claim {
  return up ? UP : DOWN;
}

/** A check that opens a connection takes any address that lets it, as Happy Eyeballs does. */
function succeeds(report: TargetReport): boolean {
  return report.addresses.some(connected);
}

function connected({ attempts }: AddressReport): boolean {
  return connects(sawAddress(attempts));
}

function lacksFamily({ family, attempts }: AddressReport): boolean {
  return family === 6 && attempts.every(({ stage }) => stage === 'local');
}
