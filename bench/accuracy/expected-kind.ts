import type { Family } from '../../functions/reachability/report.ts';
import type { Kind } from '../../functions/reachability/words.ts';
import { hasControl, hasUpstream, passage, resolves, servedHosts, truthOf } from './truth.ts';
import type { Passage, Truth } from './truth.ts';
import { troublesOn } from './world.ts';
import type { Host, Place, Round, World } from './world.ts';

/** Right to say where every vantage that counts is cut off from a target that is up: nothing about the target. */
const NOTHING_TO_SAY: ReadonlySet<Kind> = new Set<Kind>(['vantage-fault', 'insufficient-data']);

/**
 * Whether all who can judge are cut off from a target that is up, or from an address of it that is alive, or were given no
 * address that is alive: the reports are those of a target, or an address, that is down, and nobody could tell them apart.
 */
export function isEveryoneCutOff(world: World, round: Round): boolean {
  if (expectedKinds(world, round) === NOTHING_TO_SAY) return true;
  const judging = judgingPlaces(world, round);
  const served = new Set(servedHosts(world, round));
  const given = hostsGiven(world, judging, round);
  if (given.length > 0 && served.size > 0 && !given.some((host) => served.has(host))) return true;
  return given.some((host) => {
    const row = rowOf(world, host, judging, round);
    return served.has(host) && row.size > 0 && !has(row, 'open');
  });
}

/** What the names lead those to who can judge: that is what they try. */
function hostsGiven(world: World, judging: readonly Place[], round: Round): Host[] {
  const resolving = judging.filter((place) => resolves(world, place, round));
  return [...new Set(resolving.flatMap(({ name }) => world.given.get(name) ?? []))];
}

/** The kinds that are right to say of a world in a round: the contract's words, applied to what is truly broken. */
export function expectedKinds(world: World, round: Round): ReadonlySet<Kind> {
  const known = expected.get(world) ?? [];
  expected.set(world, known);
  return (known[round] ??= findKinds(world, round));
}

const expected = new WeakMap<World, [ReadonlySet<Kind>?, ReadonlySet<Kind>?]>();

function findKinds(world: World, round: Round): ReadonlySet<Kind> {
  const truth = truthOf(world, round);
  const { absent } = world.moments[round];
  const judging = judgingPlaces(world, round);
  if (absent.size === world.places.length) return new Set(['insufficient-data']);
  if (judging.length === 0) return new Set(['vantage-fault', 'insufficient-data']);
  if (judging.length < absent.size) return new Set(['insufficient-data']);
  const without = judging.filter((place) => !resolves(world, place, round));
  if (without.length === judging.length) {
    return world.nameGone[round] ? new Set(['name-failure']) : NOTHING_TO_SAY;
  }
  return amongAddresses(world, round, truth, judging, without);
}

function judgingPlaces(world: World, round: Round): Place[] {
  const { absent, outOfSockets } = world.moments[round];
  return world.places.filter(
    (place) => !absent.has(place.name) && !outOfSockets.has(place.name) && judges(world, place, round),
  );
}

type Row = Map<Place, Passage>;

function amongAddresses(
  world: World,
  round: Round,
  truth: Truth,
  judging: readonly Place[],
  without: readonly Place[],
): ReadonlySet<Kind> {
  const hosts = hostsGiven(world, judging, round);
  const rows = hosts.map((host) => rowOf(world, host, judging, round)).filter((row) => row.size > 0);
  const connecting = rows.filter((row) => has(row, 'open') || has(row, 'closing'));
  if (connecting.length === 0) {
    return truth.up ? NOTHING_TO_SAY : nobodyConnects(world, rows, judging, round);
  }
  const kinds = firstOf(rows, judging, without);
  if (kinds.size > 0) return kinds;
  if (rows.every((row) => all(row, 'closing'))) return new Set(['accepts-then-closes']);
  return new Set(
    judging.some((place) => isHalfCut(world, place, round))
      ? ['reachable', 'unstable', 'local-routing-issue', 'split-reachability']
      : ['reachable', 'unstable'],
  );
}

/** The first kind that fits, where some connect; more than one where the contract's words allow either. */
function firstOf(rows: readonly Row[], judging: readonly Place[], without: readonly Place[]): Set<Kind> {
  const answered = rows.filter((row) => has(row, 'open') || has(row, 'closing'));
  if (answered.some((row) => has(row, 'refused'))) return new Set(['selective-refusal']);
  const contested = answered.filter((row) => has(row, 'cut'));
  if (contested.length > 0) {
    const cut = new Set(contested.flatMap((row) => placesThat(row, 'cut')));
    const wide = contested.some((row) => placesThat(row, 'cut').length >= row.size / 2);
    const half = cut.size >= judging.length / 2;
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

function nobodyConnects(
  world: World,
  rows: readonly Row[],
  judging: readonly Place[],
  round: Round,
): Set<Kind> {
  if (rows.some((row) => has(row, 'refused'))) return new Set(['remote-refusal']);
  const told = judging.filter((place) =>
    world.hosts.some(
      (host) =>
        place.families.includes(host.family) &&
        troublesOn(world, place, host, round)
          .find(({ share = 1 }) => share === 1)
          ?.answer.endsWith('unreachable'),
    ),
  );
  return new Set([told.length >= judging.length / 2 ? 'unroutable' : 'unresponsive']);
}

function rowOf(world: World, host: Host, judging: readonly Place[], round: Round): Row {
  return new Map(
    judging
      .filter((place) => judgesFamily(world, place, host.family, round))
      .flatMap((place): [Place, Passage][] => {
        const seen = passage(world, place, host, round);
        return seen ? [[place, seen]] : [];
      }),
  );
}

/** A vantage whose line is dead is set aside where a control can tell so; without one it looks cut off on the way. */
function judges(world: World, place: Place, round: Round): boolean {
  const families = new Set(world.hosts.map(({ family }) => family));
  return place.families.some((family) => families.has(family) && judgesFamily(world, place, family, round));
}

function judgesFamily(world: World, place: Place, family: Family, round: Round): boolean {
  if (isDeaf(world, place, round)) return false;
  return hasUpstream(world, place, family, round) || !hasControl(world, place, family, round);
}

/** Its way is broken for some source ports: that it is cut off may be said, and that it is not. */
function isHalfCut(world: World, place: Place, round: Round): boolean {
  return world.hosts.some(
    (host) =>
      place.families.includes(host.family) &&
      troublesOn(world, place, host, round).some(
        ({ partial, answer }) => partial === true && (answer === 'drop' || answer.endsWith('unreachable')),
      ),
  );
}

/** Its resolver answers nothing at all, and its controls have names: then its controls tell. */
function isDeaf(world: World, { name }: Place, round: Round): boolean {
  const trouble = world.moments[round].names.get(name);
  return trouble?.everyName === true && world.controls.some((control) => control.byName);
}

const has = (row: Row, wanted: Passage): boolean => [...row.values()].includes(wanted);
const all = (row: Row, wanted: Passage): boolean => [...row.values()].every((seen) => seen === wanted);
const placesThat = (row: Row, wanted: Passage): Place[] =>
  [...row].filter(([, seen]) => seen === wanted).map(([place]) => place);
