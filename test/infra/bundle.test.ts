import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Configuration } from '../../configuration/configuration.ts';
import { parseConfiguration } from '../../configuration/load.ts';
import { buildStacks } from '../../infra/build.ts';
import { bundleFunction, bundleFunctions, type Bundles } from '../../infra/bundle.ts';
import { neededByFunction } from '../../infra/function-configuration.ts';

const WITH_EVERYTHING = `
regions: [eu-west-1]
targets: [a.example:1]
controls: [c.example:1]
policy: { allow: [{ cidr: 10.77.0.0/16 }] }
announce: { email: [ops@acme.net], slackWebhook: { parameter: /synwhere/slack } }
vantages: { office: ssh bastion synwhere probe - }
`;

const isChunk = (file: string): boolean => /^[\w-]+-[0-9A-Z]{8}\.mjs$/.test(file);

describe('the bundled functions', () => {
  let configuration: Configuration;
  let bundles: Bundles;
  let assembly: string;
  let aggregator: string | undefined;

  /** What is deployed as the aggregator, as it is in the cloud assembly. */
  function deployedAggregator(): string {
    if (aggregator !== undefined) return aggregator;
    const app = new App({ outdir: assembly, builtinCloudFormationValidation: false });
    buildStacks(app, configuration, bundles, undefined);
    const { directory } = app.synth();
    const asset = readdirSync(directory).find((name) => existsSync(join(directory, name, 'synwhere.json')));
    aggregator = join(directory, asset ?? 'there is no asset with synwhere.json');
    return aggregator;
  }

  beforeAll(async () => {
    configuration = parseConfiguration(WITH_EVERYTHING, 'test.yaml');
    bundles = await bundleFunctions();
    assembly = mkdtempSync(join(tmpdir(), 'synwhere-assembly-'));
  });
  afterAll(() => {
    bundles.remove();
    rmSync(assembly, { recursive: true });
  });

  test('the probe is one file; the aggregator has chunks, and gets its configuration beside its entry', () => {
    expect(readdirSync(bundles.probe)).toEqual(['index.mjs']);
    expect(readdirSync(bundles.aggregator).filter((file) => !isChunk(file))).toEqual(['index.mjs']);
    const deployed = deployedAggregator();
    expect(readdirSync(deployed).filter((file) => !isChunk(file))).toEqual(['index.mjs', 'synwhere.json']);
    for (const file of readdirSync(bundles.aggregator)) {
      expect(readFileSync(join(deployed, file))).toEqual(readFileSync(join(bundles.aggregator, file)));
    }
    const written: unknown = JSON.parse(readFileSync(join(deployed, 'synwhere.json'), 'utf8'));
    expect(written).toMatchObject({
      probes: [{ name: 'eu-west-1', region: 'eu-west-1', functionName: 'synwhere-probe' }],
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
    for (const directory of [bundles.probe, deployedAggregator()]) {
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
    const directory = name === 'aggregator' ? deployedAggregator() : bundles[name];
    const script = `import(${JSON.stringify(join(directory, 'index.mjs'))}).then((m) => console.log(typeof m.handler))`;
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
