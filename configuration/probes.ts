import type { Configuration } from './configuration.ts';

/** A probe that is deployed as a Lambda function, as the aggregator calls it. */
export interface DeployedProbe {
  /** Its name as a vantage. */
  name: string;
  region: string;
  functionName: string;
}

/** What is deployed with the aggregator: the configuration, and the probes where they are not those of `regions`. */
export type DeployedConfiguration = Configuration & { probes?: readonly DeployedProbe[] };

/** The name of the probe function of an installation, the same in every region. */
export function probeFunctionName(name: string): string {
  return `${name}-probe`;
}

/** The probes of a configuration. */
export function probesOf({ name, regions, probes }: DeployedConfiguration): readonly DeployedProbe[] {
  return probes ?? regions.map((region) => ({ name: region, region, functionName: probeFunctionName(name) }));
}
