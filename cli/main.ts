#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

/*
 * The entry point. From a checkout most of the time to start would go into reading TypeScript, for each vantage of a demo anew:
 * Node keeps what it made of it where tools keep such things. What is published is built and needs none.
 */
if (import.meta.url.endsWith('.ts')) {
  enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/synwhere', import.meta.url)));
}
const [{ run }, { interruption }] = await Promise.all([import('./run.ts'), import('./interruption.ts')]);

// Whoever reads our output may stop reading (`| head`): then there is nothing left to do, and nothing to complain about.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
}
interruption.listen();
process.exitCode = await run(process.argv);
interruption.end();
