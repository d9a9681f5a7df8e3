import { cpus, loadavg, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { parseConfiguration } from '../../configuration/load.ts';
import { Deployment, makeBundles, REGIONS, type Bundles } from './deployment.ts';
import type { CaseFigures, CaseName, Figures, SizeFigures, StartFigures } from './figures.ts';
import { FunctionHost } from './function-host.ts';
import type { Counts } from './loopback-aws.ts';

export interface MeasureOptions {
  /** The number of ticks of each kind, of starts, and of probes without the aggregator. */
  runs: number;
  sizes: readonly number[];
  /** Called with what is measured next. */
  progress: (line: string) => void;
}

/** Measures bundles, starts and ticks, one after the other. Takes about a minute on an idle machine. */
export async function measure({ runs, sizes, progress }: MeasureOptions): Promise<Figures> {
  const load = loadavg()[0] ?? 0;
  progress('bundling');
  const bundles = await makeBundles();
  try {
    progress(`${runs} starts`);
    const start = await measureStart(bundles, runs);
    const measured: SizeFigures[] = [];
    for (const size of sizes) {
      progress(`${size} targets in ${REGIONS.length} regions`);
      measured.push(await measureSize(bundles, size, runs));
    }
    return {
      measuredOn: new Date().toISOString().slice(0, 10),
      machine: machine(),
      load: Math.round(load * 10) / 10,
      bundleBytes: bundles.aggregatorBytes,
      start,
      sizes: measured,
    };
  } finally {
    bundles.remove();
  }
}

/** In turns, so that other work on the machine affects both. The first answer needs no service, because it is an error. */
async function measureStart(bundles: Bundles, runs: number): Promise<StartFigures> {
  const directory = mkdtempSync(join(tmpdir(), 'synwhere-start-'));
  try {
    const empty = join(directory, 'empty.mjs');
    writeFileSync(empty, 'export const handler = async () => ({});\n');
    const file = join(directory, 'synwhere.json');
    const text = '{"targets":["example.com:443"],"regions":["eu-central-1"]}';
    writeFileSync(file, JSON.stringify(parseConfiguration(text, 'synwhere.yaml')));
    const env = {
      AWS_REGION: 'eu-central-1',
      SYNWHERE_CONFIG: file,
      SYNWHERE_TABLE: 'synwhere',
      SYNWHERE_BUS: 'synwhere',
      SYNWHERE_TOPIC_ARN: 'arn:aws:sns:eu-central-1:111122223333:synwhere-announcements',
    };
    const starts = { aggregator: [] as Start[], empty: [] as Start[] };
    for (let run = 0; run < runs; run++) {
      starts.empty.push(await startOnce(bundles.runner, empty, {}));
      starts.aggregator.push(await startOnce(bundles.runner, bundles.aggregator, env));
    }
    return { runs, aggregator: medianStart(starts.aggregator), empty: medianStart(starts.empty) };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

interface Start {
  wallMs: number;
  cpuMs: number;
}

async function startOnce(runner: string, index: string, env: Record<string, string>): Promise<Start> {
  const begun = performance.now();
  const host = new FunctionHost(runner, index, env);
  try {
    await host.invoke({});
    const wallMs = performance.now() - begun;
    return { wallMs, cpuMs: (await host.usage()).cpuMs };
  } finally {
    await host.close();
  }
}

function medianStart(starts: readonly Start[]): Start {
  return {
    wallMs: tenths(median(starts.map(({ wallMs }) => wallMs))),
    cpuMs: tenths(median(starts.map(({ cpuMs }) => cpuMs))),
  };
}

async function measureSize(bundles: Bundles, targets: number, runs: number): Promise<SizeFigures> {
  const deployment = await Deployment.start(bundles, targets);
  try {
    const probe = await measureProbe(deployment, runs);
    const samples = new Map<CaseName, Sample[]>();
    const tick = async (name: CaseName): Promise<void> => {
      samples.set(name, [...(samples.get(name) ?? []), await sampleTick(deployment)]);
    };
    await tick('the first tick of a process');
    for (let run = 0; run < runs; run++) await tick('nothing changes');
    // A different target each time, because one that fails and recovers repeatedly is reported as flapping.
    for (let run = 0; run < Math.min(runs, targets); run++) {
      await deployment.targets.closeOne(run);
      await tick('one target fails');
      await deployment.targets.openOne(run);
      await tick('the target recovers');
    }
    await deployment.targets.closeAll();
    await tick('all targets fail at once');
    for (let run = 0; run < runs; run++) await tick('all targets keep failing');
    const { mostMemoryMiB } = await deployment.aggregator.usage();
    return {
      targets,
      regions: REGIONS.length,
      probe,
      mostMemoryMiB: Math.round(mostMemoryMiB),
      cases: [...samples].map(([name, taken]) => summary(name, taken)),
    };
  } finally {
    await deployment.close();
  }
}

interface Sample extends Counts {
  cpuMs: number;
  logBytes: number;
}

async function sampleTick(deployment: Deployment): Promise<Sample> {
  const { aggregator, aws } = deployment;
  aws.takeCounts();
  aggregator.log = '';
  const before = await aggregator.usage();
  await deployment.tick();
  const after = await aggregator.usage();
  return {
    ...aws.takeCounts(),
    cpuMs: after.cpuMs - before.cpuMs,
    logBytes: Buffer.byteLength(aggregator.log),
  };
}

function summary(name: CaseName, samples: readonly Sample[]): CaseFigures {
  const most = (of: (sample: Sample) => number): number => Math.max(...samples.map(of));
  const operations = [...new Set(samples.flatMap(({ requests }) => Object.keys(requests)))].toSorted();
  const requests = Object.fromEntries(
    operations.map((operation) => [operation, most((sample) => sample.requests[operation] ?? 0)]),
  );
  const perInvocation = (bytes: number): number => Math.round(bytes / (requests['Lambda Invoke'] ?? 1));
  return {
    name,
    ticks: samples.length,
    cpuMs: tenths(median(samples.map(({ cpuMs }) => cpuMs))),
    requests,
    readUnits: most(({ readUnits }) => readUnits),
    writeUnits: most(({ writeUnits }) => writeUnits),
    requestBytes: perInvocation(most(({ invokeRequestBytes }) => invokeRequestBytes)),
    answerBytes: perInvocation(most(({ invokeAnswerBytes }) => invokeAnswerBytes)),
    // A late line is counted for the next tick.
    logBytes: median(samples.map(({ logBytes }) => logBytes)),
  };
}

async function measureProbe(deployment: Deployment, runs: number): Promise<SizeFigures['probe']> {
  const request = deployment.probeRequest();
  await deployment.probe.invoke(request);
  const cpu: number[] = [];
  const waits: number[] = [];
  for (let run = 0; run < runs; run++) {
    const before = await deployment.probe.usage();
    const begun = performance.now();
    await deployment.probe.invoke(request);
    const wallMs = performance.now() - begun;
    const cpuMs = (await deployment.probe.usage()).cpuMs - before.cpuMs;
    cpu.push(cpuMs);
    waits.push(wallMs - cpuMs);
  }
  return { cpuMs: tenths(median(cpu)), waitMs: Math.round(Math.min(...waits)) };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}

/** The machine, without its name. */
function machine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  return `${cpus().length} cores (${model}), Linux ${release()}, Node ${process.version}`;
}
