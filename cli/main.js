#!/usr/bin/env node
/*
 * The entry point. It is JavaScript and imports only Node before the check of the version, because a Node that cannot read
 * TypeScript must be able to report that. main.ts is a symbolic link to this file: Node follows it, so that `node cli/main.ts`
 * reports it too.
 */
import module from 'node:module';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

/** The oldest Node with all that is used here (Promise.withResolvers, Map.groupBy). */
const OLDEST_NODE = 22;
const isCheckout = import.meta.url.endsWith('/cli/main.js');
const [major = 0] = process.versions.node.split('.').map(Number);
if (major < OLDEST_NODE || (isCheckout && !process.features.typescript)) {
  const needed = isCheckout
    ? `Node ${OLDEST_NODE}.18 or later in a checkout, and this is ${process.version}; npm run -s synwhere -- ARGUMENTS uses the Node of the checkout`
    : `Node ${OLDEST_NODE} or later, and this is ${process.version}`;
  process.stderr.write(`synwhere: needs ${needed}\n`);
  process.exit(2);
}

// Node keeps the compiled code between runs. Otherwise each vantage of a demo would compile the TypeScript again.
if (isCheckout)
  module.enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/synwhere', import.meta.url)));
const [{ run }, { interruption }] = await Promise.all([import('./run.ts'), import('./interruption.ts')]);

// The reader of the output may stop reading (`| head`). This is not an error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error) => {
    if ('code' in error && error.code === 'EPIPE') process.exit();
    throw error;
  });
}
interruption.listen();
process.exitCode = await run(process.argv);
interruption.end();
