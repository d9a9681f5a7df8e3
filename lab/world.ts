import type { Family } from '../functions/reachability/report.ts';

/**
 * A small internet as data: {@link buildWorld} in build.ts builds it in network namespaces.
 *
 * Every vantage has a link to its access router and a separate one to the name server, so that names resolve while its uplink is
 * down. All target hosts are in one namespace, called `hosts`, on one LAN per network.
 */
export interface WorldSpec {
  routers: RouterSpec[];
  vantages: VantageSpec[];
  networks: NetworkSpec[];
  /** Names that exist; every other name does not. */
  names?: NameSpec[];
  /** Faults that can be switched on by name; all are off until then. */
  faults?: Record<string, PlantedFault>;
  /** The world ends after this time. Default ten minutes. */
  maxLifetimeMs?: number;
}

/**
 * Names are lower-case letters, digits and dashes, at most 30 characters; vantages, routers, networks and hosts share one name
 * space.
 */
export interface RouterSpec {
  name: string;
  /** Names of neighbouring routers; one of the two routers of a link names it. */
  links?: string[];
}

export interface VantageSpec {
  name: string;
  /** Its access router. */
  router: string;
  /** Default both; without 6 it has neither address nor route of that family. */
  families?: Family[];
}

export interface NetworkSpec {
  name: string;
  router: string;
  /** CIDR of the LAN, e.g. `203.0.113.0/24`, `2001:db8:f::/64`; at least one of the two. */
  prefix4?: string;
  prefix6?: string;
  hosts: HostSpec[];
}

export interface HostSpec {
  name: string;
  /** Of either family, inside the network's prefixes. At all other addresses of the LAN there is no host. */
  addresses: string[];
  /** The services at the ports of each of its addresses; every other port is closed. */
  services?: Record<number, Behaviour>;
}

/**
 * `open` keeps the connection, `banner` sends a greeting and keeps it, `flaky` resets every other connection of a client,
 * `full-queue` listens with a full accept queue, so that the kernel drops SYNs; `closed` is for faults that stop a service.
 */
export type Behaviour =
  'open' | 'banner' | 'accept-then-reset' | 'accept-then-close' | 'flaky' | 'full-queue' | 'closed';

/** The result of a look-up. An absent family is "no data". */
export type Answer =
  { a?: string[]; aaaa?: string[]; delayMs?: number } | 'nxdomain' | 'servfail' | 'refused' | 'silence';

export interface NameSpec {
  name: string;
  answer: Answer;
  /** Instead of `answer`, for single vantages. */
  perVantage?: Record<string, Answer>;
  /** Instead of both: the n-th look-up of a vantage (per record type) gets the n-th answer; the last one stays. */
  inTurn?: Answer[];
}

/** The connections that a fault affects; an absent key matches everything. It affects both families if addresses of both are named. */
export interface Match {
  /** Addresses, CIDRs, names of hosts or networks. */
  to?: string | string[];
  /** Addresses, CIDRs or names of vantages. */
  from?: string | string[];
  port?: number;
  /** Half-broken ECMP: only connections from odd, or from even, source ports. */
  sourcePorts?: 'odd' | 'even';
}

export const REJECTIONS_4 = [
  'net-unreachable',
  'host-unreachable',
  'prot-unreachable',
  'port-unreachable',
  'net-prohibited',
  'host-prohibited',
  'admin-prohibited',
] as const;
export const REJECTIONS_6 = [
  'no-route',
  'admin-prohibited',
  'addr-unreachable',
  'port-unreachable',
  'policy-fail',
  'reject-route',
] as const;

/** As nft(8) names them (`reject with`); `admin-prohibited` and `port-unreachable` exist in both families. */
export type Rejection = 'tcp-reset' | (typeof REJECTIONS_4)[number] | (typeof REJECTIONS_6)[number];

/** The place of a fault: the name of a router or vantage, or `hosts`. */
export type Place = string;

/** Faults that routes apply. */
export type RouteFault =
  /** The routing table at `at` drops or rejects traffic to the address, or has no route to it. At a vantage itself, no SYN leaves. */
  | {
      type: 'route';
      at: Place;
      answer: 'blackhole' | 'unreachable' | 'prohibit' | 'no-route';
      to: string | string[];
      from?: string | string[];
    }
  /** A router treats the address as its own and answers with TCP RST, because nothing listens there. */
  | { type: 'impostor'; at: Place; to: string | string[] }
  /** A routing loop between two neighbouring routers, for traffic to `to`, and only from `from` if given. */
  | { type: 'loop'; between: [string, string]; to: string | string[]; from?: string | string[] }
  /** The link to a neighbour (a router, or a vantage's `uplink`, or a network) is down at this end. */
  | { type: 'link-down'; at: Place; link: string }
  /** A vantage loses its default route. */
  | { type: 'no-default-route'; at: string; family?: Family }
  /** A host (or one address of it) leaves its LAN: ARP for it gets no reply. */
  | { type: 'host-gone'; address: string | string[] };

/** Faults that need nftables. */
export type FilterFault = { at: Place; match?: Match } & (
  | { type: 'drop' }
  | { type: 'reject'; with: Rejection }
  /** Every n-th SYN is lost; `first` loses the first SYN of every connection. */
  | { type: 'lose-syns'; every: number | 'first' }
  /** A broken return path: SYNs arrive, SYN-ACKs are lost. */
  | { type: 'cut-way-back' }
  /** This router completes every handshake before it connects to the host. */
  | { type: 'syn-proxy' }
  /** The handshake turns into a simultaneous open that is reset. */
  | { type: 'handshake-reset' }
  /** A router that sends no ICMP errors. `match` does not apply. */
  | { type: 'silent-router' }
);

export type OtherFault =
  /** A service changes its behaviour. */
  | { type: 'service'; address: string; port: number; does: Behaviour }
  /** A name gets another answer, for all vantages or for some. */
  | { type: 'name'; name: string; answer: Answer; vantages?: string[] }
  /** Anything else, as two shell scripts run at `at`. */
  | { type: 'script'; at: Place; break: string; heal: string };

/** One fault; a list is a fault made of several parts. */
export type PlantedFault = RouteFault | FilterFault | OtherFault | PlantedFault[];

/** An invalid description of a world, or a command in it that failed; one line. */
export class LabError extends Error {
  override readonly name = 'LabError';
}

/** The namespace of all target hosts. */
export const HOSTS: Place = 'hosts';
