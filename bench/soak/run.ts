import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openService, type Service } from '../../cli/dev/service.ts';
import { parseConfiguration } from '../../configuration/load.ts';
import { inProcessVantage } from '../../functions/aggregator/vantages/in-process.ts';
import type { Vantage } from '../../functions/aggregator/vantages/vantage.ts';
import { ownMachine } from '../../functions/probe/policy/policy.ts';
import { probe } from '../../functions/probe/probe.ts';
import { Listeners } from '../tick/listeners.ts';
import { readContents, type Contents } from './contents.ts';
import { countOpenIterators } from './open-iterators.ts';
import { takeSample, type Sample } from './sample.ts';

export interface Soak {
  samples: Sample[];
  contents: Contents;
  /** How many faults were planted and ended. */
  faults: number;
  opened: number;
  closed: number;
  elapsedMs: number;
}

const VANTAGES = ['east', 'west', 'north'];
const TARGETS = 5;
/** The service's clock moves by so many minutes with each tick, so that 2,000 ticks are three weeks. */
export const EVERY_MINUTES = 15;
/** Shorter than the run, so that the table reaches its full size before the run ends. */
export const RETENTION_DAYS = 7;
export const TICKS_BETWEEN_FAULTS = 50;
/** In each period of {@link TICKS_BETWEEN_FAULTS}, a target is closed before this tick. */
const CLOSED_AT = 20;
const OPENED_AT = 24;
const TICKS_BETWEEN_CHECKS = 10;
/** What the status page and a scraper request. */
const PATHS = ['/targets', '/incidents?open', '/metrics'];

/**
 * Runs the dev service for so many ticks, one after the other without a pause, with its HTTP server, its database on disk and real
 * connects on loopback. Rejects if the service logs an error.
 */
export async function soak(
  { ticks, sampleEvery }: { ticks: number; sampleEvery: number },
  onTick: (tick: number) => void = () => {},
): Promise<Soak> {
  const directory = await mkdtemp(join(tmpdir(), 'synwhere-soak-'));
  const listeners = await Listeners.open(TARGETS + 1);
  const iterators = countOpenIterators();
  const configuration = configurationOf(listeners);
  const samples: Sample[] = [];
  const changes: string[] = [];
  let faults = 0;
  let now = new Date();
  const began = performance.now();
  try {
    const service = await openService(
      { configuration, vantages: VANTAGES.map(vantage) },
      {
        port: 0,
        directory,
        signal: new AbortController().signal,
        clock: () => now,
        journal: {
          line: (text) => {
            throw new Error(text);
          },
          announcement: ({ change }) => changes.push(change),
        },
      },
    );
    try {
      for (let tick = 0; tick <= ticks; tick++) {
        onTick(tick);
        if (tick % sampleEvery === 0 || tick === ticks) {
          samples.push(await takeSample(tick, directory, iterators.open()));
        }
        if (tick === ticks) break;
        if (await plant(tick, listeners)) faults++;
        now = new Date(now.getTime() + EVERY_MINUTES * 60_000);
        await service.tick(now);
        await use(service, tick);
      }
    } finally {
      await service.close();
    }
    const elapsedMs = performance.now() - began;
    const contents = await readContents(directory, configuration.name);
    const countOf = (wanted: string): number => changes.filter((change) => change === wanted).length;
    return { samples, contents, faults, opened: countOf('opened'), closed: countOf('closed'), elapsedMs };
  } finally {
    iterators.stop();
    await listeners.closeAll();
    await rm(directory, { recursive: true, force: true });
  }
}

function configurationOf({ ports }: Listeners) {
  const [control, ...targets] = ports.map((port) => `127.0.0.1:${port}`);
  const text = JSON.stringify({
    controls: [control],
    targets,
    probe: { attempts: 1 },
    schedule: { everyMinutes: EVERY_MINUTES },
    history: { retentionDays: RETENTION_DAYS },
  });
  return { ...parseConfiguration(text, 'the soak'), regions: [] };
}

/** Without the wait for a reset after each connect, which would be most of the time of a tick and has no use here. */
function vantage(name: string): Vantage {
  return inProcessVantage(name, (request, { signal }) =>
    probe({ ...request, settleMs: 0 }, { signal, policy: ownMachine }),
  );
}

/** Closes or opens a target when this tick requires it. Resolves to whether a fault ended. */
async function plant(tick: number, listeners: Listeners): Promise<boolean> {
  const target = 1 + (Math.floor(tick / TICKS_BETWEEN_FAULTS) % TARGETS);
  const position = tick % TICKS_BETWEEN_FAULTS;
  if (position === CLOSED_AT) await listeners.closeOne(target);
  if (position === OPENED_AT) await listeners.openOne(target);
  return position === OPENED_AT;
}

async function use({ url }: Service, tick: number): Promise<void> {
  const asked = PATHS.map((path) => fetch(`${url}${path}`));
  if (tick % TICKS_BETWEEN_CHECKS === 0) {
    asked.push(
      fetch(`${url}/checks`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: '{}',
      }),
    );
  }
  for (const response of await Promise.all(asked)) {
    await response.text();
    if (!response.ok) throw new Error(`${response.url} answered ${response.status}`);
  }
}
