import { build } from 'esbuild';

/**
 * Bundles the probe and the check of this version for previous.test.ts of the next one. The release script runs it, so `previous/`
 * always has the last released version.
 */
const ENTRIES = { probe: 'functions/probe/handler.ts', check: 'functions/aggregator/check/check.ts' };

for (const [name, entry] of Object.entries(ENTRIES)) {
  await build({
    absWorkingDir: `${import.meta.dirname}/../..`,
    entryPoints: [entry],
    outfile: `${import.meta.dirname}/previous/${name}.mjs`,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    mainFields: ['module', 'main'],
    external: ['koffi'],
    define: { 'process.env.SYNWHERE_KERNEL_EVIDENCE': '"off"' },
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'warning',
  });
}
