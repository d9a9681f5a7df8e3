import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConfigurationError, loadConfiguration, parseConfiguration } from '../../configuration/load.ts';
import { withoutRemovedKeys } from '../../configuration/removed-keys.ts';

const TARGETS = 'targets: [a.example:1]\n';

describe('a good file', () => {
  test('one target is enough; everything else has its default', () => {
    expect(parseConfiguration('targets:\n  - API.Example.com.:443\n', 'synwhere.yaml')).toEqual({
      name: 'synwhere',
      home: 'us-east-1',
      regions: [],
      targets: [{ host: 'api.example.com', port: 443 }],
      controls: [],
      policy: { allow: [] },
      probe: { timeoutMs: 4000, attempts: 3, memoryMiB: 256 },
      aggregator: { memoryMiB: 512 },
      logs: { retentionDays: 14 },
      schedule: { everyMinutes: 1, enabled: true },
      incidents: { confirmTicks: 1, flappingChanges: 6, flappingWindowMinutes: 60, maintenance: [] },
      onDemand: { targets: 'configured', allowList: [], maxTargets: 50 },
      history: { retentionDays: 90, keepOnDestroy: true },
      announce: { email: [] },
      metrics: { perRegion: false },
      alarms: { noTickMinutes: 5, abstainingMinutes: 15 },
      vantages: {},
    });
  });

  test('every key has the value that is written', () => {
    const text = `
name: edge
home: eu-west-1
regions: [eu-west-1, us-east-1, xx-new-9]
targets:
  - 192.0.2.1:80
  - target: '[2001:DB8:0::1]:443'
    expect: silent
  - target: db.example.com:5432
    expect: { vantages: { us-east-1: refused, lab: open, here: silent } }
    labels: { team: payments }
controls: [example.com:443]
policy: { allow: [{ cidr: 10.1.0.0/16 }, { cidr: '2001:DB8::/32', ports: [443] }] }
probe: { timeoutMs: 5000, attempts: 2, memoryMiB: 128, reservedConcurrency: 3 }
aggregator: { memoryMiB: 1024 }
logs: { retentionDays: 30 }
schedule: { everyMinutes: 10, enabled: false }
incidents:
  confirmTicks: 2
  flappingChanges: 4
  flappingWindowMinutes: 30
  maintenance:
    - { targets: [DB.example.com:5432], from: 2026-03-01T22:00:00Z, until: '2026-03-02T00:00:00+01:00' }
onDemand: { targets: allow-list, allowList: ['*.Example.com:443', b.example:1], maxTargets: 5 }
history: { retentionDays: 7, keepOnDestroy: false }
announce: { email: [ops@example.com], slackWebhookUrl: 'https://hooks.example.com/x' }
metrics: { perRegion: true }
alarms: { abstainingMinutes: 40 }
vantages: { lab: ./probe - }
`;
    expect(parseConfiguration(text, 'synwhere.yaml')).toEqual({
      name: 'edge',
      home: 'eu-west-1',
      regions: ['eu-west-1', 'us-east-1', 'xx-new-9'],
      targets: [
        { host: '192.0.2.1', port: 80 },
        { host: '2001:db8::1', port: 443, expect: { everywhere: 'silent' } },
        {
          host: 'db.example.com',
          port: 5432,
          expect: { everywhere: 'open', vantages: { 'us-east-1': 'refused', lab: 'open', here: 'silent' } },
          labels: { team: 'payments' },
        },
      ],
      controls: [{ host: 'example.com', port: 443 }],
      policy: { allow: [{ cidr: '10.1.0.0/16' }, { cidr: '2001:db8::/32', ports: [443] }] },
      probe: { timeoutMs: 5000, attempts: 2, memoryMiB: 128, reservedConcurrency: 3 },
      aggregator: { memoryMiB: 1024 },
      logs: { retentionDays: 30 },
      schedule: { everyMinutes: 10, enabled: false },
      incidents: {
        confirmTicks: 2,
        flappingChanges: 4,
        flappingWindowMinutes: 30,
        maintenance: [
          {
            targets: ['db.example.com:5432'],
            from: '2026-03-01T22:00:00Z',
            until: '2026-03-02T00:00:00+01:00',
          },
        ],
      },
      onDemand: { targets: 'allow-list', allowList: ['*.example.com:443', 'b.example:1'], maxTargets: 5 },
      history: { retentionDays: 7, keepOnDestroy: false },
      announce: { email: ['ops@example.com'], slackWebhookUrl: 'https://hooks.example.com/x' },
      metrics: { perRegion: true },
      alarms: { noTickMinutes: 30, abstainingMinutes: 40 },
      vantages: { lab: './probe -' },
    });
  });

  test('a region without function URLs can have a probe', () => {
    const file = `${TARGETS}regions: [me-central-1, us-east-1]\nhome: us-east-1`;
    expect(parseConfiguration(file, 'f').regions).toContain('me-central-1');
  });

  test('the default of home is the first region', () => {
    expect(parseConfiguration(`${TARGETS}regions: [sa-east-1, us-east-1]`, 'f').home).toBe('sa-east-1');
  });
});

