import { openSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { probe } from '../../functions/probe/probe.ts';
import { parseProbeRequest } from '../../functions/probe/request.ts';

/** Runs one request from stdin and prints the report with the time and memory that the process used. */
const { request, useUpDescriptors } = JSON.parse(await text(process.stdin)) as {
  request: unknown;
  useUpDescriptors?: boolean;
};
if (useUpDescriptors) openUntilNoneAreLeft();
const began = performance.now();
const report = await probe(parseProbeRequest(request));
const wallMs = performance.now() - began;
process.stdout.write(JSON.stringify({ report, wallMs, maxRssMiB: process.resourceUsage().maxRSS / 1024 }));

function openUntilNoneAreLeft(): void {
  try {
    for (let count = 0; count < 100_000; count++) openSync('/dev/null', 'r');
  } catch {
    // EMFILE is expected.
  }
}
