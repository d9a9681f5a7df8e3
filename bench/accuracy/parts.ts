import { availableParallelism } from 'node:os';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { merge, simulate } from './simulate.ts';
import type { Simulation } from './simulate.ts';

/** Runs the simulation in one part per core, at most four. The counts do not depend on the number of parts. */
export async function simulateInParts(seed: number, worlds: number): Promise<Simulation> {
  const cores = Math.min(availableParallelism(), 4);
  const size = Math.ceil(worlds / cores);
  const parts: Promise<Simulation>[] = [];
  for (let first = 0; first < worlds; first += size) {
    parts.push(simulatePart({ seed, first, worlds: Math.min(size, worlds - first) }));
  }
  const [start, ...others] = await Promise.all(parts);
  if (!start) throw new Error('no world to simulate');
  return others.reduce(merge, start);
}

interface Part {
  seed: number;
  first: number;
  worlds: number;
}

function simulatePart(part: Part): Promise<Simulation> {
  const { promise, resolve, reject } = Promise.withResolvers<Simulation>();
  const worker = new Worker(new URL(import.meta.url), { workerData: part });
  worker.once('message', resolve);
  worker.once('error', reject);
  return promise;
}

function isPart(value: unknown): value is Part {
  return (
    typeof value === 'object' && value !== null && 'seed' in value && 'first' in value && 'worlds' in value
  );
}

// A port to another thread has no origin; the rule is about windows.
// oxlint-disable-next-line unicorn/require-post-message-target-origin
if (!isMainThread && isPart(workerData)) parentPort?.postMessage(simulate(workerData));
