import { execSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { synwhere, type RunOptions } from './command.ts';
import { closedPort, openPort, type Port } from './loopback.ts';

const ROOT = new URL('../../', import.meta.url).pathname;

interface Manifest {
  version: string;
  bin: { synwhere: string };
  engines: { node: string };
  scripts: { build: string };
  dependencies: Record<string, string>;
  optionalDependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
}

const manifest: Manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

let folder: string;
let script: string;
let open: Port;

beforeAll(async () => {
  open = await openPort();
  // What npm would install, by the build script itself: the file in bin, and beside it only what is named as a dependency.
  folder = mkdtempSync(join(tmpdir(), 'synwhere-built-'));
  script = join(folder, manifest.bin.synwhere);
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  execSync(`${manifest.scripts.build} ${join(folder, 'dist')}`, {
    cwd: ROOT,
    env: { ...process.env, PATH: `${join(ROOT, 'node_modules/.bin')}:${process.env['PATH']}` },
    stdio: 'inherit',
  });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
}, 240_000);

afterAll(async () => {
  await open.close();
  rmSync(folder, { recursive: true, force: true });
});

/** No machine has every Node: what it takes itself for is all that is changed. */
function sayVersion(major: number) {
  const disguise = join(folder, `node-${major}.cjs`);
  writeFileSync(disguise, `Object.defineProperty(process.versions, 'node', { value: '${major}.0.0' })`);
  return spawnSync(process.execPath, ['--require', disguise, script, '--version'], { encoding: 'utf8' });
}

const built = (args: string[], options: RunOptions = {}) => synwhere(args, { ...options, script });

describe('what is published', () => {
  test('is one program with a first line that starts Node', () => {
    const [first] = readFileSync(script, 'utf8').split('\n', 1);
    expect(first).toBe('#!/usr/bin/env node');
  });

  test('needs nothing that npm would not install with it', () => {
    const known = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
    const foreign = (isOurs: (file: string) => boolean): string[] => {
      const imported = readdirSync(join(folder, 'dist'))
        .filter((name) => name.endsWith('.js') && isOurs(name))
        .flatMap((name) => importsOf(readFileSync(join(folder, 'dist', name), 'utf8')));
      expect(imported).toContain('zod');
      return [...new Set(imported)].filter((name) => !name.startsWith('node:') && !known.includes(name));
    };
    // The constructs alone need the peers.
    expect(foreign((file) => file !== 'cdk.js')).toEqual([]);
    expect(foreign(() => true).toSorted()).toEqual(Object.keys(manifest.peerDependencies).toSorted());
  });

  test('says its version', async () => {
    const { stdout, status } = await built(['--version']);
    expect(stdout).toBe(`${manifest.version}\n`);
    expect(status).toBe(0);
  });

  test('says in one line which Node it needs, the one that its package names', () => {
    const oldest = Number(/^>=(\d+)$/.exec(manifest.engines.node)?.[1]);
    expect(sayVersion(oldest)).toMatchObject({ status: 0, stdout: `${manifest.version}\n`, stderr: '' });
    const { status, stdout, stderr } = sayVersion(oldest - 1);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(new RegExp(`^synwhere: needs Node ${oldest} or later, .*\n$`));
  });

  test('checks, also through itself as a vantage', async () => {
    const closed = await closedPort();
    const vantage = `me='${process.execPath}' '${script}' probe -`;
    const { stdout, stderr, status } = await built([
      'check',
      open.target,
      closed.target,
      '--vantage',
      vantage,
    ]);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/✓ {2}\S+ +open +reachable/);
    expect(stdout).toMatch(/✗ {2}\S+ +refused +remote-refusal/);
    expect(status).toBe(1);
  });

  test('works without the optional packages', async () => {
    const bare = mkdtempSync(join(tmpdir(), 'synwhere-bare-'));
    try {
      cpSync(join(folder, 'dist'), join(bare, 'dist'), { recursive: true });
      cpSync(join(folder, 'package.json'), join(bare, 'package.json'));
      symlinkWithout(bare, Object.keys(manifest.optionalDependencies));
      const { stdout, status } = await synwhere(['check', open.target], {
        script: join(bare, 'dist', 'synwhere.js'),
      });
      expect(stdout).toMatch(/✓ {2}\S+ +open +reachable/);
      expect(status).toBe(0);
    } finally {
      rmSync(bare, { recursive: true, force: true });
    }
  });

  test('takes configurations', async () => {
    const file = join(folder, 'synwhere.yaml');
    writeFileSync(file, `targets: ['${open.target}']\n`);
    expect((await built(['check', '--config', file])).status).toBe(0);
    writeFileSync(file, 'targest: []\n');
    expect(await built(['check', '--config', file])).toMatchObject({ status: 2, stdout: '' });
  });
});

/** The packages that a file imports, as esbuild writes it: statically on a line of its own, or at any place by `import("name")`. */
function importsOf(source: string): string[] {
  return [
    ...source.matchAll(
      /^(?:import|export) (?:[^"`;]* from )?"([^"./][^"]*)";$|\bimport\("([^"./][^"]*)"\)/gm,
    ),
  ]
    .map(([, fixed, dynamic]) => fixed ?? dynamic ?? '')
    .map((name) => name.split('/', name.startsWith('@') ? 2 : 1).join('/'));
}

/** Links the packages that it depends on, but not those. */
function symlinkWithout(place: string, without: string[]): void {
  mkdirSync(join(place, 'node_modules'));
  for (const name of Object.keys(manifest.dependencies)) {
    if (without.includes(name) || name.includes('/')) continue;
    const source = join(ROOT, 'node_modules', name);
    if (existsSync(source)) symlinkSync(source, join(place, 'node_modules', name));
  }
}
