import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Configuration } from '../../configuration/configuration.ts';
import { parseConfiguration } from '../../configuration/load.ts';
import { bundleFunction, bundleFunctions, type Bundles } from '../../infra/bundle.ts';

describe('the bundled functions', () => {
  let configuration: Configuration;
  let bundles: Bundles;

  beforeAll(async () => {
    configuration = parseConfiguration('regions: [eu-west-1]\ntargets: [a.example:1]', 'test.yaml');
    bundles = await bundleFunctions(configuration);
  });
  afterAll(() => bundles.remove());

  test('each is one file; the aggregator has its configuration beside it', () => {
    expect(readdirSync(bundles.probe)).toEqual(['index.mjs']);
    expect(readdirSync(bundles.aggregator)).toEqual(['index.mjs', 'synwhere.json']);
    const written: unknown = JSON.parse(readFileSync(join(bundles.aggregator, 'synwhere.json'), 'utf8'));
    expect(written).toEqual(configuration);
  });

  test.each([
    ['probe', 40_000],
    ['aggregator', 600_000],
  ] as const)('the %s is under %d bytes', (name, limit) => {
    expect(statSync(join(bundles[name], 'index.mjs')).size).toBeLessThan(limit);
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
        expect(readFileSync(join(again, 'index.mjs'))).toEqual(
          readFileSync(join(bundles[name], 'index.mjs')),
        );
      }
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
