import { z } from 'zod';
import { formatTarget } from '../functions/reachability/target.ts';
import type { ExpectedTarget } from '../functions/reachability/verdict.ts';
import { EXPECTATIONS } from '../functions/reachability/words.ts';
import { ALARM_LIMITS, LIMITS, LOG_RETENTION_DAYS, VANTAGE_NAME } from './limits.ts';
import { DEFAULTS } from './defaults.ts';
import { expected } from './expected.ts';
import {
  allowListEntry,
  cidr,
  flag,
  instant,
  integer,
  list,
  oneOf,
  region,
  section,
  spacedTarget,
  targetText,
  text,
} from './fields.ts';

/**
 * The grammar of `synwhere.yaml`: its keys, defaults and units. Rules about several keys are in consistency.ts. Descriptions go into
 * the JSON Schema that editors show for the file; doc comments are what editors show for the type of the configuration.
 */

const expectation = z
  .enum(EXPECTATIONS, expected('open, refused or silent', '`expect: open`'))
  .describe('What a vantage should see: open, refused or silent. Silence never satisfies refused.');

const expectations = oneOf([
  expectation.transform((everywhere) => ({ everywhere })),
  section({
    everywhere: expectation.default('open'),
    vantages: z
      .record(
        z.string(),
        expectation,
        expected('a map from vantages to expectations', '`eu-west-1: refused`'),
      )
      .exactOptional()
      .describe('Exceptions: the name of a region or of a local vantage, and what it should see.'),
  }),
]);

const labels = z
  .record(
    z.string().regex(/^[A-Za-z_]\w{0,62}$/, {
      error: 'is not a label name; write letters, digits and underscores, such as `team: payments`',
    }),
    text('text', '`team: payments`, with quotes around numbers', 1, 200),
  )
  .describe('Free text for history, events and metrics.');

/** A target of the configuration. */
export interface ConfiguredTarget extends ExpectedTarget {
  /** Free text for history, events and metrics. */
  labels?: Record<string, string>;
}

/** A target: a text or a map. */
export const targetSchema = oneOf(
  [
    targetText.transform((place): ConfiguredTarget => place),
    section({
      target: targetText,
      expect: expectations.exactOptional(),
      labels: labels.exactOptional(),
    }).transform(({ target: place, ...rest }): ConfiguredTarget => ({ ...place, ...rest })),
  ],
  spacedTarget,
);

const port = integer('a port', 1, 65_535, '443');

const maintenanceWindow = section({
  /** `host:port` of the targets that it covers. Absent: all. */
  targets: list(targetText.transform(formatTarget), 'targets', '`- api.example.com:443`', 1)
    .exactOptional()
    .describe('The targets that it covers. Absent: all.'),
  /** ISO 8601 with an offset. */
  from: instant.describe('ISO 8601 with an offset.'),
  /** ISO 8601 with an offset, after `from`. */
  until: instant.describe('ISO 8601 with an offset, after `from`.'),
});

/** Names that Parameter Store and Secrets Manager accept, and ARNs of their services. */
const storedSecret = section({
  /** The name of a parameter in SSM Parameter Store, in the account and the region of home. */
  parameter: text('the name of a parameter', '`parameter: /synwhere/slack`', 1, 1011)
    .regex(
      /^(?!\/?(aws|ssm)([/.-]|$))[\w.\-/]+$/i,
      expected('the name of a parameter', '`parameter: /synwhere/slack`'),
    )
    .exactOptional()
    .describe('A SecureString in SSM Parameter Store, in the account and the region of home.'),
  /** The name of a secret in Secrets Manager in the account and the region of home, or the full ARN of any secret. */
  secret: text('the name or the full ARN of a secret', '`secret: synwhere/slack`', 1, 700)
    .regex(
      /^(arn:[\w-]+:secretsmanager:[a-z\d-]+:\d{12}:secret:[\w/+=.@-]+-[A-Za-z\d]{6}|[\w/+=.@-]+)$/,
      expected('the name or the full ARN of a secret', '`secret: synwhere/slack`'),
    )
    .exactOptional()
    .describe(
      'A secret in Secrets Manager: its name in the region of home, or its full ARN. Its text is the URL.',
    ),
  /** The ARN of the customer managed key that encrypts it. Absent: a key that AWS manages. */
  kmsKey: text('the ARN of a key', '`kmsKey: arn:aws:kms:…:key/…`', 1, 300)
    .regex(
      /^arn:[\w-]+:kms:[a-z\d-]+:\d{12}:key\/[\w-]+$/,
      expected('the ARN of a key', '`kmsKey: arn:aws:kms:…:key/…`'),
    )
    .exactOptional()
    .describe('The customer managed key that encrypts it. Absent: a key that AWS manages.'),
});

