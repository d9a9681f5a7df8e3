import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Configuration } from '../configuration/configuration.ts';
import { probesOf } from '../configuration/probes.ts';
import { writtenForm } from '../configuration/written.ts';
import { ReachabilityService } from './reachability-service.ts';

export interface HomeStackProps extends StackProps {
  configuration: Configuration;
  /** The bundled aggregator. */
  codeDirectory: string;
}

/** Home: the service, and what its users need to know of it. */
export class HomeStack extends Stack {
  readonly service: ReachabilityService;

  constructor(scope: Construct, id: string, { configuration, codeDirectory, ...props }: HomeStackProps) {
    super(scope, id, props);
    const {
      home: _stack,
      regions: _probes,
      policy: _probe,
      vantages: _local,
      ...written
    } = writtenForm(configuration);
    // `Default` is left out of logical ids, so that installations from before the construct keep theirs.
    this.service = new ReachabilityService(this, 'Default', {
      ...written,
      vantages: probesOf(configuration),
      codeDirectory,
    });
    /* oxlint-disable no-new -- a construct enters the tree by its constructor */
    new CfnOutput(this, 'Url', {
      value: this.service.url,
      description: 'Call it with signed requests, or by `synwhere check --deployed`',
    });
    new CfnOutput(this, 'CallerPolicy', {
      value: this.service.callerPolicy.managedPolicyArn,
      description: 'Attach it to whoever may call',
    });
    new CfnOutput(this, 'Topic', {
      value: this.service.topic.topicArn,
      description: 'Subscribe people to it',
    });
    new CfnOutput(this, 'Bus', {
      value: this.service.bus.eventBusArn,
      description: 'Write rules for programs on it',
    });
    new CfnOutput(this, 'Table', { value: this.service.table.tableName, description: 'The history' });
    /* oxlint-enable no-new */
  }
}
