/** Where a number comes from, so that nobody takes an assumption for a measurement. */
export interface Rate {
  what: string;
  value: string;
  source: string;
}

const WAN = 'Wan et al., "On the Origin of Scanning", IMC 2020';
const PADMANABHAN = 'Padmanabhan et al., "A Study of End-to-End Web Access Failures", CoNEXT 2006';
const ASSUMED = 'assumption';

/**
 * How often a vantage misses a healthy target (per target network), drawn for each vantage between these two. Half of it lasts,
 * half of it passes.
 */
export const MISS = { least: 0.015, most: 0.084, transientShare: 0.5 };

/** Of what passes: the share that is there again in the second round, some seconds later; the share that spares some attempts. */
export const TRANSIENT = { lastsIntoRoundTwo: 0.2, sparesSomeAttempts: 0.5, answersUnreachable: 0.15 };

/** A vantage's own resolver, per round: 42 % of 1.5 % of all accesses, half of it lasting. */
export const RESOLVER_FAILURE = { rate: 0.42 * 0.015, transientShare: 0.5, everyName: 0.5 };

/** Lost SYNs or SYN-ACKs on a way that is whole. */
export const BACKGROUND_LOSS = { least: 0.0005, most: 0.01 };

/** A vantage that gives no report in a round: crashed, throttled, late. Half of those that fail fail again in the second. */
export const NO_REPORT = { rate: 0.01, again: 0.5 };

/** A vantage that runs out of descriptors or ports in a round. */
export const OUT_OF_SOCKETS = 0.002;

export const CONTROL_DOWN = 0.01;
export const IPV6 = { targets: 0.4, vantages: 0.5, controls: 0.5, deadAtVantage: 0.02 };

export const VANTAGES = { '1': 4, '2': 6, '3-5': 35, '6-10': 35, '11-20': 20 };
export const CONTROLS = { '0': 5, '1': 10, '2': 20, '3': 50, '4': 15 };
export const ADDRESSES = { '1': 50, '2': 30, '3': 12, '4': 8 };

/** What is planted in a world, beside the noise that every world has. In percent of those worlds that get a planted fault. */
export const PLANTED = {
  'resolver-fails': 30,
  'resolver-lies': 3,
  'resolver-slow': 3,
  'name-gone': 6,
  'target-refuses': 8,
  'target-silent': 10,
  'target-unreachable': 4,
  'target-hangs-up': 2,
  'some-addresses-dead': 5,
  'target-turns': 3,
  'target-degraded': 3,
  'filter-refuses': 2,
  'filter-drops': 3,
  'interceptor-refuses': 1,
  'peering-cut': 5,
  'transit-down': 2,
  'ecmp-half-broken': 3,
  'way-cut': 3,
  'uplink-dead': 3,
  'vantages-crash': 1,
} as const;
export type Planted = keyof typeof PLANTED;

export const PLANTED_WORLDS = 0.65;
export const SECOND_PLANTED = 0.1;

const percent = (share: number): string => `${Number((share * 100).toFixed(2))} %`;

/** The base rates as a table for a reader. */
export const RATES: readonly Rate[] = [
  {
    what: 'a vantage misses a healthy target network',
    value: `${percent(MISS.least)} to ${percent(MISS.most)}, drawn per vantage`,
    source: `${WAN}: 1.5–8.4 % of healthy hosts are missed from one origin`,
  },
  { what: 'of these, transient', value: percent(MISS.transientShare), source: `${WAN}: half` },
  {
    what: 'a transient miss is still there in round two',
    value: percent(TRANSIENT.lastsIntoRoundTwo),
    source: `${ASSUMED}; rounds are some five seconds apart`,
  },
  {
    what: 'a transient miss spares some attempts of its round',
    value: percent(TRANSIENT.sparesSomeAttempts),
    source: ASSUMED,
  },
  {
    what: 'a vantage’s resolver fails',
    value: percent(RESOLVER_FAILURE.rate),
    source: `${PADMANABHAN}: 42 % (of a median of 1.5 % failed accesses) are names, mostly between a client and its own resolver`,
  },
  {
    what: 'of these: transient; for every name, not just this one',
    value: `${percent(RESOLVER_FAILURE.transientShare)}; ${percent(RESOLVER_FAILURE.everyName)}`,
    source: ASSUMED,
  },
  {
    what: 'a SYN or its answer is lost on a whole way',
    value: `${percent(BACKGROUND_LOSS.least)} to ${percent(BACKGROUND_LOSS.most)}, drawn per vantage`,
    source: ASSUMED,
  },
  {
    what: 'a vantage gives no report (crash, throttle, late)',
    value: `${percent(NO_REPORT.rate)} a round; again in round two ${percent(NO_REPORT.again)}`,
    source: ASSUMED,
  },
  { what: 'a vantage is out of sockets', value: `${percent(OUT_OF_SOCKETS)} a round`, source: ASSUMED },
  { what: 'a control is itself down', value: percent(CONTROL_DOWN), source: ASSUMED },
  {
    what: 'IPv6: targets, vantages, controls that have it; dead at a vantage that has it',
    value: [IPV6.targets, IPV6.vantages, IPV6.controls, IPV6.deadAtVantage].map(percent).join(', '),
    source: ASSUMED,
  },
  { what: 'vantages in a world', value: weights(VANTAGES), source: `${ASSUMED}; 1 to 20` },
  { what: 'controls in a world', value: weights(CONTROLS), source: `${ASSUMED}; the example has 3` },
  { what: 'addresses of a target, per family', value: weights(ADDRESSES), source: ASSUMED },
  {
    what: 'worlds with a planted fault beside the noise; with a second one',
    value: `${percent(PLANTED_WORLDS)}; ${percent(SECOND_PLANTED)} of those`,
    source: `${ASSUMED}: far more than in life, so that every row of the tables has its worlds; a row does not depend on it`,
  },
  {
    what: 'of planted faults, names',
    value: shareOf(['resolver-fails', 'resolver-lies', 'resolver-slow', 'name-gone']),
    source: `${PADMANABHAN}: 42 %, mostly the client’s own resolver`,
  },
  {
    what: 'of planted faults, the target’s side',
    value: shareOf([
      'target-refuses',
      'target-silent',
      'target-unreachable',
      'target-hangs-up',
      'some-addresses-dead',
      'target-turns',
      'target-degraded',
    ]),
    source: `${PADMANABHAN}: most of the rest are connects that fail at the server’s side; the parts are assumed`,
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
