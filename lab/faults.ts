import { filterFaultSteps } from './faults-by-filter.ts';
import { routeFaultSteps } from './faults-by-route.ts';
import type { FaultSteps } from './fault-steps.ts';
import type { Plan } from './plan.ts';
import { LabError } from './world.ts';
import type { Behaviour, PlantedFault } from './world.ts';

/**
 * The steps that switch a fault on and off. `nextNumber` gives every part a number that no other active fault has. Throws {@link
 * LabError} if the fault names a place or an address that does not exist.
 */
export function faultSteps(plan: Plan, fault: PlantedFault, nextNumber: () => number): FaultSteps {
  if (Array.isArray(fault)) {
    const parts = fault.map((part) => faultSteps(plan, part, nextNumber));
    return { break: parts.flatMap((part) => part.break), heal: parts.flatMap((part) => part.heal) };
  }
  switch (fault.type) {
    case 'service': {
      const { address, port } = fault;
      const usual = usualBehaviour(plan, address, port);
      return {
        break: [{ op: 'service', address, port, does: fault.does }],
        heal: [{ op: 'service', address, port, does: usual }],
      };
    }
    case 'name': {
      const id = `fault${nextNumber()}`;
      const { name, answer, vantages } = fault;
      return {
        break: [{ op: 'name', id, name, answer, ...(vantages && { vantages }) }],
        heal: [{ op: 'restoreName', id }],
      };
    }
    case 'script':
      return {
        break: [{ op: 'shell', place: fault.at, script: fault.break }],
        heal: [{ op: 'shell', place: fault.at, script: fault.heal }],
      };
    case 'route':
    case 'impostor':
    case 'loop':
    case 'link-down':
    case 'no-default-route':
    case 'host-gone':
      return routeFaultSteps(plan, fault, nextNumber());
    case 'drop':
    case 'reject':
    case 'lose-syns':
    case 'cut-way-back':
    case 'syn-proxy':
    case 'handshake-reset':
    case 'silent-router':
    default:
      return filterFaultSteps(plan, fault, nextNumber());
  }
}

/** Whether a fault, or a part of it, needs nftables. */
export function needsFilter(fault: PlantedFault): boolean {
  if (Array.isArray(fault)) return fault.some(needsFilter);
  return [
    'drop',
    'reject',
    'lose-syns',
    'cut-way-back',
    'syn-proxy',
    'handshake-reset',
    'silent-router',
  ].includes(fault.type);
}

function usualBehaviour(plan: Plan, address: string, port: number): Behaviour {
  for (const host of plan.hosts.values()) {
    if (host.addresses.includes(address)) return host.services?.[port] ?? 'closed';
  }
  throw new LabError(`lab: no host has the address ${address}`);
}
