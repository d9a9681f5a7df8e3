import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Configuration } from '../configuration/configuration.ts';
import { probeFunctionName } from '../configuration/probes.ts';
import { ReachabilityProbe } from './reachability-probe.ts';
import { loadOf, probeTimeoutSeconds } from './timeouts.ts';

export interface ProbeStackProps extends StackProps {
  configuration: Configuration;
  /** The bundled probe. */
  codeDirectory: string;
}

/** One vantage: the probe in one region, and nothing else. It references no other stack. */
export class ProbeStack extends Stack {
  constructor(scope: Construct, id: string, { configuration, codeDirectory, ...props }: ProbeStackProps) {
    super(scope, id, props);
    const { name, probe, policy, logs } = configuration;
    const { memoryMiB, reservedConcurrency } = probe;
    // `Default` is left out of logical ids, so that installations from before the construct keep theirs.
    // oxlint-disable-next-line no-new -- a construct enters the tree by its constructor
    new ReachabilityProbe(this, 'Default', {
      functionName: probeFunctionName(name),
      description: `Synwhere (${name}): the vantage in this region`,
      codeDirectory,
      memoryMiB,
      ...(reservedConcurrency !== undefined && { reservedConcurrency }),
      timeout: Duration.seconds(probeTimeoutSeconds(loadOf(configuration))),
      logs,
      policy,
    });
  }
}
