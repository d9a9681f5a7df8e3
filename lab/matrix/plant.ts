import type { HostSpec, WorldSpec } from '../world.ts';
import { acme, addressesOf, cities } from '../cities.ts';
import { EVERYWHERE } from './everywhere.ts';
import { NAMES } from './names.ts';
import { PLACES, TIMED } from './places.ts';
import type { Planted, PlantedHost, Situation } from './situation.ts';
import { FOUR_ONLY, OFFLINE, SIX_DEAD } from './situation.ts';
import { SOMEWHERE } from './somewhere.ts';

/** Every situation of the matrix. */
export const SITUATIONS: readonly Situation[] = [...EVERYWHERE, ...SOMEWHERE, ...NAMES, ...PLACES, ...TIMED];

/** The first last octet that hosts of the matrix are given. */
const FIRST_HOST = 10;
const PORT = 443;

/** All situations planted side by side in one world: each has a host, addresses and a name of its own, so that none meets another's fault. */
export function plantAll(situations: readonly Situation[] = SITUATIONS): {
  world: WorldSpec;
  planted: Planted[];
} {
  let next = FIRST_HOST;
  const planted = situations.map((situation) => {
    const machines = Array.from({ length: situation.machines ?? 1 }, () => acme(next++));
    return plant(situation, machines.flat());
  });
  if (next > 254) throw new Error('lab: the matrix has outgrown its network');
  const base = cities({
    acme: planted.map(({ host }) => host),
    globex: [],
    names: planted.map(({ dns }) => dns),
    faults: {
      'dead-uplink': { type: 'link-down', at: `edge-${OFFLINE}`, link: 'core-west' },
      'dead-six': { type: 'route', at: `edge-${SIX_DEAD}`, answer: 'blackhole', to: '2001:db8::/32' },
    },
  });
  return {
    planted,
    world: {
      ...base,
      routers: [
        ...base.routers,
        ...[SIX_DEAD, FOUR_ONLY].map((city) => ({ name: `edge-${city}`, links: ['core-west'] })),
      ],
      vantages: [
        ...base.vantages,
        { name: SIX_DEAD, router: `edge-${SIX_DEAD}` },
        { name: FOUR_ONLY, router: `edge-${FOUR_ONLY}`, families: [4] },
      ],
    },
  };
}

function plant(situation: Situation, all: readonly string[]): Planted {
  const wanted = (address: string): boolean => situation.families.includes(address.includes(':') ? '6' : '4');
  const addresses = all.filter(wanted);
  const planted: PlantedHost = {
    name: situation.name,
    addresses,
    v4: addresses.filter((address) => !address.includes(':')),
    v6: addresses.filter((address) => address.includes(':')),
  };
  const host: HostSpec = {
    name: situation.name,
    addresses,
    services: { [PORT]: situation.service ?? 'open' },
  };
  const target = { host: `${situation.name}.acme.example`, port: PORT };
  const perVantage = situation.perVantage?.(planted);
  const fault = situation.fault?.(planted);
  return {
    situation,
    target,
    host,
    dns: {
      name: target.host,
      answer: situation.answer?.(planted) ?? addressesOf(host),
      ...(perVantage && { perVantage }),
    },
    ...(fault && { fault }),
  };
}
