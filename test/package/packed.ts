import { execFileSync, spawnSync, type SpawnSyncReturns } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import manifest from '../../package.json' with { type: 'json' };

export const ROOT = join(import.meta.dirname, '../..');

/** Everything that npm would install with the package, and what the package's users have beside it. */
export const DEPENDENCIES = Object.keys(manifest.dependencies);
export const PEERS = Object.keys(manifest.peerDependencies);

/** The tarball, built from this checkout, and folders that it is installed in. */
export class Packed {
  readonly folder = mkdtempSync(join(tmpdir(), 'synwhere-packed-'));
  readonly tarball: string;
  #consumers = 0;

  constructor() {
    const staged = join(this.folder, 'staged');
    mkdirSync(staged);
    // Not in the checkout, for other tests may pack or run it at the same time.
    for (const file of ['package.json', 'README.md', ...manifest.files]) {
      if (file === 'dist' || file.startsWith('!')) continue;
      mkdirSync(dirname(join(staged, file)), { recursive: true });
      cpSync(join(ROOT, file), join(staged, file), { recursive: true });
    }
    execFileSync(process.execPath, [join(ROOT, 'infra/build-package.ts'), join(staged, 'dist')], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', this.folder];
    this.tarball = join(
      this.folder,
      basename(execFileSync('npm', pack, { cwd: staged, encoding: 'utf8' }).trim()),
    );
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  /**
   * A folder with the tarball in its node_modules, and links to `packages` of this checkout. `npm install` would need either the network
   * or a cache with every package that ours depends on; unpacking a tarball is all that it does with ours, which has no install script.
   */
  installed(packages: readonly string[], example?: string): string {
    const folder = join(this.folder, `consumer-${++this.#consumers}`);
    if (example === undefined) mkdirSync(folder);
    else cpSync(join(ROOT, 'examples', example), folder, { recursive: true });
    const modules = join(folder, 'node_modules');
    mkdirSync(join(modules, 'synwhere'), { recursive: true });
    execFileSync('tar', ['-xzf', this.tarball, '--strip-components=1', '-C', join(modules, 'synwhere')]);
    for (const name of packages) {
      mkdirSync(dirname(join(modules, name)), { recursive: true });
      symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
    }
    return folder;
  }
}

/** Runs Node in a folder, with nothing in its environment but a PATH. */
export function runNode(folder: string, args: readonly string[]): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, args, {
    cwd: folder,
    encoding: 'utf8',
    timeout: 120_000,
    env: {
      PATH: `${join(ROOT, 'node_modules/.bin')}:/usr/bin:/bin`,
      HOME: folder,
      NO_COLOR: '1',
      AWS_EC2_METADATA_DISABLED: 'true',
    },
  });
}

/** The TypeScript that users have, not that of this project. */
export const CONSUMER_TSC = join(ROOT, '.ci/typescript/node_modules/typescript/bin/tsc');

/** The templates in a cloud assembly, by the name of their stack. */
export function templatesIn(folder: string): Map<string, Template> {
  const suffix = '.template.json';
  if (!existsSync(folder)) return new Map();
  return new Map(
    readdirSync(folder)
      .filter((name) => name.endsWith(suffix))
      .map((name) => [name.slice(0, -suffix.length), JSON.parse(readFileSync(join(folder, name), 'utf8'))]),
  );
}

export interface Template {
  Resources: Record<string, { Type: string; Properties: Record<string, unknown> }>;
  Outputs?: Record<string, { Value: unknown }>;
}