/** What is written, and the one line of the error. Each begins with `f.yaml`. */
const BAD: [what: string, text: string, line: string][] = [
  ['an empty file', '', ': the file is empty; write at least `targets:` and one target'],
  ['only comments', '# nothing\n', ': the file is empty; write at least `targets:` and one target'],
  ['a scalar', 'hello', ': the file is "hello", not a map; write `targets:` and a list of targets'],
  ['a list', '- a', ': the file is a list, not a map; write `targets:` and a list of targets'],
  ['broken YAML', 'targets:\n  - "a.example:1\n', ':3: this is not valid YAML: Missing closing "quote'],
  [
    'an IPv6 address without quotes',
    'targets:\n  - [2001:db8::10]:443\n',
    ":2: YAML reads a bare [ as a list; write quotes, as in '[2001:db8::10]:443'",
  ],
  [
    'an IPv6 address without quotes, in a list in brackets',
    `${TARGETS}controls: [[2001:db8::10]:443, b.example:1]`,
    ":2: YAML reads a bare [ as a list; write quotes, as in '[2001:db8::10]:443'",
  ],
  [
    'a key twice',
    `${TARGETS}home: a\nhome: b`,
    ':3: this key is already in the same map; remove one of them',
  ],
  ['two documents', `${TARGETS}---\nb: 1`, ':2: a second YAML document begins here; write one file for each'],
  ['a tag', `name: !secret x\n${TARGETS}`, ':1: this is not valid YAML: Unresolved tag: !secret'],
  [
    'an alias bomb',
    `a: &a [x, x, x, x, x, x, x, x, x, x]\nb: &b [${'*a, '.repeat(20)}]\nc: [${'*b, '.repeat(20)}]`,
    ': its aliases cannot be expanded: Excessive alias count indicates a resource exhaustion attack',
  ],
  [
    'an unknown key',
    `${TARGETS}schedul:\n  everyMinutes: 1`,
    ':2: schedul: is not a known key; did you mean schedule?',
  ],
  [
    'an unknown key without its unit',
    `${TARGETS}probe:\n  attempts: 3\n  timeout: 3`,
    ':4: probe.timeout: is not a known key; did you mean timeoutMs?',
  ],
  [
    'an unknown key that is like none',
    `${TARGETS}schedule: { cron: x }`,
    ':2: schedule.cron: is not a known key; write one of everyMinutes, enabled',
  ],
  [
    'an unknown key in an item',
    'targets:\n  - a.example:1\n  - target: b.example:1\n    expects: open',
    ':4: targets[1].expects: is not a known key; did you mean expect?',
  ],
  [
    'an empty section',
    `${TARGETS}schedule:\n`,
    ':2: schedule: is empty; write `everyMinutes: …`, `enabled: …` below it, or remove it',
  ],
  [
    'no targets key',
    'home: eu-west-1',
    ': targets: is missing; write a list such as `- api.example.com:443`',
  ],
  ['no target', 'targets: []', ':1: targets: has 0 targets; write 1 to 1000'],
  [
    '10,000 targets',
    `targets:\n${Array.from({ length: 10_000 }, (_, i) => `  - t${i}.example:1\n`).join('')}`,
    ':1: targets: has 10000 targets; write 1 to 1000',
  ],
  [
    'a target without a port',
    'targets:\n  - api.example.com',
    ':2: targets[0]: target "api.example.com": the port is missing; write host:port',
  ],
  [
    'a target with a bad port',
    'targets:\n  - target: a.example:99999',
    ':2: targets[0].target: target "a.example:99999": port "99999" is not a number from 1 to 65535',
  ],
  [
    'a target with a bad name',
    'targets: [a.example:1, "b ad:1"]',
    ':1: targets[1]: target "b ad:1": "b ad" is not a domain name: it cannot contain " "',
  ],
  [
    'a target that is a number',
    'targets: [42]',
    ':1: targets[0]: 42 is not a target; write `api.example.com:443`',
  ],
  [
    'a space between host and port',
    'targets:\n  - a.example:1\n  - b.example: 443',
    ':3: targets[1]: YAML reads "b.example: 443" as a map; write b.example:443 without the space',
  ],
  [
    'a space between host and port, in a map',
    'targets:\n  - target: { b.example: 443 }',
    ':2: targets[0].target: YAML reads "b.example: 443" as a map; write b.example:443 without the space',
  ],
  [
    'a space after an IPv6 address',
    "targets: [a.example:1]\ncontrols:\n  - '[2001:db8::1]': 443",
    `:3: controls[0]: YAML reads "[2001:db8::1]: 443" as a map; write '[2001:db8::1]:443' without the space`,
  ],
  [
    'a space in an entry of the allow-list',
    `${TARGETS}onDemand:\n  targets: allow-list\n  allowList:\n    - '*.b.example': 443`,
    `:5: onDemand.allowList[0]: YAML reads "*.b.example: 443" as a map; write '*.b.example:443' without the space`,
  ],
  [
    'a space in a target of a window',
    `${TARGETS}incidents:\n  maintenance:\n    - targets: [a.example: 1]\n      from: 2026-03-01T22:00:00Z\n      until: 2026-03-01T23:00:00Z`,
    ':4: incidents.maintenance[0].targets[0]: YAML reads "a.example: 1" as a map; write a.example:1 without the space',
  ],
  [
    'a map that is no target',
    `${TARGETS}controls: [{ target: b.example:1 }]`,
    ':2: controls[0]: a map is not a target; write `api.example.com:443`',
  ],
  [
    'a tab, and what follows from it',
    `${TARGETS}probe:\n  attempts: 3\n\ttimeoutMs: 4000\n\tmemoryMiB: 300\n  ]\nname: X`,
    ':4: this line is indented with a tab; write spaces, here and in the lines after it',
  ],
  [
    'a target without its place',
    'targets:\n  - expect: open',
    ':2: targets[0].target: is missing; write `api.example.com:443`',
  ],
  [
    'a target twice',
    'targets:\n  - a.example:1\n  - target: A.example.:1',
    ':3: targets[1]: a.example:1 is already at targets[0]; remove one of them',
  ],
  [
    'a control twice',
    `${TARGETS}controls: [c.example:1, c.example:1]`,
    ':2: controls[1]: c.example:1 is already at controls[0]; remove one of them',
  ],
  [
    'an unknown expectation',
    'targets:\n  - target: a.example:1\n    expect: refuse',
    ':3: targets[0].expect: "refuse" is not open, refused or silent; write `expect: open`',
  ],
  [
    'an unknown expectation at a vantage',
    'regions: [eu-west-1]\ntargets:\n  - target: a.example:1\n    expect:\n      vantages:\n        eu-west-1: closed',
    ':6: targets[0].expect.vantages.eu-west-1: "closed" is not open, refused or silent; write `expect: open`',
  ],
  [
    'an expectation at an unknown vantage',
    'regions: [eu-west-1]\ntargets:\n  - target: a.example:1\n    expect: { vantages: { eu-wset-1: open } }',
    ':4: targets[0].expect.vantages.eu-wset-1: is neither under regions nor under vantages; did you mean eu-west-1?',
  ],
  [
    'a wrong label name',
    'targets: [{ target: a.example:1, labels: { 1st: x } }]',
    ':1: targets[0].labels.1st: is not a label name; write letters, digits and underscores, such as `team: payments`',
  ],
  [
    'a label that is a number',
    'targets: [{ target: a.example:1, labels: { tier: 1 } }]',
    ':1: targets[0].labels.tier: 1 is not text; write `team: payments`, with quotes around numbers',
  ],
  [
    'a region with underscores',
    `${TARGETS}regions:\n  - eu-west-1\n  - EU_west_2`,
    ':4: regions[1]: "EU_west_2" is not the name of an AWS region; did you mean eu-west-2?',
  ],
  [
    'a home without function URLs',
    `${TARGETS}home: il-central-1\nregions: [il-central-1, us-east-1]`,
    ':2: home: il-central-1 has no Lambda function URLs, which home needs; write another region, such as `home: us-east-1` (probes can be in any region; these have no function URLs: ap-east-2, ap-south-2, ap-southeast-4, ap-southeast-5, ap-southeast-6, ap-southeast-7, ca-west-1, cn-northwest-1, eu-central-2, eu-south-2, il-central-1, me-central-1, mx-central-1, us-gov-east-1, us-gov-west-1)',
  ],
  [
    'a webhook in two stores',
    `${TARGETS}announce: { slackWebhook: { parameter: /synwhere/slack, secret: synwhere } }`,
    ':2: announce.slackWebhook: names two stores; write either parameter or secret',
  ],
  [
    'a webhook in no store',
    `${TARGETS}announce: { slackWebhook: {} }`,
    ':2: announce.slackWebhook: names no store; write either parameter or secret',
  ],
  [
    'a webhook in two keys',
    `${TARGETS}announce: { slackWebhook: { parameter: a }, slackWebhookUrl: "https://a.example" }`,
    ':2: announce.slackWebhookUrl: is replaced by slackWebhook, which is here too; remove it',
  ],
  [
    'a webhook in place of its store',
    `${TARGETS}announce: { slackWebhook: { parameter: "https://hooks.example.com/x" } }`,
    ':2: announce.slackWebhook.parameter: "https://hooks.example.com/x" is not the name of a parameter; write `parameter: /synwhere/slack`',
  ],
  [
    'a parameter of AWS',
    `${TARGETS}announce: { slackWebhook: { parameter: /aws/slack } }`,
    ':2: announce.slackWebhook.parameter: "/aws/slack" is not the name of a parameter; write `parameter: /synwhere/slack`',
  ],
  [
    'the ARN of a parameter in place of a secret',
    `${TARGETS}announce: { slackWebhook: { secret: "arn:aws:ssm:eu-west-1:111122223333:parameter/x" } }`,
    ':2: announce.slackWebhook.secret: "arn:aws:ssm:eu-west-1:111122223333:parameter/x" is not the name or the full ARN of a secret; write `secret: synwhere/slack`',
  ],
  [
    'a key without its ARN',
    `${TARGETS}announce: { slackWebhook: { parameter: a, kmsKey: alias/mine } }`,
    ':2: announce.slackWebhook.kmsKey: "alias/mine" is not the ARN of a key; write `kmsKey: arn:aws:kms:…:key/…`',
  ],
  [
    'a home in a partition without function URLs',
    `${TARGETS}home: us-gov-west-1`,
    ':2: home: us-gov-west-1 has no Lambda function URLs, which home needs; no region of the partition aws-us-gov has them (probes can be in any region; these have no function URLs: ap-east-2, ap-south-2, ap-southeast-4, ap-southeast-5, ap-southeast-6, ap-southeast-7, ca-west-1, cn-northwest-1, eu-central-2, eu-south-2, il-central-1, me-central-1, mx-central-1, us-gov-east-1, us-gov-west-1)',
  ],
  [
    'a first region without function URLs where home is absent',
    `${TARGETS}regions: [ca-west-1]`,
    ': home: is absent, and ca-west-1, the first of regions, has no Lambda function URLs, which home needs; write another region, such as `home: eu-central-1` (probes can be in any region; these have no function URLs: ap-east-2, ap-south-2, ap-southeast-4, ap-southeast-5, ap-southeast-6, ap-southeast-7, ca-west-1, cn-northwest-1, eu-central-2, eu-south-2, il-central-1, me-central-1, mx-central-1, us-gov-east-1, us-gov-west-1)',
  ],
  [
    'a text that cannot be the name of a region',
    `${TARGETS}home: moonbase`,
    ':2: home: "moonbase" is not the name of an AWS region; write `eu-central-1`',
  ],
  [
    'a region twice',
    `${TARGETS}regions: [eu-west-1, eu-west-1]`,
    ':2: regions[1]: eu-west-1 is already at regions[0]; remove one of them',
  ],
  [
    'regions that cannot call each other',
    `${TARGETS}regions: [eu-west-1, cn-north-1]`,
    ':2: regions[1]: cn-north-1 is in the partition aws-cn and eu-west-1 in aws, which cannot call each other; write one file for each',
  ],
  [
    'a name with other characters',
    `${TARGETS}name: My_Net`,
    ':2: name: "My_Net" is not a name of 3 to 30 lower-case letters, digits and hyphens; write `name: synwhere`',
  ],
  [
    'a name that is too short for a table',
    `${TARGETS}name: sw`,
    ':2: name: "sw" is not a name of 3 to 30 lower-case letters, digits and hyphens; write `name: synwhere`',
  ],
  [
    'a name that an event bus cannot have',
    `${TARGETS}name: default`,
    ':2: name: default is the name of an event bus that every account has; write another name',
  ],
  [
    'a network without a prefix',
    `${TARGETS}policy: { allow: [{ cidr: 10.1.2.3 }] }`,
    ':2: policy.allow[0].cidr: "10.1.2.3" has no prefix length; write 10.1.2.3/32 for this one address',
  ],
  [
    'a network with bits beyond its prefix',
    `${TARGETS}policy: { allow: [{ cidr: '2001:db8::1/32' }] }`,
    ':2: policy.allow[0].cidr: "2001:db8::1/32" has bits beyond its prefix length; write 2001:db8::/32',
  ],
  [
    'a network with an impossible prefix',
    `${TARGETS}policy: { allow: [{ cidr: 10.0.0.0/33 }] }`,
    ':2: policy.allow[0].cidr: "10.0.0.0/33" has a prefix length that is not from 1 to 32; write one such as 10.0.0.0/32',
  ],
  [
    'a network that is everything',
    `${TARGETS}policy: { allow: [{ cidr: 0.0.0.0/0 }] }`,
    ':2: policy.allow[0].cidr: "0.0.0.0/0" is all addresses; write the networks that you own',
  ],
  [
    'a network in octal',
    `${TARGETS}policy: { allow: [{ cidr: 0x0a000000/8 }] }`,
    ':2: policy.allow[0].cidr: "0x0a000000/8" is not an IPv4 or IPv6 network; write one such as 10.1.0.0/16 or 2001:db8::/32',
  ],
  [
    'a policy that no environment holds',
    `${TARGETS}policy:\n  allow:\n${Array.from({ length: 200 }, (_, i) => `    - cidr: 10.${i}.0.0/16\n`).join('')}`,
    ":3: policy.allow: takes 4901 bytes, and a function's environment has room for 3500; write fewer, wider networks",
  ],
  [
    'half a minute',
    `${TARGETS}schedule: { everyMinutes: 0.5 }`,
    ':2: schedule.everyMinutes: 0.5 is not a number of minutes from 1 to 60; write `everyMinutes: 1`',
  ],
  [
    'a number in words',
    `${TARGETS}probe: { timeoutMs: 4s }`,
    ':2: probe.timeoutMs: "4s" is not a number of milliseconds from 500 to 60000; write `timeoutMs: 4000`',
  ],
  [
    'a retention that CloudWatch does not accept',
    `${TARGETS}logs: { retentionDays: 8 }`,
    ':2: logs.retentionDays: 8 is not a retention that CloudWatch Logs accepts; write one of 1, 3, 5, 7, 14, 30, 60, 90, 180 or 365',
  ],
  [
    'a flag in words',
    `${TARGETS}history: { keepOnDestroy: yes }`,
    ':2: history.keepOnDestroy: "yes" is not true or false; write `keepOnDestroy: true`',
  ],
  [
    'a window without an offset',
    `${TARGETS}incidents: { maintenance: [{ from: 2026-03-01T22:00:00, until: 2026-03-01T23:00:00Z }] }`,
    ':2: incidents.maintenance[0].from: "2026-03-01T22:00:00" is not a time with an offset; write `2026-03-01T22:00:00Z` or `2026-03-01T23:00:00+01:00`',
  ],
  [
    'a window that ends before it begins',
    `${TARGETS}incidents: { maintenance: [{ from: 2026-03-01T22:00:00Z, until: '2026-03-01T22:30:00+01:00' }] }`,
    ':2: incidents.maintenance[0].until: is not after from; write a later time',
  ],
  [
    'a window for an unknown target',
    `${TARGETS}incidents:\n  maintenance:\n    - targets: [b.example:1]\n      from: 2026-03-01T22:00:00Z\n      until: 2026-03-01T23:00:00Z`,
    ':4: incidents.maintenance[0].targets[0]: b.example:1 is not one of targets; did you mean a.example:1?',
  ],
  [
    'an allow-list without entries',
    `${TARGETS}onDemand: { targets: allow-list }`,
    ':2: onDemand.targets: is allow-list, and allowList is empty; write an entry there or `targets: configured`',
  ],
  [
    'an allow-list without effect',
    `${TARGETS}onDemand: { allowList: [b.example:1] }`,
    ':2: onDemand.allowList: has no effect with `targets: configured`; write `targets: allow-list` or remove it',
  ],
  [
    'an allow-list entry with a port range',
    `${TARGETS}onDemand: { targets: allow-list, allowList: ['*.example.com:1-99'] }`,
    ':2: onDemand.allowList[0]: target "example.com:1-99": port "1-99" is not a number from 1 to 65535',
  ],
  [
    'a wrong mail address',
    `${TARGETS}announce: { email: [ops] }`,
    ':2: announce.email[0]: "ops" is not a mail address; write `- ops@example.com`',
  ],
  [
    'a webhook in the clear',
    `${TARGETS}announce: { slackWebhookUrl: http://hooks.example.com }`,
    ':2: announce.slackWebhookUrl: "http://hooks.example.com" is not an https URL; write `slackWebhookUrl: https://…`',
  ],
  [
    'an alarm faster than the ticks',
    `${TARGETS}schedule: { everyMinutes: 10 }\nalarms: { noTickMinutes: 15 }`,
    ':3: alarms.noTickMinutes: 15 is less than two ticks of 10 min; write at least 20',
  ],
  [
    'a vantage called here',
    `${TARGETS}vantages: { here: x }`,
    ':2: vantages.here: is the name of this machine; write another name',
  ],
  [
    'a vantage with the name of a region',
    `${TARGETS}regions: [us-east-1]\nvantages: { us-east-1: x }`,
    ':3: vantages.us-east-1: is also one of regions; write another name',
  ],
  [
    'a vantage without a command',
    `${TARGETS}vantages: { tokyo: '' }`,
    ':2: vantages.tokyo: "" is not a command; write `tokyo: ssh tokyo synwhere probe -`',
  ],
  [
    'several at once: the first in the file, and how many more',
    `${TARGETS}name: X\nlables: 1\nprobe: { attempts: 0 }`,
    ':2: name: "X" is not a name of 3 to 30 lower-case letters, digits and hyphens; write `name: synwhere` (and 2 more: synwhere config check f.yaml)',
  ],
];

