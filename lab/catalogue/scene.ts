import type { Target } from '../../functions/reachability/request.ts';
import { formatTarget, isName, parseTarget } from '../../functions/reachability/target.ts';
import { filterProblemHere } from '../available.ts';
import { addressesIn, cities, CONTROLS } from '../cities.ts';
import type { CityNetwork } from '../cities.ts';
import { needsFilter } from '../faults.ts';
import type { HostSpec, PlantedFault, WorldSpec } from '../world.ts';
import { truthOf } from './compare.ts';
import type { Truth } from './compare.ts';
import { answerOf } from './plants.ts';
import type { Site } from './plants.ts';
import type { Families, Situation } from './situation.ts';

/** A situation and the target that it is planted on. */
export interface Placement {
  /** Unique in the scene: the name of the fault. */
  name: string;
  situation: Situation;
  /** `host:port`; the host is `NAME.acme.example`, `NAME.globex.example`, or an address of another placement. */
  target: string;
  families: Families;
  /** What the fault affects instead of the target alone: a network, or a vantage. */
  affects?: string;
}

/** A placement in the world, with everything that a check of it needs. */
export interface PlantedCase {
  name: string;
  /** What the fault affects, for a list of faults. */
  subject: string;
  truth: Truth;
  plantedFault: PlantedFault | undefined;
  inFirstRound: PlantedFault | undefined;
  inSecondRound: PlantedFault | undefined;
  vantages: readonly string[];
  crashing: readonly string[];
  controls: readonly Target[];
}

/** A world and the cases in it. */
export interface Scene {
  world: WorldSpec;
  targets: Target[];
  cases: PlantedCase[];
  /** Faults of the world itself, on during every check. */
  background: Record<string, PlantedFault>;
  /** Why some cases are left out here; one line. */
  leftOut?: string;
}

/** The first last octet that a host is given. */
const FIRST_HOST = 10;
const LAST_HOST = 254;
/** Ports of SMTP, whose servers send a greeting first (RFC 5321, 4.3.1). */
const GREETING_PORTS: readonly number[] = [25, 587];

/**
 * Plants situations side by side in the {@link cities}. Every name has its own host, so no target is affected by the fault of
 * another one. `vantages` are for situations that name none.
 */
export function sceneOf(
  placements: readonly Placement[],
  vantages: readonly string[],
  { offline = [], background = {} }: { offline?: readonly string[]; background?: Scene['background'] } = {},
): Scene {
  const hosts = new Hosts();
  const cases = placements.map(({ name, situation, target: text, families, affects }): PlantedCase => {
    const target = parseTarget(text);
    const site = hosts.siteOf(target, families, situation.hosts ?? 1);
    const affected = { ...site, ...(affects !== undefined && { to: affects }) };
    const from = situation.vantages ?? vantages;
    return {
      name,
      subject: affects ?? text,
      truth: truthOf(situation, target, from, offline),
      plantedFault: situation.plant?.(affected),
      inFirstRound: situation.inFirstRound?.(affected),
      inSecondRound: situation.inSecondRound?.(affected),
      vantages: from,
      crashing: situation.crashing ?? [],
      controls: situation.controls ?? CONTROLS,
    };
  });
  const targets = new Map(cases.map(({ truth: { target } }) => [formatTarget(target), target]));
  return {
    world: cities({ hosts: hosts.byNetwork, names: hosts.names }),
    targets: [...targets.values()],
    cases,
    background,
  };
}

/** Without nftables, the scene lacks the cases that need it. */
export function whatCanRunHere(scene: Scene): Scene {
  const problem = filterProblemHere();
  if (problem === undefined) return scene;
  const cases = scene.cases.filter(({ plantedFault }) => !plantedFault || !needsFilter(plantedFault));
  return { ...scene, cases, leftOut: `${scene.cases.length - cases.length} cases are left out: ${problem}` };
}

/** The hosts and names of a world, made as targets ask for them. */
class Hosts {
  readonly byNetwork: Record<CityNetwork, HostSpec[]> = { acme: [], globex: [] };
  readonly #next: Record<CityNetwork, number> = { acme: FIRST_HOST, globex: FIRST_HOST };
  readonly #hosts = new Map<string, HostSpec>();

  get names(): NonNullable<WorldSpec['names']> {
    return [...this.#hosts].map(([name, { addresses }]) => ({ name, answer: answerOf(addresses) }));
  }

  siteOf(target: Target, families: Families, count: number): Site {
    const { host: name, port } = target;
    if (!isName(name)) return { network: '', to: name, name, port, v4: [], v6: [] };
    const [label = '', domain] = name.split('.');
    const network = domain === 'globex' ? 'globex' : 'acme';
    const host = this.#hosts.get(name) ?? this.#add(name, label, network, families, count);
    host.services = { ...host.services, [port]: GREETING_PORTS.includes(port) ? 'banner' : 'open' };
    const { a: v4 = [], aaaa: v6 = [] } = answerOf(host.addresses);
    return { network, to: label, name, port, v4, v6 };
  }

  #add(name: string, label: string, network: CityNetwork, families: Families, count: number): HostSpec {
    const first = this.#next[network];
    this.#next[network] += count;
    if (first + count - 1 > LAST_HOST) throw new Error(`lab: more hosts than ${network} has addresses for`);
    const addresses = Array.from({ length: count }, (_, index) => addressesIn(network, first + index))
      .flat()
      .filter((address) => families.includes(address.includes(':') ? '6' : '4'));
    const host: HostSpec = { name: label, addresses };
    this.#hosts.set(name, host);
    this.byNetwork[network].push(host);
    return host;
  }
}
