import { Annotations, Duration, Stack } from 'aws-cdk-lib';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import type { IGrantable, ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import type { Function, FunctionUrl } from 'aws-cdk-lib/aws-lambda';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Configuration } from '../configuration/configuration.ts';
import { DEPLOYED_CONFIG } from '../configuration/defaults.ts';
import { configurationWarnings } from '../configuration/warnings.ts';
import type { WrittenConfiguration } from '../configuration/written.ts';
import { Alarms } from './constructs/alarms.ts';
import { Announcements } from './constructs/announcements.ts';
import { HistoryTable } from './constructs/history-table.ts';
import { allow, NodeFunction } from './constructs/node-function.ts';
import { OnDemand } from './constructs/on-demand.ts';
import { ServiceDashboard } from './constructs/service-dashboard.ts';
import { TickSchedule } from './constructs/tick-schedule.ts';
import { neededByFunction } from './function-configuration.ts';
import { aggregatorFunctionName } from './names.ts';
import { packagedCode } from './packaged-code.ts';
import { probeProblems, readProps, refuseSharedName, regionOf } from './props.ts';
import { ReachabilityProbe } from './reachability-probe.ts';
import { readerOf } from './stored-secret.ts';
import { aggregatorTimeoutSeconds, loadOf, probeTimeoutSeconds } from './timeouts.ts';

/** A probe that is deployed by other means, in the same account. A {@link ReachabilityProbe} is one, too. */
export interface ProbeReference {
  /** Its name as a vantage, in verdicts and metrics. */
  readonly name: string;
  /** The region that it is in. */
  readonly region: string;
  /** The physical name of its function. */
  readonly functionName: string;
}

/**
 * What is checked, from where, and how. `targets` and `vantages` are needed. The other props are keys of the configuration file with
 * their defaults.
 */
export interface ReachabilityServiceProps {
  /** What is checked: `'host:port'`, or an object with `target`, `expect` and `labels`. At most 1,000. */
  readonly targets: readonly WrittenConfiguration['targets'][number][];
  /** Where the probes are: probes of the same app, also in stacks of other regions, or references to others by name. */
  readonly vantages: readonly ProbeReference[];
  /** Targets that are known to be up. A vantage that cannot reach them is itself at fault. Default: none. */
  readonly controls?: readonly NonNullable<WrittenConfiguration['controls']>[number][] | undefined;
  /**
   * Names the table, the event bus, the topic, the functions, the alarms and the dashboard. Two services in one account and region need
   * two names. Default: `synwhere`.
   */
  readonly name?: string | undefined;
  /** How a vantage probes. Default: `{ timeoutMs: 4000, attempts: 3 }`. */
  readonly probe?: Pick<NonNullable<WrittenConfiguration['probe']>, 'timeoutMs' | 'attempts'> | undefined;
  /** The aggregator function. Default: `{ memoryMiB: 512 }`. */
  readonly aggregator?: WrittenConfiguration['aggregator'];
  /** How long logs are kept. Default: `{ retentionDays: 14 }`. */
  readonly logs?: WrittenConfiguration['logs'];
  /** How often the targets are checked. Default: `{ everyMinutes: 1, enabled: true }`. */
  readonly schedule?: WrittenConfiguration['schedule'];
  /** When an incident opens and closes, and when announcements are silent. */
  readonly incidents?: WrittenConfiguration['incidents'];
  /** What callers of the function URL may have checked. Default: the targets. */
  readonly onDemand?: WrittenConfiguration['onDemand'];
  /** How long verdicts are kept, and whether the table outlives the stack. Default: `{ retentionDays: 90, keepOnDestroy: true }`. */
  readonly history?: WrittenConfiguration['history'];
  /** Who is told of changes, beside the topic and the event bus. */
  readonly announce?: WrittenConfiguration['announce'];
  /** More metrics. Default: `{ perRegion: false }`. */
  readonly metrics?: WrittenConfiguration['metrics'];
  /** When the alarms ring. */
  readonly alarms?: WrittenConfiguration['alarms'];
  /** A directory with another build of the aggregator, `index.mjs`. Default: the one in this package. */
  readonly codeDirectory?: string;
}

/**
 * The scheduled service: the aggregator, its schedule, its table, its announcements, alarms and dashboard, and a function URL for
 * callers. It invokes its probes by their names, so no stack depends on another one.
 */
export class ReachabilityService extends Construct {
  /** The name of the service. */
  readonly name: string;
  /** The aggregator function. */
  readonly aggregator: Function;
  /** The URL of the API. Requests are signed by AWS Signature Version 4. */
  readonly url: string;
  /** The function URL. */
  readonly functionUrl: FunctionUrl;
  /** Allows its bearer to call the API, and nothing else. `grantCall` does the same for one principal. */
  readonly callerPolicy: ManagedPolicy;
  /** Receives every change as a message for people, and the alarms. */
  readonly topic: Topic;
  /** Receives every change as an event for programs. */
  readonly bus: EventBus;
  /** The history. */
  readonly table: Table;
  /** The alarms on the service itself. */
  readonly alarms: readonly Alarm[];
  /** What is probably a mistake in the props, one line each. The CDK shows them at synthesis. */
  readonly warnings: readonly string[];
  readonly #onDemand: OnDemand;

