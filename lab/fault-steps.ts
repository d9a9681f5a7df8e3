import type { KeeperOperations } from './keeper.ts';

/** One thing to do in a world, as the keeper understands it. */
export type Step =
  | ({ op: 'shell' } & KeeperOperations['shell']['in'])
  | ({ op: 'service' } & KeeperOperations['service']['in'])
  | ({ op: 'name' } & KeeperOperations['name']['in'])
  | ({ op: 'restoreName' } & KeeperOperations['restoreName']['in']);

/** How a fault comes and goes. */
export interface FaultSteps {
  break: Step[];
  heal: Step[];
}
