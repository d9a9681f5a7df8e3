import type { Family } from '../../functions/reachability/report.ts';
import type { Target } from '../../functions/reachability/request.ts';
import type { NameOutcome } from '../../functions/reachability/words.ts';
import { ADDRESSES, BACKGROUND_LOSS, CONTROLS, IPV6, VANTAGES } from './rates.ts';
import type { Planted } from './rates.ts';
import type { Random } from './random.ts';

/** What a broken element does to a SYN that it should forward or answer. */
export type Answer =
  'drop' | 'host-unreachable' | 'network-unreachable' | 'prohibited' | 'refuse' | 'close' | 'lose';

/** A fault of one element in one round. */
export interface Fault {
  answer: Answer;
  /** The share of source ports (of SYNs, for `lose`) that it affects; 1 if absent. */
  share?: number;
  /** Starts or ends within seconds, or affects only some attempts. Such a vantage is neither reachable nor blocked. */
  partial?: boolean;
}

export interface NameFault {
  outcome: NameOutcome;
  /** Whether the vantage's resolver fails for all other names, too. */
  everyName: boolean;
}

export interface Place {
  name: string;
  transit: number;
  families: readonly Family[];
  /** SYNs that its kernel sends within the four seconds of an attempt: 3 before Linux 6.5, 4 since then. */
  syns: number;
  /** Share of SYNs lost on paths without a fault. */
  loss: number;
}

export interface Host {
  text: string;
  family: Family;
  network: number;
}

export interface ControlHost {
  target: Target;
  byName: boolean;
  hosts: readonly Host[];
}

/** Everything that is broken in one round. {@link elementsTo} gives the names of the elements. */
export interface RoundFaults {
  elements: Map<string, Fault[]>;
  names: Map<string, NameFault>;
  absent: Map<string, string>;
  outOfSockets: Set<string>;
}

/** A random network: vantages, target, controls, and everything that is broken in each round. */
export interface World {
  places: Place[];
  target: Target;
  byName: boolean;
  hosts: Host[];
  /** The addresses that each vantage's resolver returns, if it returns any. */
  given: Map<string, Host[]>;
  /** Addresses that are not the target's and that a resolver returns for its name. */
  falseHosts: Host[];
  /** Whether the authoritative servers do not resolve the name, per round. */
  nameUnresolvable: [boolean, boolean];
  controls: ControlHost[];
  rounds: [RoundFaults, RoundFaults];
  planted: Planted[];
}

export type Round = 0 | 1;
export const ROUNDS: readonly Round[] = [0, 1];

const PORT = 443;

/** Draws a world without faults. */
export function drawWorld(random: Random): World {
  const places = drawPlaces(random);
  const hosts = drawHosts(random);
  const byName = hosts.length > 1 || random.chance(0.7);
  const world: World = {
    places,
    target: { host: byName ? 'target.example' : (hosts[0]?.text ?? ''), port: PORT },
    byName,
    hosts,
    given: new Map(),
    falseHosts: [],
    nameUnresolvable: [false, false],
    controls: drawControls(random),
    rounds: [noFaults(), noFaults()],
    planted: [],
  };
  const perVantage = byName && hosts.length > 1 && random.chance(0.25);
  for (const { name } of places) {
    world.given.set(name, perVantage ? random.sample(hosts, random.between(1, hosts.length)) : hosts);
  }
  return world;
}

/** The elements between a vantage and an address, nearest first. */
export function elementsTo(place: Place, host: Host): readonly string[] {
  const byHost = elementsOf.get(place) ?? new Map<Host, readonly string[]>();
  elementsOf.set(place, byHost);
  const known = byHost.get(host);
  if (known) return known;
  const { name, transit } = place;
  const { family, network, text } = host;
  const elements = [
    access(name, family),
    transitCore(transit, family),
    path(name, network, family),
    peering(transit, network, family),
    edge(network, family),
    filter(name, network),
    hostKey(text),
  ];
  byHost.set(host, elements);
  return elements;
}

/** Cached: elements are requested millions of times, and the cache makes a run four times as fast. */
const elementsOf = new WeakMap<Place, Map<Host, readonly string[]>>();

export const access = (vantage: string, family: Family): string => `access ${vantage}/${family}`;
export const transitCore = (transit: number, family: Family): string => `transit ${transit}/${family}`;
export const path = (vantage: string, network: number, family: Family): string =>
  `path ${vantage}>${network}/${family}`;
export const peering = (transit: number, network: number, family: Family): string =>
  `peering ${transit}-${network}/${family}`;
export const edge = (network: number, family: Family): string => `edge ${network}/${family}`;
export const filter = (vantage: string, network: number): string => `filter ${vantage}>${network}`;
export const hostKey = (address: string): string => `host ${address}`;

/** Breaks an element in the given rounds. */
export function breakElement(
  world: World,
  element: string,
  fault: Fault,
  rounds: readonly Round[] = ROUNDS,
): void {
  for (const round of rounds) {
    const { elements } = world.rounds[round];
    elements.set(element, [...(elements.get(element) ?? []), fault]);
  }
}

/** The faults between a vantage and an address, nearest first. */
export function faultsOn(world: World, place: Place, host: Host, round: Round): Fault[] {
  const { elements } = world.rounds[round];
  const faults: Fault[] = [];
  for (const element of elementsTo(place, host)) {
    const found = elements.get(element);
    if (found) faults.push(...found);
  }
  return faults;
}

/** The networks of these addresses. */
export function networksOf(hosts: readonly Host[]): number[] {
  return [...new Set(hosts.map(({ network }) => network))];
}

function noFaults(): RoundFaults {
  return { elements: new Map(), names: new Map(), absent: new Map(), outOfSockets: new Set() };
}

function drawPlaces(random: Random): Place[] {
  const [low = 1, high = low] = random.weighted(VANTAGES).split('-').map(Number);
  const transits = random.between(3, 8);
  return Array.from({ length: random.between(low, high) }, (_, index) => ({
    name: `v${String(index + 1).padStart(2, '0')}`,
    transit: random.between(1, transits),
    families: random.chance(IPV6.vantages) ? ([4, 6] as const) : ([4] as const),
    syns: random.pick([3, 4]),
    loss: BACKGROUND_LOSS.least + random.next() * (BACKGROUND_LOSS.most - BACKGROUND_LOSS.least),
  }));
}

function drawHosts(random: Random): Host[] {
  const networks = random.between(1, 3);
  const families: Family[] = random.chance(IPV6.targets) ? [4, 6] : [4];
  return families.flatMap((family) =>
    Array.from({ length: Number(random.weighted(ADDRESSES)) }, (_, index) => ({
      text: family === 4 ? `198.51.100.${index + 1}` : `2001:db8:1::${index + 1}`,
      family,
      network: random.between(1, networks),
    })),
  );
}

/** Each control has a separate network. */
function drawControls(random: Random): ControlHost[] {
  const byName = random.chance(0.7);
  return Array.from({ length: Number(random.weighted(CONTROLS)) }, (_, index) => {
    const network = 100 + index;
    const hosts: Host[] = [{ text: `192.0.2.${index + 1}`, family: 4, network }];
    if (byName && random.chance(IPV6.controls)) {
      hosts.push({ text: `2001:db8:2::${index + 1}`, family: 6, network });
    }
    const host = byName ? `control${index + 1}.example` : `192.0.2.${index + 1}`;
    return { target: { host, port: PORT }, byName, hosts };
  });
}
