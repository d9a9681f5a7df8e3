import type { Configuration } from '../configuration/configuration.ts';
import { HERE, VANTAGE_NAME } from '../configuration/limits.ts';
import { probeFunctionName } from '../configuration/probes.ts';
import type { Vantage } from '../functions/aggregator/vantages/vantage.ts';
import { commandVantage, lambdaVantage, localVantage } from '../library/vantages.ts';
import { UsageError } from './usage-error.ts';

/**
 * The vantages of a check. With `--vantage` only those named: `NAME=COMMAND`, or the NAME of a region or a vantage of the
 * configuration. Without, those of the configuration. With neither, this machine, called `here`.
 */
export function chooseVantages(
  named: readonly string[],
  configuration: Configuration | undefined,
): Vantage[] {
  if (named.length > 0) {
    const vantages = named.map((text) => namedVantage(text, configuration));
    const names = vantages.map(({ name }) => name);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) throw new UsageError(`two vantages are named ${twice}; rename one`);
    return vantages;
  }
  if (configuration) {
    const names = [...configuration.regions, ...Object.keys(configuration.vantages)];
    if (names.length > 0) return names.map((name) => configuredVantage(name, configuration));
  }
  return [localVantage()];
}

function namedVantage(text: string, configuration: Configuration | undefined): Vantage {
  const equals = text.indexOf('=');
  const name = equals < 0 ? text : text.slice(0, equals);
  if (!VANTAGE_NAME.test(name)) {
    throw new UsageError(
      `--vantage ${JSON.stringify(text)}: write NAME=COMMAND, where NAME has letters, digits, dots, hyphens and underscores`,
    );
  }
  if (equals < 0) return configuredVantage(name, configuration);
  const command = text.slice(equals + 1);
  if (command.trim() === '') {
    throw new UsageError(
      `--vantage ${name}=: the command is missing; write ${name}="ssh ${name} synwhere probe -"`,
    );
  }
  return commandVantage(name, command);
}

function configuredVantage(name: string, configuration: Configuration | undefined): Vantage {
  const command =
    configuration && Object.hasOwn(configuration.vantages, name) && configuration.vantages[name];
  if (typeof command === 'string') {
    return commandVantage(name, command);
  }
  if (configuration?.regions.includes(name)) {
    return lambdaVantage(name, probeFunctionName(configuration.name));
  }
  if (name === HERE) return localVantage();
  const known = configuration ? [...configuration.regions, ...Object.keys(configuration.vantages)] : [];
  const advice =
    known.length > 0
      ? `the configuration has ${known.join(', ')}; or write ${name}=COMMAND`
      : `write ${name}=COMMAND, or give a --config that has it`;
  throw new UsageError(`--vantage ${name}: no such vantage; ${advice}`);
}
