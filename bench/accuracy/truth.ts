import type { Family } from '../../functions/reachability/report.ts';
import { access, edge, hostKey, transitCore, troublesOn, wayTo } from './world.ts';
import type { Answer, Host, Place, Round, Trouble, World } from './world.ts';

/** What is true between a vantage and an address, chance left out: whole, or stopped by the first element that is wholly broken. */
export type Passage = 'open' | 'refused' | 'cut' | 'closing';

/** Where something is broken. `upstream`: a vantage's access line or its transit network, which its controls can tell. */
export type Where = 'target' | 'name' | 'filter' | 'path' | 'upstream' | 'resolver' | 'report';

/** What is true of a world in one round, told from what is broken in it and from nothing that anyone saw. */
export interface Truth {
  /** Whether a well-placed client, with nothing broken of its own, gets to the target. */
  up: boolean;
  /** Vantages that something of their own or on their way keeps from an address that a well-placed client reaches. */
  affected: Map<string, Set<Where>>;
  /** Vantages with anything of their own broken, on any way to the target, whether or not the target answers at its end. */
  broken: Set<string>;
  /** Vantages of which neither can be said: only some of their packets are lost, or they have something to be found at a lie. */
  doubtful: Set<string>;
  /** Whether some address of the target is dead while it is up. */
  partlyDead: boolean;
}

const truths = new WeakMap<World, [Truth?, Truth?]>();

/** What is true in a round. */
export function truthOf(world: World, round: Round): Truth {
  const known = truths.get(world) ?? [];
  truths.set(world, known);
  return (known[round] ??= findTruth(world, round));
}

function findTruth(world: World, round: Round): Truth {
  const { places, hosts, moments } = world;
  const alive = servedHosts(world, round);
  const up = alive.length > 0 && !world.nameGone[round];
  const truth: Truth = {
    up,
    affected: new Map(),
    broken: new Set(),
    doubtful: new Set(),
    partlyDead: up && alive.length < hosts.length,
  };
  for (const place of places) {
    const troubles = new Set<Where>();
    if (moments[round].absent.has(place.name) || moments[round].outOfSockets.has(place.name)) {
      troubles.add('report');
    }
    const name = moments[round].names.get(place.name);
    if (name && (world.byName || name.everyName) && !world.nameGone[round]) troubles.add('resolver');
    if (world.byName && isLiedTo(world, place)) troubles.add('resolver');
    let broken = lacksEveryFamily(world, place);
    for (const host of hosts) {
      if (!place.families.includes(host.family)) continue;
      const where = whereStopped(world, place, host, round);
      if (where) broken = true;
      if (where && alive.includes(host)) troubles.add(where);
    }
    if (troubles.size > 0) truth.affected.set(place.name, troubles);
    if (broken || troubles.size > 0) truth.broken.add(place.name);
    if (isDoubtful(world, place, round)) truth.doubtful.add(place.name);
  }
  return truth;
}

/** What is true between a vantage and an address; undefined where the vantage has no such family. */
export function passage(world: World, place: Place, host: Host, round: Round): Passage | undefined {
  if (!place.families.includes(host.family)) return undefined;
  return passageThrough(troublesOn(world, place, host, round));
}

/** Whether the vantage has a way to the world in this family: its access line and its transit network are whole. */
export function hasUpstream(world: World, place: Place, family: Family, round: Round): boolean {
  const { elements } = world.moments[round];
  const upstream = [access(place.name, family), transitCore(place.transit, family)];
  return upstream.every((element) => passageThrough(elements.get(element) ?? []) === 'open');
}

/** Whether the vantage was given an address by its resolver that is not the target's. */
function isLiedTo(world: World, place: Place): boolean {
  return (world.given.get(place.name) ?? []).some((host) => world.lies.includes(host));
}

/** Whether the name leads the vantage to addresses, true or not. */
export function resolves(world: World, place: Place, round: Round): boolean {
  return !world.byName || !world.moments[round].names.has(place.name);
}

/** Whether a control of the vantage could tell in this round that its line is dead: it is up, and reached when the line is whole. */
export function hasControl(world: World, place: Place, family: Family, round: Round): boolean {
  return world.controls.some((control) =>
    control.hosts.some(
      (host) =>
        host.family === family &&
        place.families.includes(family) &&
        passageThrough(world.moments[round].elements.get(hostKey(host.text)) ?? []) === 'open',
    ),
  );
}

/** The addresses at which the target is up. */
export function servedHosts(world: World, round: Round): Host[] {
  return world.hosts.filter((host) => isServed(world, host, round));
}

/** Whether the target itself answers there: its host and the edge of its network are whole. */
function isServed(world: World, { text, network, family }: Host, round: Round): boolean {
  const { elements } = world.moments[round];
  return [edge(network, family), hostKey(text)].every(
    (element) => passageThrough(elements.get(element) ?? []) === 'open',
  );
}

/** The first of its own elements that stops a vantage on its way to an address; a filter by source counts as one. */
function whereStopped(world: World, place: Place, host: Host, round: Round): Where | undefined {
  const { elements } = world.moments[round];
  const stop = wayTo(place, host).findIndex(
    (element, index) => WHERE[index] !== 'target' && passageThrough(elements.get(element) ?? []) !== 'open',
  );
  return WHERE[stop];
}

/** In the order of {@link wayTo}: access, transit, way, peering, edge, filter, host. */
const WHERE: readonly Where[] = ['upstream', 'upstream', 'path', 'path', 'target', 'filter', 'target'];

/** It was given addresses of a family that it does not have, and no other. */
function lacksEveryFamily(world: World, { name, families }: Place): boolean {
  const given = world.given.get(name) ?? [];
  return given.length > 0 && given.every(({ family }) => !families.includes(family));
}

function isDoubtful(world: World, place: Place, round: Round): boolean {
  return world.hosts.some(
    (host) =>
      place.families.includes(host.family) &&
      troublesOn(world, place, host, round).some(({ partial }) => partial === true),
  );
}

const STOPS: Readonly<Record<Answer, Passage>> = {
  drop: 'cut',
  'host-unreachable': 'cut',
  'network-unreachable': 'cut',
  prohibited: 'cut',
  refuse: 'refused',
  'hang-up': 'closing',
  lose: 'open',
};

function passageThrough(troubles: readonly Trouble[]): Passage {
  const stop = troubles.find(({ share = 1, answer }) => share === 1 && answer !== 'lose');
  return stop ? STOPS[stop.answer] : 'open';
}
