import type { NameOutcome } from '../../functions/reachability/words.ts';
import { PLANTED } from './rates.ts';
import type { Planted } from './rates.ts';
import type { Random } from './random.ts';
import {
  access,
  breakElement,
  edge,
  filter,
  hostKey,
  networksOf,
  peering,
  ROUNDS,
  transitCore,
  path,
} from './world.ts';
import type { Answer, Host, Place, Round, World } from './world.ts';

/** Plants one fault in the world, chosen by the weights of {@link PLANTED}. */
export function plantOne(world: World, random: Random): void {
  const planted = random.weighted(PLANTED);
  PLANTERS[planted](world, random);
  world.planted.push(planted);
}

const PLANTERS: Readonly<Record<Planted, (world: World, random: Random) => void>> = {
  'resolver-fails': (world, random) => {
    byName(world);
    const outcome = random.weighted({ 'name-timed-out': 60, 'name-server-failed': 25, 'name-not-found': 15 });
    const everyName = random.chance(0.5);
    for (const { name } of someOf(world.places, random, 1 / 3)) {
      for (const round of ROUNDS) world.rounds[round].names.set(name, { outcome, everyName });
    }
  },
  'resolver-false-address': (world, random) => {
    byName(world);
    const falseHost: Host = { text: '203.0.113.66', family: 4, network: 66 };
    world.falseHosts.push(falseHost);
    const answer = random.weighted({ open: 40, drop: 35, refuse: 25 });
    if (answer !== 'open') breakElement(world, hostKey(falseHost.text), { answer });
    for (const { name } of someOf(world.places, random, 1 / 3)) world.given.set(name, [falseHost]);
  },
  'resolver-slow': (world, random) => {
    byName(world);
    const round: Round = random.chance(0.7) ? 0 : 1;
    for (const { name } of someOf(world.places, random, 1 / 3)) {
      world.rounds[round].names.set(name, { outcome: 'name-timed-out', everyName: random.chance(0.5) });
    }
  },
  'name-unresolvable': (world, random) => {
    byName(world);
    world.nameUnresolvable = [true, true];
    const outcome: NameOutcome = random.weighted({
      'name-not-found': 50,
      'name-without-address': 10,
      'name-server-failed': 20,
      'name-timed-out': 20,
    });
    const cachedShare = random.chance(0.1) ? 0.3 : 0;
    for (const { name } of world.places) {
      if (random.chance(cachedShare)) continue;
      for (const round of ROUNDS) world.rounds[round].names.set(name, { outcome, everyName: false });
    }
  },
  'target-refuses': (world) => {
    everyHost(world, 'refuse');
  },
  'target-silent': (world, random) => {
    if (random.chance(0.5)) everyHost(world, 'drop');
    else everyEdge(world, 'drop');
  },
  'target-unreachable': (world, random) => {
    everyEdge(world, random.pick(['host-unreachable', 'network-unreachable']));
  },
  'target-closes': (world) => {
    everyHost(world, 'close');
  },
  'some-addresses-down': (world, random) => {
    if (world.hosts.length === 1) secondAddress(world);
    const down = random.sample(world.hosts, random.between(1, world.hosts.length - 1));
    const answer = random.weighted({ drop: 50, refuse: 25, 'host-unreachable': 25 });
    for (const { text } of down) breakElement(world, hostKey(text), { answer });
  },
  'target-changes': (world, random) => {
    everyHost(world, random.pick(['drop', 'refuse']), [random.chance(0.5) ? 0 : 1]);
  },
  'target-degraded': (world, random) => {
    const fault = random.chance(0.5)
      ? { answer: 'lose' as const, share: 0.2 + random.next() * 0.5, partial: true }
      : { answer: 'refuse' as const, share: random.pick([1 / 4, 1 / 2]), partial: true };
    for (const { text } of world.hosts) breakElement(world, hostKey(text), fault);
  },
  'filter-refuses': (world, random) => {
    filterSome(world, random, 'refuse');
  },
  'filter-drops': (world, random) => {
    filterSome(world, random, 'drop');
  },
  'interceptor-refuses': (world, random) => {
    breakPaths(world, random.sample(world.places, 1), 'refuse');
  },
  'peering-broken': (world, random) => {
    breakPeering(
      world,
      random,
      random.weighted({ drop: 70, 'host-unreachable': 15, 'network-unreachable': 15 }),
    );
  },
  'transit-down': (world, random) => {
    const { transit } = random.pick(world.places);
    for (const family of [4, 6] as const)
      breakElement(world, transitCore(transit, family), { answer: 'drop' });
  },
  'ecmp-half-broken': (world, random) => {
    const width = random.pick([2, 4, 8]);
    breakPeering(world, random, 'drop', random.between(1, width / 2) / width);
  },
  'path-broken': (world, random) => {
    const answer = random.weighted({ drop: 75, 'host-unreachable': 20, prohibited: 5 });
    breakPaths(world, someOf(world.places, random, 1 / 4), answer);
  },
  'uplink-down': (world, random) => {
    const answer = random.weighted({ drop: 60, 'host-unreachable': 20, 'network-unreachable': 20 });
    for (const { name } of someOf(world.places, random, 1 / 4)) {
      for (const family of [4, 6] as const) breakElement(world, access(name, family), { answer });
    }
  },
  'vantages-crash': (world, random) => {
    const crashed = random.sample(world.places, Math.ceil(world.places.length * (0.3 + 0.7 * random.next())));
    for (const { name } of crashed) {
      for (const { absent } of world.rounds) absent.set(name, 'throttled');
    }
  },
};

/** At least one of them, and at most `share` of them. */
function someOf(places: readonly Place[], random: Random, share: number): Place[] {
  return random.sample(places, random.between(1, Math.max(1, Math.floor(places.length * share))));
}

function byName(world: World): void {
  world.byName = true;
  world.target = { ...world.target, host: 'target.example' };
}

function everyHost(world: World, answer: Answer, rounds?: readonly Round[]): void {
  for (const { text } of world.hosts) breakElement(world, hostKey(text), { answer }, rounds);
}

function everyEdge(world: World, answer: Answer): void {
  for (const network of networksOf(world.hosts)) {
    for (const family of [4, 6] as const) breakElement(world, edge(network, family), { answer });
  }
}

function secondAddress(world: World): void {
  byName(world);
  const second: Host = { text: '198.51.100.200', family: 4, network: 2 };
  world.hosts = [...world.hosts, second];
  for (const [name, given] of world.given) world.given.set(name, [...given, second]);
}

function filterSome(world: World, random: Random, answer: Answer): void {
  for (const { name } of someOf(world.places, random, 1 / 2)) {
    for (const network of networksOf(world.hosts)) breakElement(world, filter(name, network), { answer });
  }
}

function breakPaths(world: World, places: readonly Place[], answer: Answer): void {
  for (const { name } of places) {
    for (const network of networksOf(world.hosts)) {
      for (const family of [4, 6] as const) breakElement(world, path(name, network, family), { answer });
    }
  }
}

function breakPeering(world: World, random: Random, answer: Answer, share?: number): void {
  const { transit } = random.pick(world.places);
  const networks = networksOf(world.hosts);
  const fault = share === undefined ? { answer } : { answer, share, partial: true };
  for (const network of random.chance(0.6) ? networks : [random.pick(networks)]) {
    for (const family of [4, 6] as const) breakElement(world, peering(transit, network, family), fault);
  }
}