export const fileSchema = section({
  /** The first part of the names of the stacks, the functions and the table. */
  // The name of a DynamoDB table has at least three characters (DynamoDB, naming rules).
  name: text('a name of 3 to 30 lower-case letters, digits and hyphens', '`name: synwhere`')
    .regex(
      /^[a-z][a-z\d-]{1,28}[a-z\d]$/,
      expected('a name of 3 to 30 lower-case letters, digits and hyphens', '`name: synwhere`'),
    )
    .default(DEFAULTS.name)
    .describe(
      'The first part of the names of the stacks, the functions and the table. Change it to install twice in one account.',
    ),
  home: region
    .exactOptional()
    .describe('The region of the aggregator, its table and its topics. Default: the first of `regions`.'),
  /** The AWS regions with a probe. Empty: nothing is deployed. */
  regions: list(region, 'regions', '- eu-central-1', 0, LIMITS.regions)
    .default([])
    .describe('The AWS regions with a probe. Empty: nothing is deployed.'),
  /** The targets that are checked. */
  targets: list(targetSchema, 'targets', '- api.example.com:443', 1, LIMITS.targets).describe(
    'The targets to check: `host:port`, or a map with `target`, `expect` and `labels`.',
  ),
  /** Targets that are known to be up. */
  controls: list(targetText, 'controls', '- example.com:443', 0, LIMITS.controls)
    .default([])
    .describe('Targets that are known to be up. A vantage that cannot reach them is at fault itself.'),
  policy: section({
    /** Private or reserved networks that the deployed probes may connect to. */
    allow: list(
      section({
        /** IPv4 or IPv6, such as `10.1.0.0/16`. */
        cidr: cidr.describe('An IPv4 or IPv6 network that you own.'),
        /** Absent: all ports. */
        ports: list(port, 'ports', '[443, 8443]', 1).exactOptional().describe('Absent: all ports.'),
      }),
      'networks',
      '- cidr: 10.1.0.0/16',
    )
      .default([])
      .describe('Private or reserved networks that you own and that the deployed probes may connect to.'),
  }).prefault({}),
  probe: section({
    /** Connect timeout, from the first SYN to an address. */
    timeoutMs: integer('a number of milliseconds', 500, 60_000, '`timeoutMs: 4000`')
      .default(DEFAULTS.probe.timeoutMs)
      .describe('Connect timeout in milliseconds, from the first SYN to an address.'),
    /** Connects per address, each on a new socket from a new port. */
    attempts: integer('a number of attempts', 1, 10, '`attempts: 3`')
      .default(DEFAULTS.probe.attempts)
      .describe('Connects per address, each on a new socket from a new port.'),
    memoryMiB: integer('a memory size in MiB', 128, 10_240, '`memoryMiB: 256`')
      .default(DEFAULTS.probe.memoryMiB)
      .describe('Memory of each probe function. Lambda gives a function CPU in proportion to it.'),
    /** Reserved concurrency of each probe function. Absent: none. */
    reservedConcurrency: integer('a number of concurrent runs', 1, 1000, '`reservedConcurrency: 5`')
      .exactOptional()
      .describe('Reserved concurrency of each probe function, taken from that of the account. Absent: none.'),
  }).prefault({}),
  aggregator: section({
    memoryMiB: integer('a memory size in MiB', 128, 10_240, '`memoryMiB: 512`')
      .default(DEFAULTS.aggregator.memoryMiB)
      .describe('Memory of the aggregator function.'),
  }).prefault({}),
  logs: section({
    /** How many days CloudWatch keeps the logs of the functions. */
    retentionDays: z
      .literal(
        LOG_RETENTION_DAYS,
        expected('a retention that CloudWatch Logs accepts', 'one of 1, 3, 5, 7, 14, 30, 60, 90, 180 or 365'),
      )
      .default(DEFAULTS.logs.retentionDays)
      .describe('How many days CloudWatch keeps the logs of the functions.'),
  }).prefault({}),
  schedule: section({
    everyMinutes: integer('a number of minutes', 1, 60, '`everyMinutes: 1`')
      .default(DEFAULTS.schedule.everyMinutes)
      .describe('Minutes from one tick to the next.'),
    enabled: flag('`enabled: false`')
      .default(DEFAULTS.schedule.enabled)
      .describe('false: the schedule is deployed but disabled.'),
  }).prefault({}),
  incidents: section({
    /** Consecutive ticks that must agree before an incident opens or closes. */
    confirmTicks: integer('a number of ticks', 1, 60, '`confirmTicks: 1`')
      .default(DEFAULTS.incidents.confirmTicks)
      .describe('Consecutive ticks that must agree before an incident opens or closes.'),
    /** A target is flapping after so many openings and closings within `flappingWindowMinutes`. */
    flappingChanges: integer('a number of changes', 2, 1000, '`flappingChanges: 6`')
      .default(DEFAULTS.incidents.flappingChanges)
      .describe('A target is flapping after so many openings and closings within `flappingWindowMinutes`.'),
    flappingWindowMinutes: integer('a number of minutes', 1, 10_080, '`flappingWindowMinutes: 60`')
      .default(DEFAULTS.incidents.flappingWindowMinutes)
      .describe('The time in which `flappingChanges` are counted.'),
    maintenance: list(maintenanceWindow, 'windows', '- from: 2026-03-01T22:00:00Z')
      .default([])
      .describe('Times in which no announcements are sent.'),
  }).prefault({}),
  onDemand: section({
    /** What a caller may check: the configured targets, those and `allowList`, or any target. */
    targets: z
      .enum(
        ['configured', 'allow-list', 'any'],
        expected('configured, allow-list or any', '`targets: configured`'),
      )
      .default(DEFAULTS.onDemand.targets)
      .describe('What a caller may check: the configured targets, those and `allowList`, or any target.'),
    allowList: list(allowListEntry, 'entries', '- "*.example.com:443"')
      .default([])
      .describe('`host:port`, or `*.host:port` for all names below it.'),
    maxTargets: integer('a number of targets', 1, LIMITS.targets, '`maxTargets: 50`')
      .default(DEFAULTS.onDemand.maxTargets)
      .describe('The most targets of one call.'),
  }).prefault({}),
  history: section({
    /** How many days verdicts are kept. */
    retentionDays: integer('a number of days', 1, 3650, '`retentionDays: 90`')
      .default(DEFAULTS.history.retentionDays)
      .describe('How many days verdicts are kept.'),
    /** Whether the table is kept when its stack is destroyed. */
    keepOnDestroy: flag('`keepOnDestroy: true`')
      .default(DEFAULTS.history.keepOnDestroy)
      .describe('Whether the table is kept when its stack is destroyed.'),
  }).prefault({}),
  announce: section({
    email: list(
      z
        .email(expected('a mail address', '`- ops@example.com`'))
        .max(254, expected('a mail address', '`- ops@example.com`')),
      'mail addresses',
      '- ops@example.com',
    )
      .default([])
      .describe('Mail addresses. Each receiver must confirm the subscription once.'),
    /** Where the URL of a Slack-compatible webhook is kept. */
    slackWebhook: storedSecret
      .exactOptional()
      .describe('Where the URL of a Slack-compatible incoming webhook is kept.'),
    /** The URL itself, which becomes part of the code of the function. Use `slackWebhook` instead. */
    slackWebhookUrl: z
      .url({ protocol: /^https$/, ...expected('an https URL', '`slackWebhookUrl: https://…`') })
      .exactOptional()
      .meta({
        description: 'Use `slackWebhook` instead: this URL becomes part of the code of the function.',
        deprecated: true,
      }),
  }).prefault({}),
  metrics: section({
    perRegion: flag('`perRegion: false`')
      .default(DEFAULTS.metrics.perRegion)
      .describe('A metric `Abstained` for each region: 0.30 USD a month each.'),
  }).prefault({}),
  alarms: section({
    noTickMinutes: integer('a number of minutes', ...ALARM_LIMITS, '`noTickMinutes: 5`')
      .exactOptional()
      .describe(
        'Alarm after so many minutes without a tick. Default: 5, or three ticks where that is longer.',
      ),
    abstainingMinutes: integer('a number of minutes', ...ALARM_LIMITS, '`abstainingMinutes: 15`')
      .exactOptional()
      .describe(
        'Alarm when a region abstains for so many minutes. Default: 15, or three ticks where that is longer.',
      ),
  }).prefault({}),
  /** Vantages of `synwhere check` and `synwhere dev` on this machine: name -> command. */
  vantages: z
    .record(
      z.string().regex(VANTAGE_NAME, {
        error: 'is not a name for a vantage; write letters, digits, dots, hyphens and underscores',
      }),
      text('a command', '`tokyo: ssh tokyo synwhere probe -`'),
      expected('a map from names to commands', '`tokyo: ssh tokyo synwhere probe -`'),
    )
    .default({})
    .describe('Vantages of `synwhere check` and `synwhere dev` on this machine: name and command.'),
});

/** A file whose keys are right, with the defaults that do not depend on other keys. */
export type FileContent = z.output<typeof fileSchema>;
