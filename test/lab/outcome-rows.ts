import type { Family } from '../../functions/reachability/report.ts';
import type { Outcome, Stage } from '../../functions/reachability/words.ts';
import * as plant from '../../lab/catalogue/plants.ts';
import type { Behaviour, Rejection } from '../../lab/world.ts';

/** One line of the contract's table of outcomes, or of the table of errnos in the docs: a fault, and the outcome of a connect. */
export interface Row {
  what: string;
  outcome: Outcome;
  stage: Stage;
  errno?: string;
  families?: Family[];
  /** The result where the kernel's error queue cannot be read, so that the sender of the rejection is not known. */
  without?: { outcome?: Outcome; stage?: Stage };
  /** Least and greatest duration of the connect, in milliseconds. */
  between?: [number, number];
  port?: number;
  serves?: Behaviour;
  plant?: plant.Plant;
}

/** The network answers: after one round trip, or one SYN later where the answer came before the connect call released the socket. */
export const SOON: [number, number] = [0, 2800];
const SILENCE: [number, number] = [3500, 6000];
const ARP: [number, number] = [2500, 5500];

export const BY_ROUTE: Row[] = [
  { what: 'an open port', outcome: 'connected', stage: 'remote', between: SOON },
  {
    what: 'a service that sends a greeting',
    outcome: 'connected',
    stage: 'remote',
    serves: 'banner',
    between: SOON,
  },
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
    what: 'a router that drops traffic',
    outcome: 'timed-out',
    stage: 'path',
    plant: plant.route('core', 'blackhole'),
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
    plant: plant.hostGone,
    between: ARP,
  },
  {
    what: 'a router with an unreachable route',
    outcome: 'host-unreachable',
    stage: 'path',
    errno: 'EHOSTUNREACH',
    families: [4],
    plant: plant.route('core', 'unreachable'),
    between: SOON,
  },
  {
    what: 'a router with a prohibiting route',
    outcome: 'host-unreachable',
    stage: 'path',
    errno: 'EHOSTUNREACH',
    families: [4],
    plant: plant.route('core', 'prohibit'),
    between: SOON,
  },
  {
    what: 'a router with a prohibiting route',
    outcome: 'prohibited',
    stage: 'path',
    errno: 'EACCES',
    families: [6],
    plant: plant.route('core', 'prohibit'),
    between: SOON,
  },
  {
    what: 'a routing loop',
    outcome: 'host-unreachable',
    stage: 'path',
    errno: 'EHOSTUNREACH',
    plant: plant.loop('core', 'border'),
    between: SOON,
  },
  {
    what: 'a router that has no route',
    outcome: 'network-unreachable',
    stage: 'path',
    errno: 'ENETUNREACH',
    plant: plant.route('border', 'no-route'),
    between: SOON,
  },
  {
    what: 'an unreachable route of the vantage itself',
    outcome: 'host-unreachable',
    stage: 'local',
    errno: 'EHOSTUNREACH',
    plant: plant.route('here', 'unreachable'),
    between: SOON,
  },
  {
    what: 'a prohibiting route of the vantage itself',
    outcome: 'prohibited',
    stage: 'local',
    errno: 'EACCES',
    plant: plant.route('here', 'prohibit'),
    between: SOON,
  },
  {
    what: 'a blackhole route of the vantage itself',
    outcome: 'local-fault',
    stage: 'local',
    errno: 'EINVAL',
    plant: plant.route('here', 'blackhole'),
    between: SOON,
  },
  {
    what: 'no route at the vantage itself',
    outcome: 'network-unreachable',
    stage: 'local',
    errno: 'ENETUNREACH',
    plant: plant.route('here', 'no-route'),
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
  plant: plant.reject('border', rejection),
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
    plant: plant.drop('border'),
    between: SILENCE,
  },
  {
    what: 'a broken return path',
    outcome: 'timed-out',
    stage: 'path',
    plant: plant.brokenReturnPath('core'),
    between: SILENCE,
  },
  {
    what: 'a first SYN that is lost',
    outcome: 'connected',
    stage: 'remote',
    plant: plant.loseSyns('core', 'first'),
    between: [950, 2800],
  },
  {
    what: 'a reset during the handshake',
    outcome: 'reset',
    stage: 'remote',
    errno: 'ECONNRESET',
    without: { outcome: 'connected-then-reset' },
    plant: ({ to }) => ({ type: 'handshake-reset', at: 'border', match: { to } }),
    between: SOON,
  },
];
