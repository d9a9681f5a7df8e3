import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What the process and its data use after so many ticks. */
export interface Sample {
  ticks: number;
  rssBytes: number;
  /** After a forced garbage collection: JavaScript objects, and buffers outside the heap. */
  heapBytes: number;
  /** Absent if there is no /proc. */
  openFiles?: number;
  openIterators: number;
  /** The database. */
  tableBytes: number;
  /** The file of announcements. */
  announcementBytes: number;
}

const GARBAGE_COLLECTIONS = 3;

/** Measures this process and the data in `directory`. */
export async function takeSample(ticks: number, directory: string, openIterators: number): Promise<Sample> {
  await collectGarbage();
  const { rss, heapUsed, external } = process.memoryUsage();
  const openFiles = await readdir('/proc/self/fd').catch(() => undefined);
  return {
    ticks,
    rssBytes: rss,
    heapBytes: heapUsed + external,
    ...(openFiles && { openFiles: openFiles.length }),
    openIterators,
    tableBytes: await sizeOf(join(directory, 'table')),
    announcementBytes: await sizeOf(join(directory, 'announcements.jsonl')),
  };
}

/** Some objects are freed only after the finalizer of another one has run. */
async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  for (let round = 0; round < GARBAGE_COLLECTIONS; round++) {
    collect();
    await turn();
  }
}

/** Bytes of a file, or of all files in a directory; 0 if it does not exist. */
export async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isDirectory()) return found?.size ?? 0;
  const sizes = await Promise.all((await readdir(path)).map((name) => sizeOf(join(path, name))));
  return sizes.reduce((sum, size) => sum + size, 0);
}
