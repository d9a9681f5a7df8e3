import { z } from 'zod';
import { EXPECTATIONS } from '../functions/reachability/words.ts';
import type { Configuration } from './configuration.ts';
import { ALARM_LIMITS, LIMITS, LOG_RETENTION_DAYS } from './limits.ts';
import { DEFAULTS } from './defaults.ts';
import { expected } from './expected.ts';
import { allowListEntry, cidr, flag, instant, integer, section, targetText, text } from './fields.ts';

/**
 * The grammar of `synwhere.yaml`: what stands in it, its defaults and its units. What several fields say together is checked in
 * consistency.ts. Descriptions go into the JSON Schema that editors show.
 */

const expectation = z.enum(EXPECTATIONS, expected('open, refused or silent', '`expect: open`')).meta({
  description: 'What a vantage should see: open, refused or silent. Silence never satisfies refused.',
});

const expectations = z.union([
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
      .meta({
        description: 'Exceptions: the name of a region or of a local vantage, and what it should see.',
      }),
  }),
]);

const labels = z
  .record(
    z.string().regex(/^[A-Za-z_]\w{0,62}$/, {
      error: 'is not a label name; write letters, digits and underscores, such as `team: payments`',
    }),
    text('text', '`team: payments`, with quotes around numbers', 1, 200),
  )
  .meta({ description: 'Free words that go into history, events and metrics.' });

type WrittenTarget = Configuration['targets'][number];

const target = z.union([
  targetText.transform((place): WrittenTarget => place),
  section({
    target: targetText,
    expect: expectations.exactOptional(),
    labels: labels.exactOptional(),
  }).transform(({ target: place, ...rest }): WrittenTarget => ({ ...place, ...rest })),
]);

const region = text('an AWS region', '`eu-central-1`');

const port = integer('a port', 1, 65_535, '443');

const maintenanceWindow = section({
  targets: list(targetText, 'targets', '`- api.example.com:443`', 1)
    .exactOptional()
    .meta({ description: 'The targets that it covers. Absent: all.' }),
  from: instant.meta({ description: 'ISO 8601 with an offset.' }),
  until: instant.meta({ description: 'ISO 8601 with an offset, after `from`.' }),
});

/** Names as Parameter Store and Secrets Manager take them, and ARNs of their services. */
const storedSecret = section({
  parameter: text('the name of a parameter', '`parameter: /synwhere/slack`', 1, 1011)
    .regex(
      /^(?!\/?(aws|ssm)([/.-]|$))[\w.\-/]+$/i,
      expected('the name of a parameter', '`parameter: /synwhere/slack`'),
    )
    .exactOptional()
    .meta({
      description: 'A SecureString in SSM Parameter Store, in the account and the region of home.',
    }),
  secret: text('the name or the full ARN of a secret', '`secret: synwhere/slack`', 1, 700)
    .regex(
      /^(arn:[\w-]+:secretsmanager:[a-z\d-]+:\d{12}:secret:[\w/+=.@-]+-[A-Za-z\d]{6}|[\w/+=.@-]+)$/,
      expected('the name or the full ARN of a secret', '`secret: synwhere/slack`'),
    )
    .exactOptional()
    .meta({
      description: 'A secret in Secrets Manager: its name at home, or its full ARN. Its text is the URL.',
    }),
  kmsKey: text('the ARN of a key', '`kmsKey: arn:aws:kms:…:key/…`', 1, 300)
    .regex(
      /^arn:[\w-]+:kms:[a-z\d-]+:\d{12}:key\/[\w-]+$/,
      expected('the ARN of a key', '`kmsKey: arn:aws:kms:…:key/…`'),
    )
    .exactOptional()
    .meta({
      description: 'The customer managed key that it is encrypted with. Absent: a key that AWS manages.',
    }),
});

