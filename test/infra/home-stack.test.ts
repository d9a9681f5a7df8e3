import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { resourcesOf } from './statements.ts';
import { asText, isRecord, synthesised } from './synthesised.ts';

const TARGETS = 'regions: [eu-west-1, us-east-1]\ntargets: [a.example:1]\n';

describe('home', () => {
  test('has its region and its name', () => {
    const { homeStack } = synthesised(`home: eu-central-1\n${TARGETS}`);
    expect([homeStack.stackName, homeStack.region]).toEqual(['synwhere-home', 'eu-central-1']);
  });

  test('the aggregator has the names of its table, its bus and its topic', () => {
    const { home } = synthesised(TARGETS);
    home.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'synwhere-aggregator',
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      MemorySize: 512,
      Timeout: 110,
      LoggingConfig: { LogFormat: 'JSON', LogGroup: { Ref: Match.stringLikeRegexp('^AggregatorLog') } },
      ReservedConcurrentExecutions: Match.absent(),
      Environment: {
        Variables: {
          SYNWHERE_TABLE: { Ref: Match.stringLikeRegexp('^HistoryTable') },
          SYNWHERE_BUS: { Ref: Match.stringLikeRegexp('^AnnouncementsBus') },
          SYNWHERE_TOPIC_ARN: { Ref: Match.stringLikeRegexp('^AnnouncementsTopic') },
        },
      },
    });
    home.hasResourceProperties('AWS::Logs::LogGroup', {
      LogGroupName: '/aws/lambda/synwhere-aggregator',
      RetentionInDays: 14,
    });
  });

  test('the schedule invokes a tick at its rate, once, and drops a late invocation', () => {
    const { home } = synthesised(TARGETS);
    home.hasResourceProperties('AWS::Scheduler::Schedule', {
      Name: 'synwhere-tick',
      ScheduleExpression: 'rate(1 minute)',
      State: 'ENABLED',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: {
        Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^AggregatorFunction'), 'Arn'] },
        Input: '{"tick":"<aws.scheduler.scheduled-time>"}',
        RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 },
      },
    });
    home.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 60,
    });
  });

  test('the rate follows the configuration, and the schedule can be disabled', () => {
    const { home } = synthesised(`${TARGETS}schedule: { everyMinutes: 5, enabled: false }`);
    home.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'rate(5 minutes)',
      State: 'DISABLED',
    });
  });

  test('the Function URL streams, and every request must be signed', () => {
    const { home } = synthesised(TARGETS);
    home.hasResourceProperties('AWS::Lambda::Url', {
      AuthType: 'AWS_IAM',
      InvokeMode: 'RESPONSE_STREAM',
      Cors: Match.absent(),
    });
    home.resourceCountIs('AWS::Lambda::Permission', 0);
    home.hasResourceProperties('AWS::IAM::ManagedPolicy', { ManagedPolicyName: 'synwhere-caller' });
    expect(Object.keys(home.findOutputs('*'))).toEqual(['Url', 'CallerPolicy', 'Topic', 'Bus', 'Table']);
  });

  test('the table is billed on demand, expires items and can be restored', () => {
    const { home } = synthesised(TARGETS);
    home.hasResource('AWS::DynamoDB::Table', {
      Properties: {
        TableName: 'synwhere',
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        AttributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'sk', AttributeType: 'S' },
        ],
        TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        DeletionProtectionEnabled: true,
      },
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
    });
  });

  test('the table is deleted with its stack if the configuration requires it', () => {
    const { home } = synthesised(`${TARGETS}history: { keepOnDestroy: false }`);
    home.hasResource('AWS::DynamoDB::Table', {
      Properties: { DeletionProtectionEnabled: false },
      DeletionPolicy: 'Delete',
    });
  });

  test('changes are published to a separate bus and to a topic with every address', () => {
    const { home } = synthesised(`${TARGETS}announce: { email: [a@example.com, b@example.com] }`);
    home.hasResourceProperties('AWS::Events::EventBus', { Name: 'synwhere' });
    home.hasResourceProperties('AWS::SNS::Topic', {
      TopicName: 'synwhere-announcements',
      // CloudWatch cannot publish alarms with the AWS-managed key.
      KmsMasterKeyId: Match.absent(),
    });
    const subscriptions = Object.values(home.findResources('AWS::SNS::Subscription'));
    expect(
      subscriptions.map(({ Properties }) => [asText(Properties['Protocol']), asText(Properties['Endpoint'])]),
    ).toEqual([
      ['email', 'a@example.com'],
      ['email', 'b@example.com'],
    ]);
  });

  test('every physical name contains the installation’s name, so that two installations can share an account', () => {
    const one = namesIn('one');
    const two = namesIn('two');
    expect(one.length).toBeGreaterThan(12);
    expect(two).toEqual(one.map((name) => name.replace('one', 'two')));
    expect(one.filter((name) => !name.includes('one'))).toEqual([]);
  });
});

/** Every physical name in the stacks of an installation. */
function namesIn(name: string): string[] {
  const { home, probes } = synthesised(`name: ${name}\n${TARGETS}`);
  return [home, ...probes.values()]
    .flatMap((template) => Object.values(resourcesOf(template)))
    .flatMap(({ Properties }) => Object.entries(isRecord(Properties) ? Properties : {}))
    .filter(([key, value]) => key.endsWith('Name') && typeof value === 'string')
    .filter(([key]) => !['MetricName', 'GroupName', 'DisplayName'].includes(key))
    .map(([, value]) => String(value));
}
