import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, type BuildOptions } from 'esbuild';

/** Directories that become the code of the functions: each holds `index.mjs`. */
export interface FunctionCode {
  probe: string;
  aggregator: string;
}

export interface Bundles extends FunctionCode {
  /** To be called when the assembly is written; the code is copied there. */
  remove(): void;
}

const ROOT = join(import.meta.dirname, '..');

const FUNCTIONS = {
  probe: {
    entryPoints: ['functions/probe/handler.ts'],
    // No koffi goes with the function, so what needs it is left out, too.
    external: ['koffi'],
    define: { 'process.env.SYNWHERE_KERNEL_EVIDENCE': '"off"' },
  },
  aggregator: {
    entryPoints: ['functions/aggregator/handler.ts'],
    alias: { '@aws-sdk/credential-provider-node': join(ROOT, 'infra/function-credentials.ts') },
  },
} as const satisfies Record<keyof FunctionCode, BuildOptions>;

/**
 * Bundles each function once, however many regions it goes to. Same sources, same bytes: the hash of an asset changes only with them.
 * Rejects with esbuild's own error, which names file and line.
 */
export async function bundleFunctions(): Promise<Bundles> {
  const root = mkdtempSync(join(tmpdir(), 'synwhere-bundle-'));
  const remove = (): void => rmSync(root, { recursive: true, force: true });
  try {
    const [probe, aggregator] = await Promise.all([
      bundleFunction('probe', join(root, 'probe')),
      bundleFunction('aggregator', join(root, 'aggregator')),
    ]);
    return { probe, aggregator, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Writes `index.mjs` of one function into a directory, which is made; resolves to it. */
export async function bundleFunction(name: keyof FunctionCode, directory: string): Promise<string> {
  mkdirSync(directory, { recursive: true });
  await build({
    ...FUNCTIONS[name],
    absWorkingDir: ROOT,
    // What a tick does not need is loaded from chunks, when it is needed.
    entryNames: 'index',
    outdir: directory,
    outExtension: { '.js': '.mjs' },
    splitting: true,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    // Prefers the packages' ES modules: they shake, and need no `require` in the output.
    mainFields: ['module', 'main'],
    minify: true,
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'silent',
  });
  return directory;
}