  /** Throws {@link PropsError}. */
  constructor(scope: Construct, id: string, props: ReachabilityServiceProps) {
    super(scope, id);
    const { vantages: probes } = props;
    const warnings: string[] = [];
    const configuration = readServiceProps(this, props, (warning) => warnings.push(warning));
    const { name, schedule, history, announce } = configuration;
    this.name = name;
    const { table } = new HistoryTable(this, 'History', {
      tableName: name,
      keep: history.keepOnDestroy,
    });
    const { bus, topic } = new Announcements(this, 'Announcements', { name, email: announce.email });
    const load = loadOf(configuration);
    const aggregator = new NodeFunction(this, 'Aggregator', {
      functionName: aggregatorFunctionName(name),
      description: `Synwhere (${name}): asks every region, judges, remembers and announces`,
      codeDirectory: props.codeDirectory ?? packagedCode('aggregator'),
      files: {
        [DEPLOYED_CONFIG]: `${JSON.stringify(neededByFunction(configuration, probes), null, 2)}\n`,
      },
      memoryMiB: configuration.aggregator.memoryMiB,
      timeout: Duration.seconds(aggregatorTimeoutSeconds(load)),
      logRetentionDays: configuration.logs.retentionDays,
      environment: {
        SYNWHERE_TABLE: table.tableName,
        SYNWHERE_BUS: bus.eventBusName,
        SYNWHERE_TOPIC_ARN: topic.topicArn,
      },
      permissions: {
        probes: [allow(['lambda:InvokeFunction'], this.#arnsOf(probes))],
        history: [allow(TABLE_ACTIONS, [table.tableArn])],
        announcements: [
          allow(['events:PutEvents'], [bus.eventBusArn]),
          allow(['sns:Publish'], [topic.topicArn]),
        ],
        ...(announce.slackWebhook && { webhook: readerOf(this, announce.slackWebhook) }),
      },
    }).function;
    // Scheduler delivers into Lambda's own queue; what lies there longer than a tick would be a late probe.
    aggregator.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.seconds(60) });
    this.#onDemand = new OnDemand(this, 'OnDemand', { aggregator, policyName: `${name}-caller` });
    const { alarms } = new Alarms(this, 'Alarms', { configuration, probes, topic });
    /* oxlint-disable no-new -- a construct enters the tree by its constructor */
    new TickSchedule(this, 'Tick', { scheduleName: `${name}-tick`, aggregator, ...schedule });
    new ServiceDashboard(this, 'Dashboard', { configuration, probes, alarms });
    /* oxlint-enable no-new */
    this.aggregator = aggregator;
    this.functionUrl = this.#onDemand.url;
    this.url = this.functionUrl.url;
    this.callerPolicy = this.#onDemand.callerPolicy;
    this.topic = topic;
    this.bus = bus;
    this.table = table;
    this.alarms = alarms;
    refuseSharedName(this, 'name', (other) =>
      other instanceof ReachabilityService ? other.name : undefined,
    );
    this.warnings = [...warnings, ...warningsOf(configuration, probes)];
    for (const [index, warning] of this.warnings.entries()) {
      Annotations.of(this).addWarningV2(`synwhere:configuration-${index}`, warning);
    }
  }

  /** Allows a principal of the same account to call the API by its URL, and nothing else. */
  grantCall(grantee: IGrantable): void {
    this.#onDemand.grantCall(grantee);
  }

  /** By name, for a reference into another region's stack would keep that stack from being removed. */
  #arnsOf(probes: readonly ProbeReference[]): string[] {
    return probes.map(({ region, functionName }) =>
      Stack.of(this).formatArn({ service: 'lambda', region, resource: `function:${functionName}` }),
    );
  }
}

function warningsOf(configuration: Configuration, probes: readonly ProbeReference[]): string[] {
  // What a probe in a VPC can reach is not known here.
  const isInVpc = (probe: ProbeReference): boolean => probe instanceof ReachabilityProbe && probe.isInVpc;
  const warnings = configurationWarnings({
    ...configuration,
    regions: probes.filter((probe) => !isInVpc(probe)).map(({ name }) => name),
    vantages: Object.fromEntries(probes.filter(isInVpc).map(({ name }) => [name, ''])),
  });
  const seconds = probeTimeoutSeconds(loadOf(configuration));
  for (const probe of probes) {
    if (probe instanceof ReachabilityProbe && probe.timeout.toSeconds() < seconds) {
      warnings.push(
        `vantages: ${probe.name} may run for ${probe.timeout.toSeconds()} s, and a check of these targets may take ${seconds} s; give it a longer timeout`,
      );
    }
  }
  return warnings;
}

/** By the rules of the configuration file, with the region of the stack as home. Throws a `PropsError`. */
function readServiceProps(
  scope: Construct,
  { vantages, codeDirectory: _code, ...props }: ReachabilityServiceProps,
  onWarning: (text: string) => void,
): Configuration {
  const probes = Array.isArray(vantages) ? vantages : [];
  const problems = probeProblems(probes);
  if (probes.length === 0) {
    problems.push({ path: ['vantages'], text: 'names no probe; write at least one ReachabilityProbe' });
  }
  const home = regionOf(scope);
  const regions = problems.length > 0 ? [] : [...new Set(probes.map(({ region }) => region))];
  const given = Object.entries(props).filter(([, value]) => value !== undefined);
  const written = { ...Object.fromEntries(given), home, regions };
  return readProps(scope, written, { problems, vantages: probes.map(({ name }) => name), onWarning });
}

/** What functions/aggregator/store does, and no more. */
const TABLE_ACTIONS = [
  'dynamodb:DeleteItem',
  'dynamodb:GetItem',
  'dynamodb:PutItem',
  'dynamodb:Query',
  'dynamodb:UpdateItem',
];
