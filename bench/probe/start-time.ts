import { spawnSync } from 'node:child_process';
import { stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { bundleFunction } from '../../infra/bundle.ts';
import { onCore } from './processes.ts';

const RUNS = 21;

export interface Start {
  bundleBytes: number;
  /** CPU time of a process that has imported the handler: the least of many, because other work only adds CPU time. */
  probeMs: number;
  emptyMs: number;
}

/** Bundles the probe as it is deployed, and starts it and an empty handler in turns. */
export async function measureStart(folder: string): Promise<Start> {
  const probe = path.join(await bundleFunction('probe', path.join(folder, 'probe')), 'index.mjs');
  const empty = path.join(folder, 'empty.mjs');
  await writeFile(empty, 'export async function handler() { return {}; }\n');
  const times = { probe: [] as number[], empty: [] as number[] };
  for (let run = 0; run < RUNS; run++) {
    times.empty.push(startOf(empty));
    times.probe.push(startOf(probe));
  }
  return {
    bundleBytes: (await stat(probe)).size,
    probeMs: Math.min(...times.probe),
    emptyMs: Math.min(...times.empty),
  };
}

/** Bundles a program of this bench, so that it starts without TypeScript. The deployed function is bundled by infra/bundle.ts. */
export async function bundle(entry: string, outfile: string): Promise<void> {
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    external: ['koffi'],
    // A package of a contender may call require().
    logLevel: 'error',
  });
}

function startOf(file: string): number {
  const script = `await import(${JSON.stringify(pathToFileURL(file).href)});
    const { user, system } = process.cpuUsage(); console.log((user + system) / 1000);`;
  const [command = '', ...args] = onCore(0, [process.execPath, '--input-type=module', '-e', script]);
  const { status, stdout } = spawnSync(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  if (status !== 0) throw new Error(`${file} does not start`);
  return Number(stdout.toString());
}
