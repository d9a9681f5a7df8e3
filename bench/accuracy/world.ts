import type { Family } from '../../functions/reachability/report.ts';
import type { Target } from '../../functions/reachability/request.ts';
import type { NameOutcome } from '../../functions/reachability/words.ts';
import { ADDRESSES, BACKGROUND_LOSS, CONTROLS, IPV6, VANTAGES } from './rates.ts';
import type { Planted } from './rates.ts';
import type { Random } from './random.ts';

/** What an element of the world does to a SYN that it should pass on, or answer. */
export type Answer =
  'drop' | 'host-unreachable' | 'network-unreachable' | 'prohibited' | 'refuse' | 'hang-up' | 'lose';

/** A fault of one element in one round. */
export interface Trouble {
  answer: Answer;
  /** The share of source ports (of SYNs, for `lose`) that meets it; 1 where absent. */
  share?: number;
  /** Passes or comes within seconds, or spares some: noise to a judgement about who is cut off. */
  partial?: boolean;
}

export interface NameTrouble {
  outcome: NameOutcome;
  /** Whether the vantage's resolver answers no other name either. */
  everyName: boolean;
}

export interface Place {
  name: string;
  transit: number;
  families: readonly Family[];
  /** SYNs that its kernel sends within the four seconds of an attempt: 3 before Linux 6.5, then 4. */
  syns: number;
  /** Share of SYNs lost on whole ways. */
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

/** All that is wrong in one round. Elements are named as {@link wayTo} names them. */
export interface Moment {
  elements: Map<string, Trouble[]>;
  names: Map<string, NameTrouble>;
  absent: Map<string, string>;
  outOfSockets: Set<string>;
}

/** A random internet: who stands where, what is up, and everything that is broken, per round. */
export interface World {
  places: Place[];
  target: Target;
  byName: boolean;
  hosts: Host[];
  /** What each vantage's resolver gives, where it gives anything. */
  given: Map<string, Host[]>;
  /** Addresses that only a lying resolver gives. */
  lies: Host[];
  /** Whether the name is gone at its own servers, per round. */
  nameGone: [boolean, boolean];
  controls: ControlHost[];
  moments: [Moment, Moment];
  planted: Planted[];
}

export type Round = 0 | 1;
export const ROUNDS: readonly Round[] = [0, 1];

const PORT = 443;

/** A world in which nothing is broken yet. */
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
    lies: [],
    nameGone: [false, false],
    controls: drawControls(random),
    moments: [emptyMoment(), emptyMoment()],
    planted: [],
  };
  const steered = byName && hosts.length > 1 && random.chance(0.25);
  for (const { name } of places) {
    world.given.set(name, steered ? random.sample(hosts, random.between(1, hosts.length)) : hosts);
  }
  return world;
}

/** The elements between a vantage and an address, nearest first. */
export function wayTo(place: Place, host: Host): readonly string[] {
  const ways = waysOf.get(place) ?? new Map<Host, readonly string[]>();
  waysOf.set(place, ways);
  const known = ways.get(host);
  if (known) return known;
  const { name, transit } = place;
  const { family, network, text } = host;
  const elements = [
    access(name, family),
    transitCore(transit, family),
    way(name, network, family),
    peering(transit, network, family),
    edge(network, family),
    filter(name, network),
    hostKey(text),
  ];
  ways.set(host, elements);
  return elements;
}

/** Ways are asked for millions of times; spelling them once each makes the whole four times as fast. */
const waysOf = new WeakMap<Place, Map<Host, readonly string[]>>();

export const access = (vantage: string, family: Family): string => `access ${vantage}/${family}`;
export const transitCore = (transit: number, family: Family): string => `transit ${transit}/${family}`;
export const way = (vantage: string, network: number, family: Family): string =>
  `way ${vantage}>${network}/${family}`;
export const peering = (transit: number, network: number, family: Family): string =>
  `peering ${transit}-${network}/${family}`;
export const edge = (network: number, family: Family): string => `edge ${network}/${family}`;
export const filter = (vantage: string, network: number): string => `filter ${vantage}>${network}`;
export const hostKey = (address: string): string => `host ${address}`;

/** Breaks an element in the given rounds. */
export function breakElement(
  { moments }: World,
  element: string,
  trouble: Trouble,
  rounds: readonly Round[] = ROUNDS,
): void {
  for (const round of rounds) {
    const { elements } = moments[round];
    elements.set(element, [...(elements.get(element) ?? []), trouble]);
  }
}

/** What is wrong on the way, nearest first. */
export function troublesOn(world: World, place: Place, host: Host, round: Round): Trouble[] {
  const { elements } = world.moments[round];
  const troubles: Trouble[] = [];
  for (const element of wayTo(place, host)) {
    const found = elements.get(element);
    if (found) troubles.push(...found);
  }
  return troubles;
}

/** The networks that the target's addresses lie in. */
export function networksOf(hosts: readonly Host[]): number[] {
  return [...new Set(hosts.map(({ network }) => network))];
}

function emptyMoment(): Moment {
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

/** Each control stands in a network of its own. */
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
