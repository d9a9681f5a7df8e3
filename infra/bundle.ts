import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Configuration } from '../configuration/configuration.ts';

/** Directories that become the code of the functions: each holds `index.mjs`. */
export interface FunctionCode {
  probe: string;
  /** Also holds `synwhere.json`, the validated configuration. */
  aggregator: string;
}

export interface Bundles extends FunctionCode {
  /** To be called when the assembly is written; the code is copied there. */
  remove(): void;
}

const ENTRIES = {
  probe: 'functions/probe/handler.ts',
  aggregator: 'functions/aggregator/handler.ts',
} as const;

/**
 * Bundles each function once, however many regions it goes to. Same sources and configuration, same bytes: the hash of an asset
 * changes only with them. Rejects with esbuild's own error, which names file and line.
 */
export async function bundleFunctions(configuration: Configuration): Promise<Bundles> {
  const root = mkdtempSync(join(tmpdir(), 'synwhere-bundle-'));
  const remove = (): void => rmSync(root, { recursive: true, force: true });
  try {
    const [probe, aggregator] = await Promise.all([
      bundleEntry(ENTRIES.probe, join(root, 'probe')),
      bundleEntry(ENTRIES.aggregator, join(root, 'aggregator')),
    ]);
    writeFileSync(join(aggregator, 'synwhere.json'), `${JSON.stringify(configuration, null, 2)}\n`);
    return { probe, aggregator, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

async function bundleEntry(entry: string, directory: string): Promise<string> {
  mkdirSync(directory, { recursive: true });
  await build({
    absWorkingDir: join(import.meta.dirname, '..'),
    entryPoints: [entry],
    outfile: join(directory, 'index.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    // Prefers the packages' ES modules: they shake, and need no `require` in the output.
    mainFields: ['module', 'main'],
    minify: true,
    keepNames: true,
    legalComments: 'none',
    // Optional evidence, absent in Lambda; the probe does without.
    external: ['koffi'],
    logLevel: 'silent',
  });
  return directory;
}
