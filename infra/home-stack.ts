import { ArnFormat, CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Configuration, StoredSecret } from '../configuration/configuration.ts';
import { Alarms } from './constructs/alarms.ts';
import { Announcements } from './constructs/announcements.ts';
import { HistoryTable } from './constructs/history-table.ts';
import { allow, NodeFunction } from './constructs/node-function.ts';
import { OnDemand } from './constructs/on-demand.ts';
import { ServiceDashboard } from './constructs/service-dashboard.ts';
import { TickSchedule } from './constructs/tick-schedule.ts';
import { aggregatorFunctionName, probeFunctionName } from './names.ts';
import { aggregatorTimeoutSeconds } from './timeouts.ts';

export interface HomeStackProps extends StackProps {
  configuration: Configuration;
  /** The bundled aggregator, with the configuration beside it. */
  codeDirectory: string;
}

/** Home: the aggregator, when it is called, what it remembers, whom it tells, and what watches it. */
export class HomeStack extends Stack {
  constructor(scope: Construct, id: string, { configuration, codeDirectory, ...props }: HomeStackProps) {
    super(scope, id, props);
    const { name, schedule, history, announce } = configuration;
    const { table } = new HistoryTable(this, 'History', {
      tableName: name,
      keep: history.keepOnDestroy,
    });
    const { bus, topic } = new Announcements(this, 'Announcements', { name, email: announce.email });
    const aggregator = new NodeFunction(this, 'Aggregator', {
      functionName: aggregatorFunctionName(name),
      description: `Synwhere (${name}): asks every region, judges, remembers and announces`,
      codeDirectory,
      memoryMiB: configuration.aggregator.memoryMiB,
      timeoutSeconds: aggregatorTimeoutSeconds(configuration),
      logRetentionDays: configuration.logs.retentionDays,
      environment: {
        SYNWHERE_TABLE: table.tableName,
        SYNWHERE_BUS: bus.eventBusName,
        SYNWHERE_TOPIC_ARN: topic.topicArn,
      },
      permissions: {
        probes: [allow(['lambda:InvokeFunction'], this.#probeArns(configuration))],
        history: [allow(TABLE_ACTIONS, [table.tableArn])],
        announcements: [
          allow(['events:PutEvents'], [bus.eventBusArn]),
          allow(['sns:Publish'], [topic.topicArn]),
        ],
        ...(announce.slackWebhook && { webhook: this.#mayRead(announce.slackWebhook) }),
      },
    }).function;
    // Scheduler delivers into Lambda's own queue; what lies there longer than a tick would be a late probe.
    aggregator.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.seconds(60) });

    const onDemand = new OnDemand(this, 'OnDemand', { aggregator, policyName: `${name}-caller` });
    const { alarms } = new Alarms(this, 'Alarms', { configuration, topic });
    /* oxlint-disable no-new -- a construct enters the tree by its constructor */
    new TickSchedule(this, 'Tick', { scheduleName: `${name}-tick`, aggregator, ...schedule });
    new ServiceDashboard(this, 'Dashboard', { configuration, alarms });
    new CfnOutput(this, 'Url', {
      value: onDemand.url.url,
      description: 'Call it with signed requests, or by `synwhere check --deployed`',
    });
    new CfnOutput(this, 'CallerPolicy', {
      value: onDemand.callerPolicy.managedPolicyArn,
      description: 'Attach it to whoever may call',
    });
    new CfnOutput(this, 'Topic', { value: topic.topicArn, description: 'Subscribe people to it' });
    new CfnOutput(this, 'Bus', { value: bus.eventBusArn, description: 'Write rules for programs on it' });
    new CfnOutput(this, 'Table', { value: table.tableName, description: 'The history' });
    /* oxlint-enable no-new */
  }

  /**
   * Exactly this parameter or secret. With a key that AWS manages, permission to read it is enough. With a customer managed key,
   * decrypting through the store is allowed and nothing else. Secrets Manager adds six characters of its own to a name.
   */
  #mayRead({ parameter, secret, kmsKey }: StoredSecret): PolicyStatement[] {
    const [action, service, arn] =
      parameter === undefined
        ? (['secretsmanager:GetSecretValue', 'secretsmanager', this.#secretArn(secret ?? '')] as const)
        : (['ssm:GetParameter', 'ssm', this.#parameterArn(parameter)] as const);
    const [, region = this.region] = /^arn:[^:]+:secretsmanager:([^:]+):/.exec(arn) ?? [];
    const read = allow([action], [arn]);
    if (kmsKey === undefined) return [read];
    const via = { StringEquals: { 'kms:ViaService': `${service}.${region}.${this.urlSuffix}` } };
    return [read, allow(['kms:Decrypt'], [kmsKey], via)];
  }

  #parameterArn(name: string): string {
    return this.formatArn({ service: 'ssm', resource: 'parameter', resourceName: name.replace(/^\//, '') });
  }

  #secretArn(secret: string): string {
    if (secret.startsWith('arn:')) return secret;
    return this.formatArn({
      service: 'secretsmanager',
      resource: `secret:${secret}-??????`,
      arnFormat: ArnFormat.NO_RESOURCE_NAME,
    });
  }

  /** By name, for a reference into another region's stack would keep that stack from being removed. */
  #probeArns({ name, regions }: Configuration): string[] {
    return regions.map((region) =>
      this.formatArn({
        service: 'lambda',
        region,
        resource: `function:${probeFunctionName(name)}`,
      }),
    );
  }
}

/** What functions/aggregator/store does, and no more. */
const TABLE_ACTIONS = [
  'dynamodb:DeleteItem',
  'dynamodb:GetItem',
  'dynamodb:PutItem',
  'dynamodb:Query',
  'dynamodb:UpdateItem',
];
