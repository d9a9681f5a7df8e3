import type { KeeperOperations } from './keeper.ts';

/** One operation of the keeper. */
export type Step =
  | ({ op: 'shell' } & KeeperOperations['shell']['in'])
  | ({ op: 'service' } & KeeperOperations['service']['in'])
  | ({ op: 'name' } & KeeperOperations['name']['in'])
  | ({ op: 'restoreName' } & KeeperOperations['restoreName']['in']);

/** The steps that switch a fault on and off. */
export interface FaultSteps {
  break: Step[];
  heal: Step[];
}
