import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseConfiguration, readConfiguration } from '../../configuration/load.ts';
import { writtenForm } from '../../configuration/written.ts';

const EVERYTHING = `
name: acme
home: eu-west-1
regions: [eu-west-1, us-east-1]
targets:
  - a.example:1
  - { target: '[2001:db8::1]:443', expect: refused, labels: { team: net } }
  - { target: b.example:2, expect: { everywhere: silent, vantages: { us-east-1: open } } }
controls: ['[2001:db8::53]:53', c.example:3]
policy: { allow: [{ cidr: 10.1.0.0/16, ports: [5432] }] }
probe: { timeoutMs: 5000, reservedConcurrency: 3 }
logs: { retentionDays: 30 }
incidents: { maintenance: [{ targets: [a.example:1], from: 2026-03-01T22:00:00Z, until: 2026-03-01T23:00:00Z }] }
onDemand: { targets: allow-list, allowList: ['*.example.com:443'] }
announce: { email: [ops@acme.net], slackWebhook: { parameter: /synwhere/slack } }
alarms: { noTickMinutes: 10 }
vantages: { office: ssh office synwhere probe - }
`;

test.each([
  ['with everything', EVERYTHING],
  ['the example', readFileSync(new URL('../../synwhere.yaml', import.meta.url), 'utf8')],
])('a configuration that is written and read is the same: %s', (_what, yaml) => {
  const configuration = parseConfiguration(yaml, 'test.yaml');
  expect(readConfiguration({ ...writtenForm(configuration) }, 'written')).toEqual(configuration);
});
