import type { Target } from '../../functions/reachability/request.ts';
import { CONTROLS } from '../cities.ts';
import * as plant from './plants.ts';
import type { Situation } from './situation.ts';
import { OFFLINE, WELL, WITH_OFFLINE } from './situation.ts';
import * as truth from './truths.ts';

/** A vantage of the matrix whose IPv6 traffic is dropped; its IPv4 works. */
export const SIX_DEAD = 'lagos';
/** A vantage of the matrix without IPv6. */
export const FOUR_ONLY = 'quito';

const ONE_VANTAGE = 'With only one usable vantage';
const BY_THE_TARGET = { others: 'target' } as const;
const CUT_FRANKFURT = plant.blackhole('edge-frankfurt');
const SECOND_HOST_DOWN = plant.blackhole('dc-*', plant.secondHost);

/** Hosts that do not exist, in networks that do. */
const DOWN_4: Target[] = [
  { host: '192.0.2.99', port: 53 },
  { host: '192.0.2.199', port: 53 },
];
const DOWN_6: Target[] = [
  { host: '2001:db8:53::99', port: 53 },
  { host: '2001:db8:153::99', port: 53 },
];

/** Faults of the vantages, of their controls and of our own programs. */
export const VANTAGES = {
  offline: {
    planted: 'nothing, but one vantage is offline',
    families: ['46'],
    vantages: WITH_OFFLINE,
    ...truth.REACHABLE,
    doubt: `What ${OFFLINE} would see`,
  },
  'offline-and-closed': {
    planted: 'nothing listens at this port, and one vantage is offline',
    families: ['4'],
    plant: plant.service('closed'),
    vantages: WITH_OFFLINE,
    ...truth.REFUSED,
    doubt: `What ${OFFLINE} would see`,
  },
  'offline-and-silent': {
    planted: 'the last router drops all traffic to it, and one vantage is offline',
    families: ['6'],
    plant: plant.blackhole('dc-*'),
    vantages: WITH_OFFLINE,
    ...truth.SILENT,
  },
  'offline-and-cut': {
    planted: "frankfurt's access router drops all traffic to it, and another vantage is offline",
    families: ['4'],
    plant: CUT_FRANKFURT,
    vantages: WITH_OFFLINE,
    ...truth.cutOff('frankfurt'),
    doubt: `What ${OFFLINE} would see`,
  },
  'offline-and-address-down': {
    planted: 'one of its two hosts is down, and one vantage is offline',
    families: ['4'],
    hosts: 2,
    plant: SECOND_HOST_DOWN,
    vantages: WITH_OFFLINE,
    ...truth.PARTLY_DOWN,
  },
  'only-offline': {
    planted: 'nothing, but the only vantage asked is offline',
    families: ['46'],
    vantages: [OFFLINE],
    kind: 'vantage-fault',
    ...truth.NOTHING_SEEN,
  },
  'one-crashes': {
    planted: 'nothing, but one probe crashes',
    families: ['4'],
    crashing: ['ohio'],
    ...truth.REACHABLE,
    doubt: 'What ohio would see',
  },
  'most-crash': {
    planted: 'nothing, but three of five probes crash',
    families: ['6'],
    vantages: WELL,
    crashing: ['ohio', 'tokyo', 'dublin'],
    kind: 'insufficient-data',
    also: ['reachable'],
    ...truth.NOTHING_SEEN,
  },
  'all-crash': {
    planted: 'nothing, but every probe crashes',
    families: ['4'],
    crashing: WELL,
    kind: 'insufficient-data',
    ...truth.NOTHING_SEEN,
  },
  'control-down': {
    planted: 'nothing, but one control in each family is down',
    families: ['46'],
    controls: [...CONTROLS, ...DOWN_4.slice(0, 1), ...DOWN_6.slice(0, 1)],
    ...truth.REACHABLE,
  },
  'control-down-and-closed': {
    planted: 'nothing listens at this port, and one control is down',
    families: ['4'],
    plant: plant.service('closed'),
    controls: [...CONTROLS, ...DOWN_4.slice(0, 1)],
    ...truth.REFUSED,
  },
  'controls-down': {
    planted: 'nothing, but every control is down',
    families: ['4'],
    controls: DOWN_4,
    kind: 'vantage-fault',
    abstaining: WELL,
    confidence: 'low',
    doubt: 'repair the vantages or their controls',
  },
  'controls-down-and-silent': {
    planted: 'the last router drops all traffic to it, and every control is down',
    families: ['6'],
    plant: plant.blackhole('dc-*'),
    controls: DOWN_6,
    kind: 'vantage-fault',
    ...truth.NOTHING_SEEN,
    blame: { others: 'vantage' },
  },
  'no-controls': {
    planted: 'nothing listens at this port, and no control is given',
    families: ['4'],
    plant: plant.service('closed'),
    controls: [],
    ...truth.REFUSED,
  },
  'six-dead-vantage': {
    planted: "nothing, but one vantage's access router drops all its IPv6 traffic",
    families: ['46'],
    vantages: [...WELL, SIX_DEAD],
    ...truth.REACHABLE,
  },
  'six-dead-vantage-six': {
    planted:
      "nothing, but one vantage's access router drops all its IPv6 traffic, and the target has no IPv4",
    families: ['6'],
    vantages: [...WELL, SIX_DEAD],
    ...truth.REACHABLE,
    blame: { [SIX_DEAD]: 'vantage' },
    doubt: `What ${SIX_DEAD} would see`,
  },
  'four-only-vantage': {
    planted: 'the last router drops all IPv6 traffic to it, and one vantage has no IPv6',
    families: ['46'],
    plant: plant.blackhole('dc-*', plant.overIpv6),
    vantages: [...WELL, FOUR_ONLY],
    ...truth.PARTLY_DOWN,
    blame: { ...BY_THE_TARGET, [FOUR_ONLY]: 'none' },
  },
  'four-only-vantage-six': {
    planted: 'nothing, but one vantage has no IPv6 and the target no IPv4',
    families: ['6'],
    vantages: [...WELL, FOUR_ONLY],
    ...truth.REACHABLE,
    blame: { [FOUR_ONLY]: 'vantage' },
    doubt: `What ${FOUR_ONLY} would see`,
  },
  'two-vantages-one-cut': {
    planted: 'the access router of one of two vantages drops all traffic to it',
    families: ['4'],
    plant: plant.blackhole('edge-tokyo'),
    vantages: ['tokyo', 'ohio'],
    ...truth.EAST_CUT_OFF,
    blame: { tokyo: 'unknown' },
    confidence: 'medium',
  },
  'one-vantage-closed': {
    planted: 'nothing listens at this port, seen from one vantage alone',
    families: ['6'],
    plant: plant.service('closed'),
    vantages: ['ohio'],
    ...truth.REFUSED,
    blame: { ohio: 'unknown' },
    confidence: 'low',
    doubt: ONE_VANTAGE,
  },
  'one-vantage-cut': {
    planted: 'the access router of the only vantage drops all traffic to it',
    families: ['4'],
    plant: plant.blackhole('edge-tokyo'),
    vantages: ['tokyo'],
    ...truth.SILENT,
    blame: { tokyo: 'unknown' },
    confidence: 'low',
    doubt: ONE_VANTAGE,
  },
  'one-vantage-two-addresses': {
    planted: 'one of its two hosts is down, seen from one vantage alone',
    families: ['4'],
    hosts: 2,
    plant: SECOND_HOST_DOWN,
    vantages: ['dublin'],
    ...truth.PARTLY_DOWN,
    blame: { dublin: 'unknown' },
    confidence: 'low',
    doubt: ONE_VANTAGE,
  },
} as const satisfies Record<string, Situation>;

