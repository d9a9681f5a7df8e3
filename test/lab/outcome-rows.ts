import type { Family } from '../../functions/reachability/report.ts';
import type { Outcome, Stage } from '../../functions/reachability/words.ts';
import type { Behaviour, PlantedFault, Rejection } from '../../lab/world.ts';

/** One line of the contract's table of outcomes, or of the table of errnos in the docs, as a fault and what it must be called. */
export interface Row {
  what: string;
  outcome: Outcome;
  stage: Stage;
  errno?: string;
  families?: Family[];
  /** What it is called where the kernel's error queue cannot be read: who said no stays unknown. */
  without?: { outcome?: Outcome; stage?: Stage };
  /** Not before and not after, in milliseconds. */
  between?: [number, number];
  port?: number;
  serves?: Behaviour;
  fault?: (host: string) => PlantedFault;
}

const route =
  (at: string, answer: 'blackhole' | 'unreachable' | 'prohibit' | 'no-route') =>
  (to: string): PlantedFault => ({ type: 'route', at, answer, to });
const reject =
  (rejection: Rejection) =>
  (to: string): PlantedFault => ({ type: 'reject', at: 'border', with: rejection, match: { to } });

/** Answered by the network: one round trip, or one SYN more where the answer overtook the connect call. */
export const SOON: [number, number] = [0, 2800];
const SILENCE: [number, number] = [3500, 6000];
const ARP: [number, number] = [2500, 5500];

export const BY_ROUTE: Row[] = [
  { what: 'an open port', outcome: 'connected', stage: 'remote', between: SOON },
  { what: 'a greeting', outcome: 'connected', stage: 'remote', serves: 'banner', between: SOON },
  {
    what: 'accept then RST',
    outcome: 'connected-then-reset',
    stage: 'remote',
    errno: 'ECONNRESET',
    serves: 'accept-then-reset',
  },
  {
    what: 'accept then FIN',
    outcome: 'connected-then-closed',
    stage: 'remote',
    errno: 'EOF',
    serves: 'accept-then-close',
  },
  {
    what: 'a closed port',
    outcome: 'refused',
    stage: 'remote',
    errno: 'ECONNREFUSED',
    port: 81,
    between: SOON,
  },
  {
    what: 'a blackhole on the way',
    outcome: 'timed-out',
    stage: 'path',
    fault: route('core', 'blackhole'),
    between: SILENCE,
  },
  {
    what: 'a full accept queue',
    outcome: 'timed-out',
    stage: 'path',
    serves: 'full-queue',
    between: SILENCE,
  },
  {
    what: 'a host absent on the last LAN',
    outcome: 'host-unreachable',
    stage: 'path',
    errno: 'EHOSTUNREACH',
    fault: (address) => ({ type: 'host-gone', address }),
    between: ARP,
  },
  {
    what: 'a router with an unreachable route',
    outcome: 'host-unreachable',
    stage: 'path',
    errno: 'EHOSTUNREACH',
    families: [4],
    fault: route('core', 'unreachable'),
    between: SOON,
  },
  {
    what: 'a router that prohibits',
    outcome: 'host-unreachable',
    stage: 'path',
    errno: 'EHOSTUNREACH',
    families: [4],
    fault: route('core', 'prohibit'),
    between: SOON,
  },
  {
    what: 'a router that prohibits',
    outcome: 'prohibited',
    stage: 'path',
    errno: 'EACCES',
    families: [6],
    fault: route('core', 'prohibit'),
    between: SOON,
  },
  {
    what: 'a routing loop',
    outcome: 'host-unreachable',
    stage: 'path',
    errno: 'EHOSTUNREACH',
    fault: (to) => ({ type: 'loop', between: ['core', 'border'], to }),
    between: SOON,
  },
  {
    what: 'a router without a route',
    outcome: 'network-unreachable',
    stage: 'path',
    errno: 'ENETUNREACH',
    fault: route('border', 'no-route'),
    between: SOON,
  },
  {
    what: 'an unreachable route of our own',
    outcome: 'host-unreachable',
    stage: 'local',
    errno: 'EHOSTUNREACH',
    fault: route('here', 'unreachable'),
    between: SOON,
  },
  {
    what: 'a prohibiting route of our own',
    outcome: 'prohibited',
    stage: 'local',
    errno: 'EACCES',
    fault: route('here', 'prohibit'),
    between: SOON,
  },
  {
    what: 'a blackhole of our own',
    outcome: 'local-fault',
    stage: 'local',
    errno: 'EINVAL',
    fault: route('here', 'blackhole'),
    between: SOON,
  },
  {
    what: 'no route of our own',
    outcome: 'network-unreachable',
    stage: 'local',
    errno: 'ENETUNREACH',
    fault: route('here', 'no-route'),
    between: SOON,
  },
];

const rejected = (
  rejection: Rejection,
  outcome: Outcome,
  errno: string,
  families: Family[],
  stage: Stage = 'path',
): Row => ({
  what: `a firewall that rejects with ${rejection}`,
  outcome,
  errno,
  families,
  stage,
  fault: reject(rejection),
  between: SOON,
});

export const BY_FILTER: Row[] = [
  rejected('tcp-reset', 'refused', 'ECONNREFUSED', [4, 6], 'remote'),
  {
    ...rejected('port-unreachable', 'refused', 'ECONNREFUSED', [4, 6]),
    without: { stage: 'remote' },
  },
  rejected('net-unreachable', 'network-unreachable', 'ENETUNREACH', [4]),
  rejected('host-unreachable', 'host-unreachable', 'EHOSTUNREACH', [4]),
  {
    ...rejected('prot-unreachable', 'protocol-unreachable', 'ENOPROTOOPT', [4]),
    without: { stage: 'remote' },
  },
  rejected('net-prohibited', 'network-unreachable', 'ENETUNREACH', [4]),
  rejected('host-prohibited', 'host-unreachable', 'EHOSTUNREACH', [4]),
  rejected('admin-prohibited', 'host-unreachable', 'EHOSTUNREACH', [4]),
  rejected('admin-prohibited', 'prohibited', 'EACCES', [6]),
  rejected('no-route', 'network-unreachable', 'ENETUNREACH', [6]),
  rejected('addr-unreachable', 'host-unreachable', 'EHOSTUNREACH', [6]),
  rejected('policy-fail', 'prohibited', 'EACCES', [6]),
  rejected('reject-route', 'prohibited', 'EACCES', [6]),
  {
    what: 'a drop rule',
    outcome: 'timed-out',
    stage: 'path',
    fault: (to) => ({ type: 'drop', at: 'border', match: { to } }),
    between: SILENCE,
  },
  {
    what: 'a SYN-ACK lost on the way back',
    outcome: 'timed-out',
    stage: 'path',
    fault: (to) => ({ type: 'cut-way-back', at: 'core', match: { to } }),
    between: SILENCE,
  },
  {
    what: 'a first SYN that is lost',
    outcome: 'connected',
    stage: 'remote',
    fault: (to) => ({ type: 'lose-syns', at: 'core', every: 'first', match: { to } }),
    between: [950, 2800],
  },
  {
    what: 'a reset during the handshake',
    outcome: 'reset',
    stage: 'remote',
    errno: 'ECONNRESET',
    without: { outcome: 'connected-then-reset' },
    fault: (to) => ({ type: 'handshake-reset', at: 'border', match: { to } }),
    between: SOON,
  },
];
