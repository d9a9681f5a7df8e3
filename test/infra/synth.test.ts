import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

vi.setConfig({ testTimeout: 180_000 });

const ROOT = new URL('../..', import.meta.url).pathname;

/** A new network namespace has no interface that is up. If it cannot be made, a proxy address at which nothing listens is used. */
const DENIED = spawnSync('unshare', ['-rn', 'true']).status === 0 ? ['unshare', '-rn'] : [];

describe('npx cdk synth, offline and without credentials', () => {
  let directory = '';
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'synwhere-synth-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  function synth(args: string[], env: Record<string, string> = {}) {
    const command = [
      ...DENIED,
      process.execPath,
      'node_modules/aws-cdk/bin/cdk',
      'synth',
      '--quiet',
      '-o',
      join(directory, 'out'),
      ...args,
    ];
    const { status, stderr } = spawnSync(command[0] ?? '', command.slice(1), {
      cwd: ROOT,
      encoding: 'utf8',
      env: {
        PATH: `${join(ROOT, 'node_modules/.bin')}:/usr/bin:/bin`,
        HOME: directory,
        TMPDIR: directory,
        NO_COLOR: '1',
        AWS_EC2_METADATA_DISABLED: 'true',
        HTTPS_PROXY: 'http://127.0.0.1:9',
        HTTP_PROXY: 'http://127.0.0.1:9',
        ...env,
      },
    });
    return { status, stderr };
  }

  test.each([
    ['three', 'test/infra/three-regions.yaml', 3, 'synwhere-home'],
    ['twenty', 'test/infra/twenty-regions.yaml', 20, 'wide-home'],
  ])('%s regions', (_what, file, regions, home) => {
    const { status, stderr } = synth(['-c', `config=${file}`]);
    expect(stderr).not.toMatch(/error|warning/i);
    expect(status).toBe(0);
    const files = readdirSync(join(directory, 'out'));
    const templates = files.filter((name) => name.endsWith('.template.json'));
    expect(templates).toHaveLength(regions + 1);
    expect(templates).toContain(`${home}.template.json`);
    // For any number of regions, one probe and one aggregator are bundled, and no temporary file remains.
    expect(files.filter((name) => name.startsWith('asset.'))).toHaveLength(2);
    expect(readdirSync(directory).filter((name) => name.startsWith('synwhere-bundle-'))).toEqual([]);
    const assets = files
      .filter((name) => name.startsWith('asset.'))
      .map((name) => join(directory, 'out', name));
    const contents = assets.flatMap((asset) =>
      readdirSync(asset).map((name) => readFileSync(join(asset, name), 'utf8')),
    );
    const names = assets.flatMap((asset) => readdirSync(asset));
    // The aggregator has chunks beside its entry (test/infra/bundle.test.ts).
    const entries = names.filter((name) => !/-[0-9A-Z]{8}\.mjs$/.test(name));
    expect(entries.toSorted()).toEqual(['index.mjs', 'index.mjs', 'synwhere.json']);
    for (const content of contents) expect(content).not.toMatch(/ops@example|ssh office/);
    const report: unknown = JSON.parse(readFileSync(join(directory, 'out/validation-report.json'), 'utf8'));
    expect(report).toMatchObject({ pluginReports: [] });
  });

  test('a mistake in the configuration is one line, and nothing is synthesised', () => {
    const file = join(directory, 'bad.yaml');
    writeFileSync(file, 'targets: [a.example:1]\nregions: [eu_west_1]\n');
    const { status, stderr } = synth(['-c', `config=${file}`]);
    expect(status).not.toBe(0);
    expect(stderr.split('\n')).toContain(
      `${file}:2: regions[0]: "eu_west_1" is not the name of an AWS region; did you mean eu-west-1?`,
    );
    expect(stderr).not.toContain('at parseConfiguration');
  });

  test('without regions there is nothing to deploy; SYNWHERE_CONFIG can name the file', () => {
    const file = join(directory, 'none.yaml');
    writeFileSync(file, 'targets: [a.example:1]\n');
    const { status, stderr } = synth([], { SYNWHERE_CONFIG: file });
    expect(status).not.toBe(0);
    expect(stderr.split('\n')).toContain(
      `${file}: regions: is empty, so there is nothing to deploy; write at least one region`,
    );
  });
});
