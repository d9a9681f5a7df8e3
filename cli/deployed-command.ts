import type { Command } from 'commander';
import type { Configuration } from '../configuration/configuration.ts';
import { DeployedService } from './deployed.ts';
import { findEndpoint } from './deployed-endpoint.ts';
import { interruption } from './interruption.ts';
import { UsageError } from './usage-error.ts';

/** What every command that asks the service takes. */
export interface ServiceArguments {
  endpoint?: string;
  config?: string;
}

const DEFAULT_CONFIG = 'synwhere.yaml';

/** Adds the options of {@link ServiceArguments}. */
export function addServiceOptions(command: Command): Command {
  return command
    .option(
      '--endpoint <URL>',
      'the service; default SYNWHERE_ENDPOINT, else the Function URL of the configuration',
    )
    .option('--config <FILE>', `whose name and home region find the service (default ${DEFAULT_CONFIG})`);
}

/** The service that is meant. Throws UsageError where none can be found. */
export async function connect({ endpoint, config }: ServiceArguments): Promise<DeployedService> {
  const { loadConfiguration } = await import('../configuration/load.ts');
  const configuration = (): Configuration => loadConfiguration(config ?? DEFAULT_CONFIG);
  return new DeployedService(
    await findEndpoint({ ...(endpoint !== undefined && { endpoint }), configuration, env: process.env }),
    interruption.signal,
  );
}

/** A whole number from 1 on, as an option gives it. Throws UsageError. */
export function parseLimit(text: string, option: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new UsageError(`${option} ${JSON.stringify(text)}: write a number from 1 to 999999`);
}
