import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import { bundleFunction } from './bundle.ts';
import { writeDeclarations } from './declarations.ts';
import { PACKAGED_CODE } from './packaged-code.ts';

/*
 * Writes what is published into a directory, `dist` where none is named: the command, the two packages as ES modules and as CommonJS,
 * their types, and the code of the functions. `npm run build` runs it.
 */

const ROOT = join(import.meta.dirname, '..');

/** The two imports of the package. */
const ENTRIES = { index: 'library/index.ts', cdk: 'infra/cdk.ts' } as const;

const COMMON: BuildOptions = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: 'node',
  target: 'node22',
  packages: 'external',
  logLevel: 'warning',
};

async function buildPackage(directory: string): Promise<void> {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  await Promise.all([
    build({
      ...COMMON,
      entryPoints: { synwhere: 'cli/main.ts', ...ENTRIES },
      format: 'esm',
      splitting: true,
      chunkNames: '[name]-[hash]',
      outdir: directory,
    }),
    build({
      ...COMMON,
      entryPoints: ENTRIES,
      format: 'cjs',
      outExtension: { '.js': '.cjs' },
      define: { 'import.meta.dirname': '__dirname' },
      outdir: directory,
    }),
    build({
      ...COMMON,
      entryPoints: ['lab/keeper.ts'],
      format: 'cjs',
      packages: 'bundle',
      outfile: join(directory, 'lab-keeper.cjs'),
    }),
    bundleFunction('probe', join(directory, PACKAGED_CODE, 'probe')),
    bundleFunction('aggregator', join(directory, PACKAGED_CODE, 'aggregator')),
  ]);
  writeDeclarations(Object.values(ENTRIES), join(directory, 'types'));
}

await buildPackage(resolve(process.argv[2] ?? join(ROOT, 'dist')));
