import type { Family } from '../functions/reachability/report.ts';
import { parseAddress } from '../functions/reachability/address.ts';
import { LabError } from './world.ts';
import type { HostSpec, NetworkSpec, RouterSpec, VantageSpec, WorldSpec } from './world.ts';

/**
 * A world's address plan: `10.100.R.1` and `2001:db8:100:R::1` are router R, `10.V.0.2` and `2001:db8:V::2` vantage V,
 * `10.255.V.1` is the name server as vantage V sees it. Routers are numbered from 1 in the order of the description, so are
 * vantages and networks.
 */
export interface Plan {
  routers: Map<string, PlannedRouter>;
  vantages: Map<string, PlannedVantage>;
  networks: Map<string, PlannedNetwork>;
  hosts: Map<string, HostSpec>;
}

export interface PlannedRouter extends RouterSpec {
  index: number;
  address4: string;
  address6: string;
  /** Neighbouring routers. */
  neighbours: Set<string>;
}

export interface PlannedVantage extends VantageSpec {
  index: number;
  families: Family[];
  address4: string;
  address6: string;
  prefix4: string;
  prefix6: string;
  /** Its name server, and its own address on that line. */
  nameServer: string;
  nameClient: string;
}

export interface PlannedNetwork extends NetworkSpec {
  index: number;
}

/** Numbers the parts of a world and checks that they are consistent. Throws {@link LabError}. */
export function planWorld(spec: WorldSpec): Plan {
  const plan: Plan = { routers: new Map(), vantages: new Map(), networks: new Map(), hosts: new Map() };
  const taken = new Set<string>(['hosts']);
  const take = (name: string) => {
    if (!/^[a-z\d][a-z\d-]{0,29}$/.test(name))
      throw new LabError(`lab: ${JSON.stringify(name)} is not a valid name for a place`);
    if (taken.has(name)) throw new LabError(`lab: the name ${name} is used twice`);
    taken.add(name);
  };
  for (const [i, router] of spec.routers.entries()) {
    take(router.name);
    const index = i + 1;
    plan.routers.set(router.name, {
      ...router,
      index,
      address4: `10.100.${index}.1`,
      address6: `2001:db8:100:${hex(index)}::1`,
      neighbours: new Set(),
    });
  }
  for (const router of plan.routers.values()) {
    for (const name of router.links ?? []) {
      routerOf(plan, name, router.name).neighbours.add(router.name);
      router.neighbours.add(name);
    }
  }
  for (const [i, vantage] of spec.vantages.entries()) {
    take(vantage.name);
    routerOf(plan, vantage.router, vantage.name);
    const v = i + 1;
    if (v >= 100) throw new LabError('lab: at most 99 vantages');
    plan.vantages.set(vantage.name, {
      ...vantage,
      index: v,
      families: vantage.families ?? [4, 6],
      address4: `10.${v}.0.2`,
      address6: `2001:db8:${hex(v)}::2`,
      prefix4: `10.${v}.0.0/24`,
      prefix6: `2001:db8:${hex(v)}::/64`,
      nameServer: `10.255.${v}.1`,
      nameClient: `10.255.${v}.2`,
    });
  }
  for (const [i, network] of spec.networks.entries()) {
    take(network.name);
    routerOf(plan, network.router, network.name);
    plan.networks.set(network.name, { ...network, index: i + 1 });
    for (const host of network.hosts) {
      take(host.name);
      plan.hosts.set(host.name, host);
      for (const address of host.addresses) familyOf(address);
    }
  }
  return plan;
}

/** The next hop from every router towards `goal`: the neighbour on a shortest path; of equal paths, the one named first. */
export function nextHops(plan: Plan, goal: string): Map<string, string> {
  const towards = new Map<string, string>();
  const seen = new Set([goal]);
  const queue = [goal];
  for (let here = queue.shift(); here !== undefined; here = queue.shift()) {
    for (const next of plan.routers.get(here)?.neighbours ?? []) {
      if (seen.has(next)) continue;
      seen.add(next);
      towards.set(next, here);
      queue.push(next);
    }
  }
  return towards;
}

/** Resolves the words of a fault's `to` or `from` into addresses and CIDRs, by family. Throws {@link LabError}. */
export function resolvePlaces(plan: Plan, words: string | string[] | undefined): Record<Family, string[]> {
  const found: Record<Family, string[]> = { 4: [], 6: [] };
  for (const word of words === undefined ? [] : [words].flat()) {
    for (const address of addressesOf(plan, word)) found[familyOf(address)].push(address);
  }
  return found;
}

/** 4 or 6, of an address or CIDR. Throws {@link LabError}. */
export function familyOf(address: string): Family {
  const parsed = parseAddress(address.split('/')[0] ?? '');
  if (!parsed) throw new LabError(`lab: ${JSON.stringify(address)} is neither an address nor a known place`);
  return parsed.family;
}

export function hex(index: number): string {
  return index.toString(16);
}

function addressesOf(plan: Plan, word: string): string[] {
  const vantage = plan.vantages.get(word);
  if (vantage) return [vantage.address4, vantage.address6];
  const network = plan.networks.get(word);
  if (network) return [network.prefix4, network.prefix6].filter((prefix) => prefix !== undefined);
  const router = plan.routers.get(word);
  if (router) return [router.address4, router.address6];
  return plan.hosts.get(word)?.addresses ?? [word];
}

function routerOf(plan: Plan, name: string, neededBy: string): PlannedRouter {
  const router = plan.routers.get(name);
  if (!router) throw new LabError(`lab: ${neededBy} names the router ${name}, which does not exist`);
  return router;
}