/** Different addresses make the check ask a second round where it would need none. */
const TWO_ROUNDS = { hosts: 2, plant: plant.differentFor('tokyo') };

/** Faults that begin or end between the two rounds. */
export const TIMED = {
  'cut-heals': {
    planted: "frankfurt's access router drops all traffic to it in the first round only",
    families: ['4'],
    inFirstRound: CUT_FRANKFURT,
    ...truth.UNSTABLE,
    confidence: 'low',
  },
  'refusal-heals': {
    planted: 'nothing listens at this port in the first round only',
    families: ['6'],
    inFirstRound: plant.service('closed'),
    ...truth.UNSTABLE,
    confidence: 'low',
  },
  'outage-heals': {
    planted: 'the last router drops all traffic to it in the first round only',
    families: ['46'],
    inFirstRound: plant.blackhole('dc-*'),
    ...truth.UNSTABLE,
    confidence: 'low',
  },
  'cut-begins': {
    planted: "frankfurt's access router drops all traffic to it in the second round only",
    families: ['4'],
    ...TWO_ROUNDS,
    inSecondRound: CUT_FRANKFURT,
    ...truth.cutOff('frankfurt'),
    confidence: 'low',
  },
  'outage-begins': {
    planted: 'the last router drops all traffic to it in the second round only',
    families: ['4'],
    ...TWO_ROUNDS,
    inSecondRound: plant.blackhole('dc-*'),
    ...truth.SILENT,
    confidence: 'low',
  },
} as const satisfies Record<string, Situation>;
