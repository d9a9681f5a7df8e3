import type { Configuration } from '../../configuration/configuration.ts';
import type { Vantage } from '../../functions/aggregator/vantages/vantage.ts';
import { readConfiguration } from '../read-configuration.ts';
import { chooseVantages } from '../vantages.ts';

/** The targets that `synwhere dev` checks, and the vantages. */
export interface Scene {
  configuration: Configuration;
  vantages: readonly Vantage[];
  /** One line for a person. */
  description: string;
  close(): Promise<void>;
}

/**
 * The targets of a configuration, seen from its `vantages`, or from this machine where it has none. Its regions are ignored, so no
 * AWS account is needed.
 */
export async function configuredScene(file: string): Promise<Scene> {
  const configuration = { ...(await readConfiguration(file)), regions: [] };
  const vantages = chooseVantages([], configuration);
  const names = vantages.map(({ name }) => name).join(', ');
  const count = configuration.targets.length;
  return {
    configuration,
    vantages,
    description: `${count} ${count === 1 ? 'target' : 'targets'} of ${file}, seen from ${names}`,
    close: () => Promise.resolve(),
  };
}
