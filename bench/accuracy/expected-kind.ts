import type { Family } from '../../functions/reachability/report.ts';
import type { Kind } from '../../functions/reachability/words.ts';
import { hasControl, isUpstreamOpen, pathState, resolves, workingHosts, truthOf } from './truth.ts';
import type { PathState, Truth } from './truth.ts';
import { faultsOn } from './world.ts';
import type { Host, Place, Round, World } from './world.ts';

/** The correct kinds if all usable vantages are blocked from a target that is up: they make no statement about the target. */
const NO_STATEMENT: ReadonlySet<Kind> = new Set<Kind>(['vantage-fault', 'insufficient-data']);

/**
 * Whether all usable vantages are blocked from a target that is up, or from an address of it that works, or have no address
 * that works. The reports are then the same as for a target, or an address, that is down.
 */
export function isBlockedForAll(world: World, round: Round): boolean {
  if (expectedKinds(world, round) === NO_STATEMENT) return true;
  const usable = usablePlaces(world, round);
  const working = new Set(workingHosts(world, round));
  const given = hostsOf(world, usable, round);
  if (given.length > 0 && working.size > 0 && !given.some((host) => working.has(host))) return true;
  return given.some((host) => {
    const row = rowOf(world, host, usable, round);
    return working.has(host) && row.size > 0 && !has(row, 'open');
  });
}

/** The addresses to which the name resolves for these vantages. They try these. */
function hostsOf(world: World, usable: readonly Place[], round: Round): Host[] {
  const resolving = usable.filter((place) => resolves(world, place, round));
  return [...new Set(resolving.flatMap(({ name }) => world.given.get(name) ?? []))];
}

/** The correct kinds for a world in a round: the definitions of the contract, applied to what is really broken. */
export function expectedKinds(world: World, round: Round): ReadonlySet<Kind> {
  const known = expected.get(world) ?? [];
  expected.set(world, known);
  return (known[round] ??= findKinds(world, round));
}

const expected = new WeakMap<World, [ReadonlySet<Kind>?, ReadonlySet<Kind>?]>();

function findKinds(world: World, round: Round): ReadonlySet<Kind> {
  const truth = truthOf(world, round);
  const { absent } = world.rounds[round];
  const usable = usablePlaces(world, round);
  if (absent.size === world.places.length) return new Set(['insufficient-data']);
  if (usable.length === 0) return new Set(['vantage-fault', 'insufficient-data']);
  if (usable.length < absent.size) return new Set(['insufficient-data']);
  const without = usable.filter((place) => !resolves(world, place, round));
  if (without.length === usable.length) {
    return world.nameUnresolvable[round] ? new Set(['name-failure']) : NO_STATEMENT;
  }
  return amongAddresses(world, round, truth, usable, without);
}

function usablePlaces(world: World, round: Round): Place[] {
  const { absent, outOfSockets } = world.rounds[round];
  return world.places.filter(
    (place) => !absent.has(place.name) && !outOfSockets.has(place.name) && isUsable(world, place, round),
  );
}

type Row = Map<Place, PathState>;

function amongAddresses(
  world: World,
  round: Round,
  truth: Truth,
  usable: readonly Place[],
  without: readonly Place[],
): ReadonlySet<Kind> {
  const hosts = hostsOf(world, usable, round);
  const rows = hosts.map((host) => rowOf(world, host, usable, round)).filter((row) => row.size > 0);
  const connecting = rows.filter((row) => has(row, 'open') || has(row, 'closing'));
  if (connecting.length === 0) {
    return truth.up ? NO_STATEMENT : whenNoneConnects(world, rows, usable, round);
  }
  const kinds = firstOf(rows, usable, without);
  if (kinds.size > 0) return kinds;
  if (rows.every((row) => all(row, 'closing'))) return new Set(['accepts-then-closes']);
  return new Set(
    usable.some((place) => isPartlyBroken(world, place, round))
      ? ['reachable', 'unstable', 'local-routing-issue', 'split-reachability']
      : ['reachable', 'unstable'],
  );
}

/** The first kind that matches if some vantages connect; several if the contract allows each of them. */
function firstOf(rows: readonly Row[], usable: readonly Place[], without: readonly Place[]): Set<Kind> {
  const answered = rows.filter((row) => has(row, 'open') || has(row, 'closing'));
  if (answered.some((row) => has(row, 'refused'))) return new Set(['selective-refusal']);
  const partlyBroken = answered.filter((row) => has(row, 'broken'));
  if (partlyBroken.length > 0) {
    const blocked = new Set(partlyBroken.flatMap((row) => placesThat(row, 'broken')));
    const wide = partlyBroken.some((row) => placesThat(row, 'broken').length >= row.size / 2);
    const half = blocked.size >= usable.length / 2;
    return new Set(wide || half ? ['split-reachability'] : ['local-routing-issue']);
  }
  if (
    answered.length < rows.length ||
    (rows.some((row) => all(row, 'closing')) && rows.some((row) => has(row, 'open')))
  ) {
    return new Set(['partial-outage']);
  }
  return without.length > 0 ? new Set(['name-disagreement']) : new Set();
}

function whenNoneConnects(
  world: World,
  rows: readonly Row[],
  usable: readonly Place[],
  round: Round,
): Set<Kind> {
  if (rows.some((row) => has(row, 'refused'))) return new Set(['remote-refusal']);
  const unreachable = usable.filter((place) =>
    world.hosts.some(
      (host) =>
        place.families.includes(host.family) &&
        faultsOn(world, place, host, round)
          .find(({ share = 1 }) => share === 1)
          ?.answer.endsWith('unreachable'),
    ),
  );
  return new Set([unreachable.length >= usable.length / 2 ? 'unroutable' : 'unresponsive']);
}

function rowOf(world: World, host: Host, usable: readonly Place[], round: Round): Row {
  return new Map(
    usable
      .filter((place) => isUsableIn(world, place, host.family, round))
      .flatMap((place): [Place, PathState][] => {
        const seen = pathState(world, place, host, round);
        return seen ? [[place, seen]] : [];
      }),
  );
}

/** A vantage whose access line is down is excluded if a control shows it. Without a control, its path looks broken. */
function isUsable(world: World, place: Place, round: Round): boolean {
  const families = new Set(world.hosts.map(({ family }) => family));
  return place.families.some((family) => families.has(family) && isUsableIn(world, place, family, round));
}

function isUsableIn(world: World, place: Place, family: Family, round: Round): boolean {
  if (hasNoResolver(world, place, round)) return false;
  return isUpstreamOpen(world, place, family, round) || !hasControl(world, place, family, round);
}

/** Whether its path is broken for some source ports. Both results are then correct: blocked, and not blocked. */
function isPartlyBroken(world: World, place: Place, round: Round): boolean {
  return world.hosts.some(
    (host) =>
      place.families.includes(host.family) &&
      faultsOn(world, place, host, round).some(
        ({ partial, answer }) => partial === true && (answer === 'drop' || answer.endsWith('unreachable')),
      ),
  );
}

/** Whether its resolver fails for every name and its controls have names, so that the controls show the fault. */
function hasNoResolver(world: World, { name }: Place, round: Round): boolean {
  const fault = world.rounds[round].names.get(name);
  return fault?.everyName === true && world.controls.some((control) => control.byName);
}

const has = (row: Row, wanted: PathState): boolean => [...row.values()].includes(wanted);
const all = (row: Row, wanted: PathState): boolean => [...row.values()].every((seen) => seen === wanted);
const placesThat = (row: Row, wanted: PathState): Place[] =>
  [...row].filter(([, seen]) => seen === wanted).map(([place]) => place);
