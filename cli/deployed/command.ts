import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { Configuration } from '../../configuration/configuration.ts';
import { DEFAULT_CONFIG } from '../../configuration/defaults.ts';
import { DeployedService } from './service.ts';
import { findEndpoint } from './endpoint.ts';
import { interruption } from '../interruption.ts';
import { warnOnStderr } from '../read-configuration.ts';
import { UsageError } from '../usage-error.ts';

/** The arguments of every command that uses the service. */
export interface ServiceArguments {
  endpoint?: string;
  config?: string;
}

/** Adds the options of {@link ServiceArguments}. */
export function addServiceOptions(command: Command): Command {
  return command
    .option(
      '--endpoint <URL>',
      'the URL of the service; default: SYNWHERE_ENDPOINT, else a synwhere dev that runs in this directory, else the deployed service',
    )
    .option(
      '--config <FILE>',
      `the configuration that names the deployed service (default ${DEFAULT_CONFIG})`,
    );
}

/** The given service, else the deployed one. Throws UsageError where there is none. */
export async function connect({ endpoint, config }: ServiceArguments): Promise<DeployedService> {
  const { loadConfiguration } = await import('../../configuration/load.ts');
  const file = config ?? DEFAULT_CONFIG;
  const configuration = (): Configuration => loadConfiguration(file, warnOnStderr(file));
  return new DeployedService(
    await findEndpoint({ ...(endpoint !== undefined && { endpoint }), configuration, env: process.env }),
    interruption.signal,
  );
}

/**
 * The service for a command that only reads: the given one; else a `synwhere dev` that runs in this directory, which is reported on
 * stderr; else the deployed one. Throws UsageError where there is none.
 */
export async function connectToAny(given: ServiceArguments): Promise<DeployedService> {
  const { endpoint = process.env['SYNWHERE_ENDPOINT'] ?? '', config } = given;
  if (endpoint !== '' || config !== undefined) return connect(given);
  const { runningDevs } = await import('../dev/endpoint-file.ts');
  const [url, ...others] = await runningDevs();
  if (others.length > 0) {
    throw new UsageError(
      `more than one synwhere dev runs in this directory: ${[url, ...others].join(' and ')}; choose one with --endpoint`,
    );
  }
  if (url !== undefined) {
    process.stderr.write(`synwhere: using the synwhere dev that runs in this directory, ${url}\n`);
    return new DeployedService({ url: new URL(url) }, interruption.signal);
  }
  const none = 'no synwhere dev runs in this directory';
  if (!existsSync(DEFAULT_CONFIG)) {
    throw new UsageError(
      `${none}, and ${DEFAULT_CONFIG} does not exist, so no deployed service can be found; start synwhere dev, or give --endpoint URL`,
    );
  }
  try {
    return await connect(given);
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError(`${none}; ${error.message}`);
    throw error;
  }
}

/** Reads a whole number from 1 on. Throws UsageError. */
export function parseLimit(text: string, option: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new UsageError(`${option} ${JSON.stringify(text)}: write a number from 1 to 999999`);
}
