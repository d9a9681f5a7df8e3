import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { resourcesOf } from './statements.ts';
import { synthesised } from './synthesised.ts';

function probeOf(yaml: string) {
  const { probes, probeStacks } = synthesised(`regions: [eu-west-1]\n${yaml}`);
  const template = probes.get('eu-west-1');
  const [stack] = probeStacks;
  if (!template || !stack) throw new Error('no probe stack');
  return { template, stack };
}

describe('a probe stack', () => {
  test('has its name and its region, and only a function with its role and its log', () => {
    const { template, stack } = probeOf('targets: [a.example:1]');
    expect(stack.stackName).toBe('synwhere-probe-eu-west-1');
    expect(stack.region).toBe('eu-west-1');
    expect(Object.values(resourcesOf(template)).map(({ Type }) => Type)).toEqual([
      'AWS::Logs::LogGroup',
      'AWS::IAM::Role',
      'AWS::Lambda::Function',
    ]);
  });

  test('runs Node 24 on arm64 and writes JSON to its own log, which has a limited retention', () => {
    const { template } = probeOf('targets: [a.example:1]');
    template.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'synwhere-probe',
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      MemorySize: 256,
      Timeout: 40,
      LoggingConfig: { LogFormat: 'JSON', LogGroup: { Ref: Match.stringLikeRegexp('^ProbeLog') } },
      // Without a VPC, AWS blocks port 25.
      Environment: { Variables: { SYNWHERE_POLICY: '{"allow":[]}', SYNWHERE_VPC: Match.absent() } },
      VpcConfig: Match.absent(),
      ReservedConcurrentExecutions: Match.absent(),
    });
    template.hasResource('AWS::Logs::LogGroup', {
      Properties: { LogGroupName: '/aws/lambda/synwhere-probe', RetentionInDays: 14 },
      DeletionPolicy: 'Delete',
    });
  });

  test('follows the configuration', () => {
    const { template } = probeOf(`
name: edge
targets: [a.example:1]
policy: { allow: [{ cidr: 10.1.0.0/16, ports: [443] }] }
probe: { timeoutMs: 20000, memoryMiB: 128, reservedConcurrency: 4 }
logs: { retentionDays: 3 }
onDemand: { maxTargets: 1000 }
`);
    template.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'edge-probe',
      MemorySize: 128,
      // Four groups of 250 silent targets, and the controls before and after them.
      Timeout: 130,
      ReservedConcurrentExecutions: 4,
      Environment: { Variables: { SYNWHERE_POLICY: '{"allow":[{"cidr":"10.1.0.0/16","ports":[443]}]}' } },
    });
    template.hasResourceProperties('AWS::Logs::LogGroup', {
      LogGroupName: '/aws/lambda/edge-probe',
      RetentionInDays: 3,
    });
  });
});
