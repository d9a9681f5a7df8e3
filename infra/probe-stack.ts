import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Configuration } from '../configuration/configuration.ts';
import { NodeFunction } from './constructs/node-function.ts';
import { probeFunctionName } from './names.ts';
import { probeTimeoutSeconds } from './timeouts.ts';

export interface ProbeStackProps extends StackProps {
  configuration: Configuration;
  /** The bundled probe. */
  codeDirectory: string;
}

/** One vantage: the probe in one region, and nothing else. It knows neither home nor its brothers. */
export class ProbeStack extends Stack {
  constructor(scope: Construct, id: string, { configuration, codeDirectory, ...props }: ProbeStackProps) {
    super(scope, id, props);
    const { name, probe, policy, logs } = configuration;
    // oxlint-disable-next-line no-new -- a construct enters the tree by its constructor
    new NodeFunction(this, 'Probe', {
      functionName: probeFunctionName(name),
      description: `Synwhere (${name}): the vantage in this region`,
      codeDirectory,
      memoryMiB: probe.memoryMiB,
      timeoutSeconds: probeTimeoutSeconds(configuration),
      logRetentionDays: logs.retentionDays,
      environment: { SYNWHERE_POLICY: JSON.stringify(policy) },
      ...(probe.reservedConcurrency !== undefined && { reservedConcurrency: probe.reservedConcurrency }),
    });
  }
}
