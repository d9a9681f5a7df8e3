import type { Configuration } from '../configuration/configuration.ts';
import { probesOf, type DeployedConfiguration, type DeployedProbe } from '../configuration/probes.ts';

/**
 * The configuration without what is private and the aggregator does not need, because everyone with `lambda:GetFunction` for the
 * function can read it: commands of vantages on other machines, mail addresses (SNS has them), and networks that are opened to the probes.
 */
export function neededByFunction(
  configuration: Configuration,
  probes: readonly DeployedProbe[] = probesOf(configuration),
): DeployedConfiguration {
  const { announce } = configuration;
  return {
    ...configuration,
    policy: { allow: [] },
    announce: { ...announce, email: [] },
    vantages: {},
    probes: probes.map(({ name, region, functionName }) => ({ name, region, functionName })),
  };
}