describe('the error of a bad file is one line: where, what is wrong, what to write', () => {
  test.each(BAD)('%s', (_what, text, line) => {
    expect(messageFor(() => parseConfiguration(text, 'f.yaml'))).toBe(`f.yaml${line}`);
  });

  test.each([
    [
      'that is not there',
      '/nonexistent/f.yaml',
      'there is no such file; write one (synwhere.yaml in the repository is an example) or name another',
    ],
    ['that is a directory', import.meta.dirname, 'is a directory; name a file'],
  ])('a file %s', (_what, file, text) => {
    expect(messageFor(() => loadConfiguration(file))).toBe(`${file}: ${text}`);
  });

  test('a file of a megabyte is not read as YAML', () => {
    expect(messageFor(() => parseConfiguration('#'.repeat(1_000_001), 'f.yaml'))).toBe(
      'f.yaml: is longer than 1000000 bytes; this is not a configuration',
    );
  });

  test('the error has all problems, in the order of the file', () => {
    const error = errorOf(() =>
      parseConfiguration(`${TARGETS}probe: { attempts: 0 }\nlables: 1\nname: X`, 'f.yaml'),
    );
    expect(error?.problems.map((line) => line.split(' ', 2).join(' '))).toEqual([
      'f.yaml:2: probe.attempts:',
      'f.yaml:3: lables:',
      'f.yaml:4: name:',
    ]);
  });
});

