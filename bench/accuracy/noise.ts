import type { Random } from './random.ts';
import { CONTROL_DOWN, IPV6, MISS, NO_REPORT, OUT_OF_SOCKETS, RESOLVER_FAILURE, TRANSIENT } from './rates.ts';
import { access, breakElement, hostKey, networksOf, ROUNDS, path } from './world.ts';
import type { Place, Round, Fault, World } from './world.ts';

/** Adds the faults that every world has, at the base rates: unreachable networks, failing resolvers, missing reports, controls that are down. */
export function addNoise(world: World, random: Random): void {
  for (const { hosts } of world.controls) {
    if (random.chance(CONTROL_DOWN)) {
      for (const { text } of hosts) breakElement(world, hostKey(text), { answer: 'drop' });
    }
  }
  const networks = [
    ...networksOf(world.hosts),
    ...networksOf(world.controls.flatMap((control) => control.hosts)),
  ];
  for (const place of world.places) {
    const rate = MISS.least + random.next() * (MISS.most - MISS.least);
    for (const network of networks) missNetwork(world, random, place, network, rate);
    failResolver(world, random, place);
    loseReports(world, random, place);
    if (place.families.includes(6) && random.chance(IPV6.brokenAtVantage)) {
      breakElement(world, access(place.name, 6), { answer: 'drop' });
    }
  }
}

function missNetwork(world: World, random: Random, place: Place, network: number, rate: number): void {
  for (const family of place.families) {
    const element = path(place.name, network, family);
    if (!random.chance(rate)) continue;
    const answer = random.chance(TRANSIENT.answersUnreachable) ? 'host-unreachable' : 'drop';
    if (!random.chance(MISS.transientShare)) {
      breakElement(world, element, { answer });
      continue;
    }
    const fault: Fault = random.chance(TRANSIENT.affectsSomeAttempts)
      ? { answer, share: 0.2 + 0.6 * random.next(), partial: true }
      : { answer };
    breakElement(world, element, fault, when(random, TRANSIENT.lastsIntoRoundTwo));
  }
}

function failResolver(world: World, random: Random, { name }: Place): void {
  if (!random.chance(RESOLVER_FAILURE.rate)) return;
  const fault = {
    outcome: random.weighted({ 'name-timed-out': 70, 'name-server-failed': 30 }),
    everyName: random.chance(RESOLVER_FAILURE.everyName),
  };
  const rounds = random.chance(RESOLVER_FAILURE.transientShare) ? when(random, 0) : ROUNDS;
  for (const round of rounds) {
    const { names } = world.rounds[round];
    if (!names.has(name)) names.set(name, fault);
  }
}

function loseReports(world: World, random: Random, { name }: Place): void {
  let missed = false;
  for (const { absent, outOfSockets } of world.rounds) {
    missed = random.chance(missed ? NO_REPORT.again : NO_REPORT.rate);
    if (missed) absent.set(name, random.pick(['crashed', 'throttled', 'no answer within 8 s']));
    if (random.chance(OUT_OF_SOCKETS)) outOfSockets.add(name);
  }
}

/** One of the rounds, or both with probability `both`. */
function when(random: Random, both: number): readonly Round[] {
  return random.chance(both) ? ROUNDS : [random.chance(0.5) ? 0 : 1];
}
