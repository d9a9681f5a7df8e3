/** A number and its source, so that an assumption is not mistaken for a measurement. */
export interface Rate {
  what: string;
  value: string;
  source: string;
}

const WAN = 'Wan et al., "On the Origin of Scanning", IMC 2020';
const PADMANABHAN = 'Padmanabhan et al., "A Study of End-to-End Web Access Failures", CoNEXT 2006';
const ASSUMED = 'assumption';

/**
 * How often a vantage cannot reach a working target network, drawn for each vantage between these two. Half of these failures are
 * transient.
 */
export const MISS = { least: 0.015, most: 0.084, transientShare: 0.5 };

/** Of the transient failures: the share that also exists in the second round, some seconds later; the share that affects only some attempts. */
export const TRANSIENT = { lastsIntoRoundTwo: 0.2, affectsSomeAttempts: 0.5, answersUnreachable: 0.15 };

/** Failures of a vantage's own resolver, per round: 42 % of 1.5 % of all accesses. Half of them are transient. */
export const RESOLVER_FAILURE = { rate: 0.42 * 0.015, transientShare: 0.5, everyName: 0.5 };

/** Lost SYNs or SYN-ACKs on a path without a fault. */
export const BACKGROUND_LOSS = { least: 0.0005, most: 0.01 };

/** A vantage that sends no report in a round: crashed, throttled, late. Half of them fail again in the second round. */
export const NO_REPORT = { rate: 0.01, again: 0.5 };

/** A vantage that has no free descriptors or ports in a round. */
export const OUT_OF_SOCKETS = 0.002;

export const CONTROL_DOWN = 0.01;
export const IPV6 = { targets: 0.4, vantages: 0.5, controls: 0.5, brokenAtVantage: 0.02 };

export const VANTAGES = { '1': 4, '2': 6, '3-5': 35, '6-10': 35, '11-20': 20 };
export const CONTROLS = { '0': 5, '1': 10, '2': 20, '3': 50, '4': 15 };
export const ADDRESSES = { '1': 50, '2': 30, '3': 12, '4': 8 };

/** Planted faults, in addition to the noise of every world. In percent of the worlds that get a planted fault. */
export const PLANTED = {
  'resolver-fails': 30,
  'resolver-false-address': 3,
  'resolver-slow': 3,
  'name-unresolvable': 6,
  'target-refuses': 8,
  'target-silent': 10,
  'target-unreachable': 4,
  'target-closes': 2,
  'some-addresses-down': 5,
  'target-changes': 3,
  'target-degraded': 3,
  'filter-refuses': 2,
  'filter-drops': 3,
  'interceptor-refuses': 1,
  'peering-broken': 5,
  'transit-down': 2,
  'ecmp-half-broken': 3,
  'path-broken': 3,
  'uplink-down': 3,
  'vantages-crash': 1,
} as const;
export type Planted = keyof typeof PLANTED;

export const PLANTED_WORLDS = 0.65;
export const SECOND_PLANTED = 0.1;

const percent = (share: number): string => `${Number((share * 100).toFixed(2))} %`;

/** The base rates as a table for the page. */
export const RATES: readonly Rate[] = [
  {
    what: 'a vantage cannot reach a working target network',
    value: `${percent(MISS.least)} to ${percent(MISS.most)}, drawn per vantage`,
    source: `${WAN}: from one origin, 1.5–8.4 % of working hosts cannot be reached`,
  },
  { what: 'of these, transient', value: percent(MISS.transientShare), source: `${WAN}: half` },
  {
    what: 'a transient failure also exists in the second round',
    value: percent(TRANSIENT.lastsIntoRoundTwo),
    source: `${ASSUMED}; the rounds are about five seconds apart`,
  },
  {
    what: 'a transient failure affects only some attempts of its round',
    value: percent(TRANSIENT.affectsSomeAttempts),
    source: ASSUMED,
  },
  {
    what: 'a vantage’s resolver fails',
    value: percent(RESOLVER_FAILURE.rate),
    source: `${PADMANABHAN}: 42 % of failed accesses (median 1.5 %) are failures of names, mostly between a client and its own resolver`,
  },
  {
    what: 'of these: transient; for every name, not only this one',
    value: `${percent(RESOLVER_FAILURE.transientShare)}; ${percent(RESOLVER_FAILURE.everyName)}`,
    source: ASSUMED,
  },
  {
    what: 'a SYN or its answer is lost on a path without a fault',
    value: `${percent(BACKGROUND_LOSS.least)} to ${percent(BACKGROUND_LOSS.most)}, drawn per vantage`,
    source: ASSUMED,
  },
  {
    what: 'a vantage sends no report (crashed, throttled, late)',
    value: `${percent(NO_REPORT.rate)} per round; again in the second round ${percent(NO_REPORT.again)}`,
    source: ASSUMED,
  },
  { what: 'a vantage has no free sockets', value: `${percent(OUT_OF_SOCKETS)} per round`, source: ASSUMED },
  { what: 'a control is down', value: percent(CONTROL_DOWN), source: ASSUMED },
  {
    what: 'IPv6: targets, vantages, controls that have it; broken at a vantage that has it',
    value: [IPV6.targets, IPV6.vantages, IPV6.controls, IPV6.brokenAtVantage].map(percent).join(', '),
    source: ASSUMED,
  },
  { what: 'vantages in a world', value: weights(VANTAGES), source: `${ASSUMED}; 1 to 20` },
  {
    what: 'controls in a world',
    value: weights(CONTROLS),
    source: `${ASSUMED}; the example configuration has 3`,
  },
  { what: 'addresses of a target, per family', value: weights(ADDRESSES), source: ASSUMED },
  {
    what: 'worlds with a planted fault in addition to the noise; with a second one',
    value: `${percent(PLANTED_WORLDS)}; ${percent(SECOND_PLANTED)} of those`,
    source: `${ASSUMED}: much more often than in reality, so that every row of the tables has enough worlds; the values in a row do not depend on it`,
  },
  {
    what: 'share of name faults among the planted faults',
    value: shareOf(['resolver-fails', 'resolver-false-address', 'resolver-slow', 'name-unresolvable']),
    source: `${PADMANABHAN}: 42 %, mostly the client’s own resolver`,
  },
  {
    what: 'share of target faults among the planted faults',
    value: shareOf([
      'target-refuses',
      'target-silent',
      'target-unreachable',
      'target-closes',
      'some-addresses-down',
      'target-changes',
      'target-degraded',
    ]),
    source: `${PADMANABHAN}: most of the other failures are connects that fail at the server’s side; the parts are assumed`,
  },
];

function weights(of: Readonly<Record<string, number>>): string {
  return Object.entries(of)
    .map(([key, value]) => `${key}: ${value} %`)
    .join(', ');
}

function shareOf(kinds: readonly Planted[]): string {
  const total = Object.values(PLANTED).reduce((sum, value) => sum + value, 0);
  return percent(kinds.reduce((sum, kind) => sum + PLANTED[kind], 0) / total);
}