describe('a file that can be used with warnings', () => {
  test.each<[what: string, text: string, warnings: string[]]>([
    ['no warning', `${TARGETS}regions: [eu-west-1, us-east-1]\nhome: us-east-1`, []],
    [
      'a region that this version does not know',
      `${TARGETS}regions:\n  - eu-west-1\n  - eu-wset-2\n  - xx-later-1`,
      [
        '4: regions[1]: eu-wset-2 is not an AWS region that this version knows; did you mean eu-west-2?',
        '5: regions[2]: xx-later-1 is not an AWS region that this version knows; check the spelling',
      ],
    ],
    [
      'a home that this version does not know',
      `${TARGETS}home: eu-centrall-1`,
      ['2: home: eu-centrall-1 is not an AWS region that this version knows; did you mean eu-central-1?'],
    ],
    [
      'a removed key, whatever its value',
      `${TARGETS}newRegions: { any: [thing] }`,
      [
        '2: newRegions: has no effect any more; remove it; a region that this version does not know is accepted with a warning',
      ],
    ],
  ])('%s', (_what, text, expected) => {
    const warnings: string[] = [];
    const configuration = parseConfiguration(text, 'f.yaml', (warning, line) => {
      warnings.push(`${line}: ${warning}`);
    });
    expect(warnings).toEqual(expected);
    expect(configuration).not.toHaveProperty('newRegions');
  });

  test('a removed key vouches for no region without function URLs', () => {
    expect(problemsOf(`${TARGETS}regions: [me-central-1]\nnewRegions: [me-central-1]`)).toEqual([
      expect.stringContaining('me-central-1, the first of regions, has no Lambda function URLs'),
    ]);
  });

  test('keys of sections can be removed, too', () => {
    const written = { probe: { attempts: 3, pauseMs: 5 }, schedule: 'daily', name: 'edge' };
    const removed = { 'probe.pauseMs': 'remove it', 'schedule.zone': 'write UTC', 'alarms.x': 'y' };
    expect(withoutRemovedKeys(written, removed)).toEqual({
      kept: { probe: { attempts: 3 }, schedule: 'daily', name: 'edge' },
      warnings: [{ path: ['probe', 'pauseMs'], text: 'has no effect any more; remove it' }],
    });
    expect(written.probe).toEqual({ attempts: 3, pauseMs: 5 });
  });

  test('a file that cannot be used gives errors only', () => {
    const warnings: string[] = [];
    const text = `${TARGETS}newRegions: []\nprobe: { attempts: 0 }`;
    expect(() => parseConfiguration(text, 'f.yaml', (warning) => warnings.push(warning))).toThrow(
      /^f\.yaml:3: probe\.attempts: [^(]*$/,
    );
    expect(warnings).toEqual([]);
  });
});

describe('of several mistakes', () => {
  test.each([
    [
      'a wrong item of the same list',
      'targets: [a.example:1, b, A.example:1]',
      ['targets[1]:', 'targets[2]:'],
    ],
    [
      'a wrong key of the same item',
      'targets:\n  - a.example:1\n  - target: a.example:1\n    expects: open',
      ['targets[1]:', 'targets[1].expects:'],
    ],
    [
      'wrong items of the other lists',
      `${TARGETS}controls: [b.example:1, 5, b.example:1]\nregions: [eu-west-1, no, eu-west-1]\n` +
        'policy: { allow: [{ cidr: 10.0.0.0/8 }, { cidr: 10 }, { cidr: 10.0.0.0/8, ports: [0] }] }\n' +
        'announce: { email: [a@b.example, x, A@b.example] }',
      [
        'controls[1]:',
        'controls[2]:',
        'regions[1]:',
        'regions[2]:',
        'policy.allow[1].cidr:',
        'policy.allow[2].ports[0]:',
        'policy.allow[2]:',
        'announce.email[1]:',
        'announce.email[2]:',
      ],
    ],
  ])('a duplicate is listed beside %s', (_what, text, expected) => {
    const problems = problemsOf(text)?.map((line) => line.split(' ', 2)[1]);
    expect(problems?.toSorted()).toEqual(expected.toSorted());
  });

  test('a duplicate in a section hides no other mistake of it', () => {
    const text = `${TARGETS}controls: [c.example:1, c.example:1]\nprobe: { attempts: 0 }\nannounce: { email: [a@b.example, a@b.example], slackWebhook: {} }`;
    expect(problemsOf(text)?.map((line) => line.split(' ', 2)[1])).toEqual([
      'controls[1]:',
      'probe.attempts:',
      'announce.slackWebhook:',
      'announce.email[1]:',
    ]);
  });

  test('a misspelt key comes before the one that is missing, at any depth', () => {
    expect(problemsOf('name: edge\ntragets: [a.example:1]')).toEqual([
      'f.yaml:2: tragets: is not a known key; did you mean targets?',
      'f.yaml: targets: is missing; write a list such as `- api.example.com:443`',
    ]);
    expect(problemsOf('targets:\n  - expect: open\n    traget: a.example:1')).toEqual([
      'f.yaml:3: targets[0].traget: is not a known key; did you mean target?',
      'f.yaml:2: targets[0].target: is missing; write `api.example.com:443`',
    ]);
  });

  test('the message has the first, and names the command that lists the others', () => {
    expect(messageFor(() => parseConfiguration('tragets: [a.example:1]', 'f.yaml'))).toBe(
      'f.yaml:1: tragets: is not a known key; did you mean targets? (and 1 more: synwhere config check f.yaml)',
    );
  });

  test('those of single keys and those of keys that do not agree are listed together', () => {
    expect(
      problemsOf(`${TARGETS}lables: 1\ncontrols: [b.example:1, b.example:1]\nprobe: { attempts: 0 }`)?.map(
        (line) => line.split(' ', 2)[1],
      ),
    ).toEqual(['lables:', 'controls[1]:', 'probe.attempts:']);
  });

  test.each([
    ['a wrong target', 'targets: [b]', 'targets[0]:'],
    ['a misspelt list of targets', 'tragets: [b.example:1]', 'tragets:'],
    ['a misspelt list of vantages', `${TARGETS}vantgaes: { b: ./probe - }`, 'vantgaes:'],
    ['a key that every object has', `${TARGETS}constructor: 1`, 'constructor:'],
  ])('those of the regions are listed beside %s', (_what, text, first) => {
    const problems = problemsOf(`${text}\nregions: [eu_west_2]`)?.map((line) => line.split(' ', 2)[1]);
    expect(problems?.slice(0, 2)).toEqual([first, 'regions[0]:']);
  });

  test.each([
    ['a wrong target', 'targets: [a.example:1, b]', 'targets[1]:'],
    ['a misspelt list', `${TARGETS}vantgaes: { b: ./probe - }`, 'vantgaes:'],
  ])('a reference to %s is no mistake', (_what, text, first) => {
    const more =
      `\nincidents: { maintenance: [{ targets: ['b:1'], from: 2026-01-01T00:00:00Z, until: 2026-01-02T00:00:00Z }] }` +
      `\ncontrols: [c.example:1]`;
    const problems = problemsOf(text + more) ?? [];
    expect(problems).toEqual([expect.stringContaining(` ${first}`)]);
  });

  test('twenty are listed, and how many more there are', () => {
    const keys = Array.from({ length: 50 }, (_, index) => `key${index}: 1\n`).join('');
    const error = errorOf(() => parseConfiguration(keys + TARGETS, 'f.yaml'));
    expect(error?.problems).toHaveLength(20);
    expect(error?.problems[19]).toMatch(/^f\.yaml:20: key19: /);
    expect(error?.unlisted).toBe(30);
    expect(error?.message).toContain('(and 49 more: ');
  });

  test('a key with other characters than a word is quoted and cut', () => {
    const key = 'red\u001B[31m'.padEnd(1000, 'x');
    expect(messageFor(() => parseConfiguration(`${TARGETS}${JSON.stringify(key)}: 1`, 'f.yaml'))).toMatch(
      /^f\.yaml:2: "red\\u001b\[31mx{50,70}\.\.\.: is not a known key/,
    );
  });
});

describe('reading', () => {
  test('a file of more bytes than characters is measured in bytes', () => {
    const folder = mkdtempSync(join(tmpdir(), 'synwhere-load-'));
    const file = join(folder, 'f.yaml');
    try {
      writeFileSync(file, `${TARGETS}# ${'é'.repeat(500_000)}\nname: X`);
      expect(messageFor(() => loadConfiguration(file))).toBe(
        `${file}: is longer than 1000000 bytes; this is not a configuration`,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('a file without an end is not read to its end', () => {
    expect(messageFor(() => loadConfiguration('/dev/zero'))).toMatch(/^\/dev\/zero: is longer than/);
  });
});

function problemsOf(text: string): readonly string[] | undefined {
  return errorOf(() => parseConfiguration(text, 'f.yaml'))?.problems;
}

function messageFor(act: () => unknown): string | undefined {
  return errorOf(act)?.message;
}

function errorOf(act: () => unknown): ConfigurationError | undefined {
  try {
    act();
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  return undefined;
}
