import { Stack, Token, Validations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/**
 * Says why a policy of `scope` must have a resource with a `*`. The rule's id carries the resource as cdk-nag spells it, so that
 * nothing but this one is acknowledged; `resource` tells it from the partition on, e.g. `logs:eu-west-1:{account}:log-group:x:*`.
 */
export function acknowledgeWildcard(scope: Construct, resource: string, reason: string): void {
  const { account, partition } = Stack.of(scope);
  const known = resource.replace('{account}', Token.isUnresolved(account) ? '<AWS::AccountId>' : account);
  const arn = `arn:${Token.isUnresolved(partition) ? '<AWS::Partition>' : partition}:${known}`;
  Validations.of(scope).acknowledge({ id: `AwsSolutions-IAM5[Resource::${arn}]`, reason });
}
