import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

interface Locked {
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

const lock = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8')) as {
  packages: Record<string, Locked & { resolved?: string }>;
};

/** Where npm looks for `name` from the folder `from`: there, then in every folder above. */
function locked(from: string, name: string): boolean {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    if (`${folder === '' ? '' : `${folder}/`}node_modules/${name}` in lock.packages) return true;
    if (folder === '') return false;
  }
}

test('the lock file holds every package that may be installed, on every platform', () => {
  // Without them `npm ci` refuses to install anything, or an engineer's Mac gets a linter without its engine.
  const missing = Object.entries(lock.packages).flatMap(([folder, entry]) =>
    Object.keys({ ...entry.dependencies, ...entry.optionalDependencies })
      .filter((name) => !locked(folder, name))
      .map((name) => `${name}, of ${folder || 'this project'}`),
  );
  expect(missing).toEqual([]);
});

test('the lock file names no registry: it installs from whichever is configured', () => {
  expect(Object.values(lock.packages).filter(({ resolved }) => resolved !== undefined)).toEqual([]);
});