function list<Item extends z.ZodType>(
  item: Item,
  what: string,
  example: string,
  min = 0,
  max: number = LIMITS.list,
) {
  const range = min === 0 ? `at most ${max}` : `${min} to ${max}`;
  const count = {
    error: ({ input }: { input?: unknown }) =>
      `has ${Array.isArray(input) ? input.length : 0} ${what}; write ${range}`,
  };
  return z
    .array(item, expected(`a list of ${what}`, `a list such as \`${example.replaceAll('`', '')}\``))
    .min(min, count)
    .max(max, count);
}

export const fileSchema = section({
  // A DynamoDB table takes no name of less than three characters (DynamoDB, naming rules).
  name: text('a name of 3 to 30 lower-case letters, digits and hyphens', '`name: synwhere`')
    .regex(
      /^[a-z][a-z\d-]{1,28}[a-z\d]$/,
      expected('a name of 3 to 30 lower-case letters, digits and hyphens', '`name: synwhere`'),
    )
    .default(DEFAULTS.name)
    .meta({
      description: 'Names the stacks, functions and the table. Change it to install twice in one account.',
    }),
  home: region.exactOptional().meta({
    description: 'The region of the aggregator, its table and its topics. Default: the first of `regions`.',
  }),
  regions: list(region, 'regions', '- eu-central-1', 0, LIMITS.regions)
    .default([])
    .meta({ description: 'The AWS regions that probes stand in. Empty: nothing is deployed.' }),
  newRegions: list(region, 'regions', '- eu-central-1', 0, LIMITS.regions).default([]).meta({
    description: 'Regions that AWS has opened since this version was made; they are taken on trust.',
  }),
  targets: list(target, 'targets', '- api.example.com:443', 1, LIMITS.targets).meta({
    description: 'What is checked: `host:port`, or a map with `target`, `expect` and `labels`.',
  }),
  controls: list(targetText, 'controls', '- example.com:443', 0, LIMITS.controls)
    .default([])
    .meta({ description: 'Targets known to be up. A vantage that cannot reach them is at fault itself.' }),
  policy: section({
    allow: list(
      section({
        cidr: cidr.meta({ description: 'An IPv4 or IPv6 network that you own.' }),
        ports: list(port, 'ports', '[443, 8443]', 1)
          .exactOptional()
          .meta({ description: 'Absent: every port.' }),
      }),
      'networks',
      '- cidr: 10.1.0.0/16',
    )
      .default([])
      .meta({ description: 'Opens private or reserved networks that you own to the deployed probes.' }),
  }).prefault({}),
  probe: section({
    timeoutMs: integer('a number of milliseconds', 500, 60_000, '`timeoutMs: 4000`')
      .default(DEFAULTS.probe.timeoutMs)
      .meta({ description: 'Silence is called this long after the first SYN.' }),
    attempts: integer('a number of attempts', 1, 10, '`attempts: 3`')
      .default(DEFAULTS.probe.attempts)
      .meta({ description: 'Connects per address, each on a fresh socket from a fresh port.' }),
    memoryMiB: integer('a memory size in MiB', 128, 10_240, '`memoryMiB: 256`')
      .default(DEFAULTS.probe.memoryMiB)
      .meta({ description: 'Memory of a probe function, and with it its share of a CPU.' }),
    reservedConcurrency: integer('a number of concurrent runs', 1, 1000, '`reservedConcurrency: 5`')
      .exactOptional()
      .meta({
        description: 'Takes this much out of the account’s concurrency in every region. Absent: none.',
      }),
  }).prefault({}),
  aggregator: section({
    memoryMiB: integer('a memory size in MiB', 128, 10_240, '`memoryMiB: 512`')
      .default(DEFAULTS.aggregator.memoryMiB)
      .meta({ description: 'Memory of the aggregator function.' }),
  }).prefault({}),
  logs: section({
    retentionDays: z
      .literal(
        LOG_RETENTION_DAYS,
        expected('a retention that CloudWatch Logs knows', 'one of 1, 3, 5, 7, 14, 30, 60, 90, 180 or 365'),
      )
      .default(DEFAULTS.logs.retentionDays)
      .meta({ description: 'How long the functions’ logs are kept.' }),
  }).prefault({}),
  schedule: section({
    everyMinutes: integer('a number of minutes', 1, 60, '`everyMinutes: 1`')
      .default(DEFAULTS.schedule.everyMinutes)
      .meta({ description: 'From one tick to the next.' }),
    enabled: flag('`enabled: false`')
      .default(DEFAULTS.schedule.enabled)
      .meta({ description: 'false: the schedule is deployed and stands still.' }),
  }).prefault({}),
  incidents: section({
    confirmTicks: integer('a number of ticks', 1, 60, '`confirmTicks: 1`')
      .default(DEFAULTS.incidents.confirmTicks)
      .meta({ description: 'Ticks in a row that must agree before an incident opens or closes.' }),
    flappingChanges: integer('a number of changes', 2, 1000, '`flappingChanges: 6`')
      .default(DEFAULTS.incidents.flappingChanges)
      .meta({
        description: 'Openings and closings within the window after which a target is called flapping.',
      }),
    flappingWindowMinutes: integer('a number of minutes', 1, 10_080, '`flappingWindowMinutes: 60`')
      .default(DEFAULTS.incidents.flappingWindowMinutes)
      .meta({ description: 'The window of `flappingChanges`.' }),
    maintenance: list(maintenanceWindow, 'windows', '- from: 2026-03-01T22:00:00Z')
      .default([])
      .meta({ description: 'Windows in which announcements stay silent.' }),
  }).prefault({}),
  onDemand: section({
    targets: z
      .enum(
        ['configured', 'allow-list', 'any'],
        expected('configured, allow-list or any', '`targets: configured`'),
      )
      .default(DEFAULTS.onDemand.targets)
      .meta({
        description: 'What a caller may have checked: the targets above, these and `allowList`, or anything.',
      }),
    allowList: list(allowListEntry, 'entries', '- "*.example.com:443"')
      .default([])
      .meta({ description: '`host:port`, or `*.host:port` for every name below it.' }),
    maxTargets: integer('a number of targets', 1, LIMITS.targets, '`maxTargets: 50`')
      .default(DEFAULTS.onDemand.maxTargets)
      .meta({ description: 'Targets in one call.' }),
  }).prefault({}),
  history: section({
    retentionDays: integer('a number of days', 1, 3650, '`retentionDays: 90`')
      .default(DEFAULTS.history.retentionDays)
      .meta({ description: 'How long verdicts are kept.' }),
    keepOnDestroy: flag('`keepOnDestroy: true`')
      .default(DEFAULTS.history.keepOnDestroy)
      .meta({ description: 'Whether the table outlives its stack.' }),
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
      .meta({ description: 'Each must confirm its subscription once.' }),
    slackWebhook: storedSecret
      .exactOptional()
      .meta({ description: 'Where the URL of a Slack-compatible incoming webhook is kept.' }),
    slackWebhookUrl: z
      .url({ protocol: /^https$/, ...expected('an https URL', '`slackWebhookUrl: https://…`') })
      .exactOptional()
      .meta({
        description: 'Replaced by `slackWebhook`. The URL becomes part of the function’s code.',
        deprecated: true,
      }),
  }).prefault({}),
  metrics: section({
    perRegion: flag('`perRegion: false`')
      .default(DEFAULTS.metrics.perRegion)
      .meta({ description: 'One more metric for every region: 0.30 USD a month each.' }),
  }).prefault({}),
  alarms: section({
    noTickMinutes: integer('a number of minutes', ...ALARM_LIMITS, '`noTickMinutes: 5`')
      .exactOptional()
      .meta({ description: 'Alarm after this long without a tick. Default: 5, or three ticks.' }),
    abstainingMinutes: integer('a number of minutes', ...ALARM_LIMITS, '`abstainingMinutes: 15`')
      .exactOptional()
      .meta({ description: 'Alarm when a region abstains for this long. Default: 15, or three ticks.' }),
  }).prefault({}),
  vantages: z
    .record(
      z.string().regex(/^[A-Za-z\d][\w.-]{0,62}$/, {
        error: 'is not a name for a vantage; write letters, digits, dots, hyphens and underscores',
      }),
      text('a command', '`tokyo: ssh tokyo synwhere probe -`'),
      expected('a map from names to commands', '`tokyo: ssh tokyo synwhere probe -`'),
    )
    .default({})
    .meta({
      description: 'Vantages of `synwhere check` and `synwhere dev` on this machine: name and command.',
    }),
});

/** The file as it was written, checked field by field, defaults filled in. */
export type FileContent = z.output<typeof fileSchema>;
