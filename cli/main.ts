#!/usr/bin/env node
import module from 'node:module';
import { fileURLToPath } from 'node:url';

/** The oldest Node with all that is used here (Promise.withResolvers, Map.groupBy); a checkout brings its own. */
const OLDEST_NODE = 22;
const [major = 0] = process.versions.node.split('.').map(Number);
if (major < OLDEST_NODE) {
  process.stderr.write(`synwhere: needs Node ${OLDEST_NODE} or later, and this is ${process.version}\n`);
  process.exit(2);
}

/*
 * The entry point. From a checkout most of the time to start would go into reading TypeScript, for each vantage of a demo anew:
 * Node keeps what it made of it where tools keep such things. What is published is built and needs none.
 */
if (import.meta.url.endsWith('.ts')) {
  module.enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/synwhere', import.meta.url)));
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
