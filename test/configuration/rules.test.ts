import { RegionInfo } from 'aws-cdk-lib/region-info';
import { describe, expect, test } from 'vitest';
import { allowListed, canonicalAllowListEntry } from '../../configuration/allow-list.ts';
import { canonicalCidr } from '../../configuration/cidr.ts';
import { parseConfiguration } from '../../configuration/load.ts';
import { nearest } from '../../configuration/nearest.ts';
import { ALL_REGIONS, partitionOf } from '../../configuration/regions.ts';
import { configurationWarnings } from '../../configuration/warnings.ts';
import { parseTarget } from '../../functions/reachability/target.ts';

test('every open region that the CDK knows is known here, in the same partition', () => {
  const missing = RegionInfo.regions
    .filter(({ name }) => !name.includes('-iso'))
    .filter(({ name, partition }) => partitionOf(name) !== partition)
    .map(({ name }) => name);
  expect(missing).toEqual([]);
  expect(new Set(ALL_REGIONS).size).toBe(ALL_REGIONS.length);
});

test.each([
  ['10.0.0.0/8', '10.0.0.0/8'],
  ['192.0.2.7/32', '192.0.2.7/32'],
  ['128.0.0.0/1', '128.0.0.0/1'],
  ['10.1.2.128/25', '10.1.2.128/25'],
  ['2001:DB8:0:0::/32', '2001:db8::/32'],
  ['::1/128', '::1/128'],
  ['fc00::/7', 'fc00::/7'],
])('the network %s is %s', (written, canonical) => {
  expect(canonicalCidr(written)).toBe(canonical);
});

test.each(['fd00::/7', 'fe80::1%eth0/64', '10.0.0/8', '10.0.0.0/8/8', '10.0.0.0/', '10.0.0.0/-1', '::/0'])(
  'the network %s is refused, and the error has what to write',
  (written) => {
    expect(() => canonicalCidr(written)).toThrow('write');
  },
);

describe('the allow-list', () => {
  const list = ['API.example.com.:443', '*.example.net:443', '[2001:DB8::1]:80'].map(canonicalAllowListEntry);
  test.each([
    ['api.example.com:443', true],
    ['api.example.com:80', false],
    ['x.api.example.com:443', false],
    ['a.example.net:443', true],
    ['a.b.example.net:443', true],
    ['example.net:443', false],
    ['badexample.net:443', false],
    ['a.example.net:4433', false],
    ['[2001:db8:0::1]:80', true],
  ])('%s: %s', (target, allowed) => {
    expect(allowListed(list, parseTarget(target))).toBe(allowed);
  });
});

test.each([
  ['tiemoutMs', 'timeoutMs'],
  ['timeout', 'timeoutMs'],
  ['every_minutes', 'everyMinutes'],
  ['x', undefined],
  ['completely-else', undefined],
])('%s was meant as %s', (word, meant) => {
  expect(nearest(word, ['timeoutMs', 'attempts', 'everyMinutes'])).toBe(meant);
});

const THREE =
  'targets: [192.0.2.1:1]\ncontrols: [192.0.2.2:1, "[2001:db8::2]:1"]\nregions: [us-east-1, us-east-2, us-west-1]\n';

test.each([
  ['no controls', 'targets: [a.acme.net:1]', ['controls: there are none']],
  [
    'two vantages',
    'targets: [a.acme.net:1]\ncontrols: [c.acme.net:1]\nvantages: {x: a, y: b}',
    ['regions: 2 vantages can hardly locate a fault'],
  ],
  [
    'a deadline under three SYNs',
    'targets: [a.acme.net:1]\ncontrols: [c.acme.net:1]\nprobe: {timeoutMs: 2000}',
    ['probe.timeoutMs'],
  ],
  [
    'what Lambda cannot do',
    'targets: ["[2001:db8::1]:25"]\ncontrols: [192.0.2.1:1]\nregions: [us-east-1, us-east-2, us-west-1]',
    [
      'controls: none has an IPv6',
      'targets: Lambda outside a VPC has no IPv6',
      'targets: AWS blocks connections from Lambda outside a VPC to port 25',
    ],
  ],
  [
    'port 25 wherever the regions would try it',
    `targets: [192.0.2.1:443, 192.0.2.1:25, "[2001:db8::1]:2525"]
controls: [192.0.2.2:25, 192.0.2.3:443]
onDemand: {targets: allow-list, allowList: ["*.mail.acme.net:25", "a.acme.net:225"]}
regions: [us-east-1, us-east-2, us-west-1]`,
    [
      'controls: none has an IPv6',
      'targets: Lambda outside a VPC has no IPv6',
      'targets: AWS blocks connections from Lambda outside a VPC to port 25, so the regions report it as denied: 192.0.2.1:25',
      'controls: AWS blocks connections from Lambda outside a VPC to port 25, so the regions report it as denied: 192.0.2.2:25',
      'onDemand.allowList: AWS blocks connections from Lambda outside a VPC to port 25, so the regions report it as denied: *.mail.acme.net:25',
    ],
  ],
  [
    'networks that cannot be reached outside a VPC',
    `${THREE}policy: {allow: [{cidr: 10.1.0.0/16}, {cidr: fd00:1::/32, ports: [53]}]}`,
    [
      'policy.allow: no region is in a VPC, so the deployed probes reach no private network, and these entries have no effect: 10.1.0.0/16 and fd00:1::/32',
    ],
  ],
  [
    'no network where nothing is deployed',
    'targets: [192.0.2.1:1]\ncontrols: [192.0.2.2:1]\npolicy: {allow: [{cidr: 10.1.0.0/16}]}',
    [],
  ],
  [
    'names that are reserved, once, with the names',
    `${THREE.replace('[192.0.2.1:1]', '[api.example.com:443, api.example.com:80, db.corp.test:1, "[2001:db8::1]:1", EXAMPLE.org.:1]')}onDemand: {targets: allow-list, allowList: ["*.svc.invalid:443", "a.example:1", "localhost:1"]}`,
    [
      'targets: Lambda outside a VPC has no IPv6',
      'targets, controls and onDemand.allowList: these names are reserved for examples and tests; write your own instead: a.example, api.example.com, db.corp.test, example.org, localhost and svc.invalid',
    ],
  ],
  [
    'no name that only looks like one',
    THREE.replace(
      '[192.0.2.1:1]',
      '[myexample.com:1, example.com.acme.net:1, example.de:1, test.acme.net:1, attest:1]',
    ),
    [],
  ],
  [
    'a webhook that becomes part of the code',
    `${THREE}announce: {slackWebhookUrl: "https://hooks.acme.net/x"}`,
    [
      'announce.slackWebhookUrl: the URL is a secret and becomes part of the code of the function; put it into',
    ],
  ],
  ['no webhook in a store', `${THREE}announce: {slackWebhook: {parameter: /synwhere/slack}}`, []],
  ['no reserved name where nothing is deployed', 'targets: [a.example:1]\ncontrols: [c.example:1]', []],
  ['nothing of port 25 where nothing is deployed', 'targets: [192.0.2.1:25]\ncontrols: [192.0.2.2:25]', []],
])('warns of %s', (_what, text, starts) => {
  const warnings = configurationWarnings(parseConfiguration(text, 'f.yaml'));
  expect(warnings.map((warning, index) => warning.slice(0, starts[index]?.length))).toEqual(starts);
});
