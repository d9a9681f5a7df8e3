import { Stack } from 'aws-cdk-lib';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, test } from 'vitest';
import { synthesised } from './synthesised.ts';

const YAML = `
regions: [eu-west-1, us-east-1]
targets: [a.example:1]
history: { keepOnDestroy: false }
metrics: { perRegion: true }
`;

test.each([
  ['without an account', undefined],
  ['with an account', '111122223333'],
])('cdk-nag (AwsSolutions) has no finding without a reason, %s', (_what, account) => {
  const { app } = synthesised(YAML, account === undefined ? {} : { account });
  const { violations } = new AwsSolutionsChecks(app).validateScope(app);
  expect(
    violations.map(({ ruleName, violatingResources }) => [ruleName, violatingResources[0]?.constructPath]),
  ).toEqual([]);
});

test('cdk-nag reports another wildcard, and our wildcard at a place without a reason', () => {
  const { app, homeStack } = synthesised(YAML);
  const role = new Role(homeStack, 'WithWildcard', {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
  });
  role.addToPolicy(new PolicyStatement({ effect: Effect.ALLOW, actions: ['s3:*'], resources: ['*'] }));
  const other = new Role(homeStack, 'WithoutReason', {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
  });
  const log = Stack.of(homeStack).formatArn({
    service: 'logs',
    resource: 'log-group:/aws/lambda/synwhere-aggregator:*',
  });
  other.addToPolicy(
    new PolicyStatement({ effect: Effect.ALLOW, actions: ['logs:PutLogEvents'], resources: [log] }),
  );
  const { violations } = new AwsSolutionsChecks(app).validateScope(app);
  expect(violations.map(({ ruleName }) => ruleName).toSorted()).toEqual([
    'AwsSolutions-IAM5[Action::s3:*]',
    'AwsSolutions-IAM5[Resource::*]',
    'AwsSolutions-IAM5[Resource::arn:aws:logs:eu-west-1:<AWS::AccountId>:log-group:/aws/lambda/synwhere-aggregator:*]',
  ]);
});
