import type { Configuration } from '../../configuration/configuration.ts';
import { loadConfiguration } from '../../configuration/load.ts';
import type { Vantage } from '../../functions/aggregator/vantages/vantage.ts';
import { chooseVantages } from '../vantages.ts';

/** What `synwhere dev` watches, and from where. */
export interface Scene {
  configuration: Configuration;
  vantages: readonly Vantage[];
  /** One line for a person. */
  description: string;
  close(): Promise<void>;
}

/**
 * The targets of a configuration, seen from its `vantages`, or from this machine where it names none. Its regions stay out: nothing
 * here needs an account.
 */
export async function configuredScene(file: string): Promise<Scene> {
  const configuration = { ...loadConfiguration(file), regions: [] };
  const vantages = await chooseVantages([], configuration);
  const names = vantages.map(({ name }) => name).join(', ');
  const count = configuration.targets.length;
  return {
    configuration,
    vantages,
    description: `${count} ${count === 1 ? 'target' : 'targets'} of ${file}, seen from ${names}`,
    close: () => Promise.resolve(),
  };
}
