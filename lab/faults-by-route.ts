import type { FaultSteps, Step } from './fault-steps.ts';
import type { Plan, PlannedNetwork } from './plan.ts';
import { resolvePlaces } from './plan.ts';
import { setUpScripts, viaRouter } from './namespaces.ts';
import { HOSTS, LabError } from './world.ts';
import type { RouteFault } from './world.ts';

/** The first routing table of faults; each fault has one, and rules of the same number. */
const FIRST_TABLE = 1000;

/**
 * Faults that routes apply. Each has its own routing table, and rules that come before the main table, so that no existing route
 * changes. `number` distinguishes active faults.
 */
export function routeFaultSteps(plan: Plan, fault: RouteFault, number: number): FaultSteps {
  const table = FIRST_TABLE + number;
  switch (fault.type) {
    case 'route':
      return byTable(plan, fault.at, table, fault.to, fault.from, (family) =>
        fault.answer === 'no-route' ? undefined : `${fault.answer} ${family === 4 ? 'default' : '::/0'}`,
      );
    case 'impostor':
      return impostor(plan, fault.at, fault.to);
    case 'loop': {
      const [a, b] = fault.between;
      const halves = [
        byTable(plan, a, table, fault.to, fault.from, (family) => `default ${viaRouter(plan, family, b)}`),
        byTable(plan, b, table, fault.to, fault.from, (family) => `default ${viaRouter(plan, family, a)}`),
      ];
      return { break: halves.flatMap((half) => half.break), heal: halves.flatMap((half) => half.heal) };
    }
    case 'link-down': {
      const device = deviceOf(plan, fault.at, fault.link);
      // A link that goes down loses its routes and IPv6 addresses; the set-up script restores them.
      const repair = setUpScripts(plan).get(fault.at) ?? '';
      return {
        break: [shell(fault.at, `ip link set ${device} down`)],
        heal: [shell(fault.at, `ip link set ${device} up\n${repair}`)],
      };
    }
    case 'no-default-route': {
      const families = fault.family ? [fault.family] : (plan.vantages.get(fault.at)?.families ?? []);
      return {
        break: [shell(fault.at, families.map((family) => `ip -${family} route del default`).join('\n'))],
        heal: [shell(fault.at, setUpScripts(plan).get(fault.at) ?? '')],
      };
    }
    case 'host-gone':
    default:
      return hostGone(plan, fault.address);
  }
}

/** In the table of local addresses, because Linux sends a reset only from a local address. */
function impostor(plan: Plan, at: string, to: string | string[]): FaultSteps {
  const { 4: four, 6: six } = resolvePlaces(plan, to);
  const each = (verb: string) =>
    [...four, ...six]
      .map((goal) => `ip -${goal.includes(':') ? 6 : 4} route ${verb} local ${goal} dev lo table local`)
      .join('\n');
  return { break: [shell(at, each('add'))], heal: [shell(at, each('del'))] };
}

function hostGone(plan: Plan, which: string | string[]): FaultSteps {
  const { 4: four, 6: six } = resolvePlaces(plan, which);
  const steps: FaultSteps = { break: [], heal: [] };
  for (const address of [...four, ...six]) {
    const { index, router } = lanOf(plan, address);
    const cidr = address.includes(':') ? `${address}/128` : `${address}/32`;
    const device = `n${index}`;
    const nodad = address.includes(':') ? ' nodad' : '';
    // Removes the router's neighbour entry; otherwise the router would send to the host for some more seconds.
    const forget = shell(router, `ip neigh flush to ${address} dev ${device}`);
    steps.break.push(shell(HOSTS, `ip address del ${cidr} dev ${device}`), forget);
    steps.heal.push(shell(HOSTS, `ip address replace ${cidr} dev ${device}${nodad}`), forget);
  }
  return steps;
}

/** `route` returns the route in the table; undefined stands for a table that has no route (ip-rule(8), `unreachable`). */
function byTable(
  plan: Plan,
  at: string,
  table: number,
  to: string | string[],
  from: string | string[] | undefined,
  route: (family: 4 | 6) => string | undefined,
): FaultSteps {
  const goals = resolvePlaces(plan, to);
  const sources = resolvePlaces(plan, from);
  const broken: string[] = [];
  const healed: string[] = [];
  for (const family of [4, 6] as const) {
    const origins = from === undefined ? [''] : sources[family].map((source) => `from ${source} `);
    if (goals[family].length === 0 || origins.length === 0) continue;
    const way = route(family);
    const action = way === undefined ? 'unreachable' : `lookup ${table}`;
    if (way !== undefined) {
      broken.push(`ip -${family} route add ${way} table ${table}`);
      healed.push(`ip -${family} route flush table ${table}`);
    }
    for (const goal of goals[family]) {
      for (const origin of origins) {
        const rule = `${origin}to ${goal} pref ${table} ${action}`;
        broken.push(`ip -${family} rule add ${rule}`);
        healed.push(`ip -${family} rule del ${rule}`);
      }
    }
  }
  if (broken.length === 0) throw new LabError(`lab: the fault at ${at} matches no address`);
  return { break: [shell(at, broken.join('\n'))], heal: [shell(at, healed.join('\n'))] };
}

function deviceOf(plan: Plan, at: string, link: string): string {
  if (plan.vantages.has(at) && link === 'uplink') return 'eth0';
  const router = plan.routers.get(link);
  if (router && plan.routers.get(at)?.neighbours.has(link)) return `r${router.index}`;
  const vantage = plan.vantages.get(link);
  if (vantage?.router === at) return `v${vantage.index}`;
  const network = plan.networks.get(link);
  if (network && (network.router === at || at === HOSTS)) return `n${network.index}`;
  throw new LabError(`lab: ${at} has no link called ${link}`);
}

function lanOf(plan: Plan, address: string): PlannedNetwork {
  for (const network of plan.networks.values()) {
    if (network.hosts.some((host) => host.addresses.includes(address))) return network;
  }
  throw new LabError(`lab: no host has the address ${address}`);
}

function shell(place: string, script: string): Step {
  return { op: 'shell', place, script };
}
