import type { Family } from '../../functions/reachability/report.ts';
import { access, edge, hostKey, transitCore, faultsOn, elementsTo } from './world.ts';
import type { Answer, Host, Place, Round, Fault, World } from './world.ts';

/** The state between a vantage and an address, without chance: open, or as the first completely broken element makes it. */
export type PathState = 'open' | 'refused' | 'broken' | 'closing';

/** Where something is broken. `upstream`: a vantage's access line or its transit network, which its controls can detect. */
export type Where = 'target' | 'name' | 'filter' | 'path' | 'upstream' | 'resolver' | 'report';

/** The truth about a world in one round, determined from what is broken and not from any observation. */
export interface Truth {
  /** Whether a well-connected client without faults of its own can use the target. */
  up: boolean;
  /** Vantages that a fault of their own or on their path blocks from an address that a well-connected client reaches. */
  affected: Map<string, Set<Where>>;
  /** Vantages with a fault of their own or on any path to the target, whether or not the target works. */
  broken: Set<string>;
  /** Vantages that are neither blocked nor unaffected, because they lose only some of their packets. */
  doubtful: Set<string>;
  /** Whether an address of the target is down while the target is up. */
  partlyDown: boolean;
}

const truths = new WeakMap<World, [Truth?, Truth?]>();

/** The truth in a round; computed once. */
export function truthOf(world: World, round: Round): Truth {
  const known = truths.get(world) ?? [];
  truths.set(world, known);
  return (known[round] ??= findTruth(world, round));
}

function findTruth(world: World, round: Round): Truth {
  const { places, hosts, rounds } = world;
  const working = workingHosts(world, round);
  const up = working.length > 0 && !world.nameUnresolvable[round];
  const truth: Truth = {
    up,
    affected: new Map(),
    broken: new Set(),
    doubtful: new Set(),
    partlyDown: up && working.length < hosts.length,
  };
  for (const place of places) {
    const faults = new Set<Where>();
    if (rounds[round].absent.has(place.name) || rounds[round].outOfSockets.has(place.name)) {
      faults.add('report');
    }
    const name = rounds[round].names.get(place.name);
    if (name && (world.byName || name.everyName) && !world.nameUnresolvable[round]) faults.add('resolver');
    if (world.byName && hasFalseAddress(world, place)) faults.add('resolver');
    let broken = lacksEveryFamily(world, place);
    for (const host of hosts) {
      if (!place.families.includes(host.family)) continue;
      const where = whereStopped(world, place, host, round);
      if (where) broken = true;
      if (where && working.includes(host)) faults.add(where);
    }
    if (faults.size > 0) truth.affected.set(place.name, faults);
    if (broken || faults.size > 0) truth.broken.add(place.name);
    if (isDoubtful(world, place, round)) truth.doubtful.add(place.name);
  }
  return truth;
}

/** The state between a vantage and an address; undefined if the vantage does not have the address family. */
export function pathState(world: World, place: Place, host: Host, round: Round): PathState | undefined {
  if (!place.families.includes(host.family)) return undefined;
  return stateAfter(faultsOn(world, place, host, round));
}

/** Whether the vantage's access line and transit network work in this family. */
export function isUpstreamOpen(world: World, place: Place, family: Family, round: Round): boolean {
  const { elements } = world.rounds[round];
  const upstream = [access(place.name, family), transitCore(place.transit, family)];
  return upstream.every((element) => stateAfter(elements.get(element) ?? []) === 'open');
}

/** Whether the vantage's resolver returns an address that is not the target's. */
function hasFalseAddress(world: World, place: Place): boolean {
  return (world.given.get(place.name) ?? []).some((host) => world.falseHosts.includes(host));
}

/** Whether the name resolves for the vantage, to correct addresses or not. */
export function resolves(world: World, place: Place, round: Round): boolean {
  return !world.byName || !world.rounds[round].names.has(place.name);
}

/** Whether a control can show in this round that the vantage's access line is down: the control is up and has this family. */
export function hasControl(world: World, place: Place, family: Family, round: Round): boolean {
  return world.controls.some((control) =>
    control.hosts.some(
      (host) =>
        host.family === family &&
        place.families.includes(family) &&
        stateAfter(world.rounds[round].elements.get(hostKey(host.text)) ?? []) === 'open',
    ),
  );
}

/** The addresses at which the target works. */
export function workingHosts(world: World, round: Round): Host[] {
  return world.hosts.filter((host) => isWorking(world, host, round));
}

/** Whether the host and the edge of its network work. */
function isWorking(world: World, { text, network, family }: Host, round: Round): boolean {
  const { elements } = world.rounds[round];
  return [edge(network, family), hostKey(text)].every(
    (element) => stateAfter(elements.get(element) ?? []) === 'open',
  );
}

/** The first element on the vantage's side that stops its SYNs to an address. A filter by source is one of them. */
function whereStopped(world: World, place: Place, host: Host, round: Round): Where | undefined {
  const { elements } = world.rounds[round];
  const stop = elementsTo(place, host).findIndex(
    (element, index) => WHERE[index] !== 'target' && stateAfter(elements.get(element) ?? []) !== 'open',
  );
  return WHERE[stop];
}

/** In the order of {@link elementsTo}: access, transit, path, peering, edge, filter, host. */
const WHERE: readonly Where[] = ['upstream', 'upstream', 'path', 'path', 'target', 'filter', 'target'];

/** Whether all addresses that its resolver returns are of a family that the vantage does not have. */
function lacksEveryFamily(world: World, { name, families }: Place): boolean {
  const given = world.given.get(name) ?? [];
  return given.length > 0 && given.every(({ family }) => !families.includes(family));
}

function isDoubtful(world: World, place: Place, round: Round): boolean {
  return world.hosts.some(
    (host) =>
      place.families.includes(host.family) &&
      faultsOn(world, place, host, round).some(({ partial }) => partial === true),
  );
}

const STOPS: Readonly<Record<Answer, PathState>> = {
  drop: 'broken',
  'host-unreachable': 'broken',
  'network-unreachable': 'broken',
  prohibited: 'broken',
  refuse: 'refused',
  close: 'closing',
  lose: 'open',
};

function stateAfter(faults: readonly Fault[]): PathState {
  const stop = faults.find(({ share = 1, answer }) => share === 1 && answer !== 'lose');
  return stop ? STOPS[stop.answer] : 'open';
}
