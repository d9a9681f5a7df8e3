import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Configuration } from '../../configuration/configuration.ts';
import { parseConfiguration } from '../../configuration/load.ts';
import { bundleFunction, bundleFunctions, neededByFunction, type Bundles } from '../../infra/bundle.ts';

const WITH_EVERYTHING = `
regions: [eu-west-1]
targets: [a.example:1]
controls: [c.example:1]
policy: { allow: [{ cidr: 10.77.0.0/16 }] }
announce: { email: [ops@acme.net], slackWebhook: { parameter: /synwhere/slack } }
vantages: { office: ssh bastion synwhere probe - }
`;

describe('the bundled functions', () => {
  let configuration: Configuration;
  let bundles: Bundles;

  beforeAll(async () => {
    configuration = parseConfiguration(WITH_EVERYTHING, 'test.yaml');
    bundles = await bundleFunctions(configuration);
  });
  afterAll(() => bundles.remove());

  test('the probe is one file; the aggregator has chunks and its configuration beside its entry', () => {
    expect(readdirSync(bundles.probe)).toEqual(['index.mjs']);
    const others = readdirSync(bundles.aggregator).filter((file) => !/^[\w-]+-[0-9A-Z]{8}\.mjs$/.test(file));
    expect(others).toEqual(['index.mjs', 'synwhere.json']);
    const written: unknown = JSON.parse(readFileSync(join(bundles.aggregator, 'synwhere.json'), 'utf8'));
    expect(written).toMatchObject({
      name: 'synwhere',
      regions: configuration.regions,
      targets: configuration.targets,
      controls: configuration.controls,
      probe: configuration.probe,
      schedule: configuration.schedule,
      incidents: configuration.incidents,
      onDemand: configuration.onDemand,
      history: configuration.history,
      metrics: configuration.metrics,
      alarms: configuration.alarms,
      announce: { slackWebhook: { parameter: '/synwhere/slack' } },
    });
  });

  test('commands, mail addresses and opened networks are in no file of theirs', () => {
    for (const directory of [bundles.probe, bundles.aggregator]) {
      for (const file of readdirSync(directory)) {
        const text = readFileSync(join(directory, file), 'utf8');
        for (const word of ['ssh bastion', 'ops@acme.net', '10.77.0.0']) expect(text).not.toContain(word);
      }
    }
  });

  test('a webhook that is written into the configuration still goes with the function', () => {
    const old = parseConfiguration(
      'targets: [a.example:1]\nannounce: { slackWebhookUrl: "https://hooks.example.com/x" }',
      'test.yaml',
    );
    expect(neededByFunction(old).announce).toEqual({
      email: [],
      slackWebhookUrl: 'https://hooks.example.com/x',
    });
  });

  test.each([
    ['probe', 32 * 1024],
    ['aggregator', 500_000],
  ] as const)('what the %s loads at its start is under %d bytes', (name, limit) => {
    const files = [...loadedAtStart(bundles[name])];
    const bytes = files.reduce((sum, file) => sum + statSync(join(bundles[name], file)).size, 0);
    expect(bytes).toBeLessThan(limit);
  });

  test('the routes, the description and the clients of the channels are loaded only when they are used', () => {
    const files = readdirSync(bundles.aggregator);
    const atStart = loadedAtStart(bundles.aggregator);
    for (const part of ['router', 'openapi']) {
      const [chunk = 'missing'] = files.filter((file) => file.startsWith(`${part}-`));
      expect([chunk, atStart.has(chunk)]).toEqual([chunk, false]);
      expect(files).toContain(chunk);
    }
    const text = [...atStart].map((file) => readFileSync(join(bundles.aggregator, file), 'utf8')).join('');
    expect(text).toContain('DynamoDB_20120810');
    expect(text).not.toContain('PutEvents"');
    expect(text).not.toContain('PublishBatch');
  });

  // Outside this repository nothing can be resolved but what the bundle holds: as in Lambda.
  test.each(['probe', 'aggregator'] as const)('the %s loads on its own and exports its handler', (name) => {
    const script = `import(${JSON.stringify(join(bundles[name], 'index.mjs'))}).then((m) => console.log(typeof m.handler))`;
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], {
      cwd: tmpdir(),
      encoding: 'utf8',
      env: {
        SYNWHERE_TABLE: 't',
        SYNWHERE_BUS: 'b',
        SYNWHERE_TOPIC_ARN: 'arn:aws:sns:eu-west-1:111122223333:t',
      },
    });
    expect([stdout, stderr]).toEqual(['function\n', '']);
  });

  test('made twice, they are the same to the byte', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'synwhere-again-'));
    try {
      for (const name of ['probe', 'aggregator'] as const) {
        const again = await bundleFunction(name, join(directory, name));
        const files = readdirSync(again);
        const before = readdirSync(bundles[name]).filter((file) => file.endsWith('.mjs'));
        expect(files).toEqual(before);
        for (const file of files) {
          expect(readFileSync(join(again, file))).toEqual(readFileSync(join(bundles[name], file)));
        }
      }
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

/** The entry and every chunk that it imports before any code runs. */
function loadedAtStart(directory: string): Set<string> {
  const files = new Set(['index.mjs']);
  for (const file of files) {
    const text = readFileSync(join(directory, file), 'utf8');
    for (const [, chunk = ''] of text.matchAll(/(?:from|import)"\.\/([\w-]+\.mjs)"/g)) files.add(chunk);
  }
  return files;
}
