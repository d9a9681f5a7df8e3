#!/usr/bin/env node
import module from 'node:module';
import { fileURLToPath } from 'node:url';

/** The oldest Node with the functions that are used here (Promise.withResolvers, Map.groupBy). A checkout has its own Node. */
const OLDEST_NODE = 22;
const [major = 0] = process.versions.node.split('.').map(Number);
if (major < OLDEST_NODE) {
  process.stderr.write(`synwhere: needs Node ${OLDEST_NODE} or later, and this is ${process.version}\n`);
  process.exit(2);
}

/*
 * The entry point. In a checkout, Node compiles TypeScript at each start, and a demo starts many processes. The compile cache saves
 * most of that time. The published command is built and needs no cache.
 */
if (import.meta.url.endsWith('.ts')) {
  module.enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/synwhere', import.meta.url)));
}
const [{ run }, { interruption }] = await Promise.all([import('./run.ts'), import('./interruption.ts')]);

// The reader of a pipe may close it early (`| head`). That is not an error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
}
interruption.listen();
process.exitCode = await run(process.argv);
interruption.end();
