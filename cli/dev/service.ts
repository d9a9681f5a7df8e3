import { join } from 'node:path';
import { messageOf } from '../../configuration/expected.ts';
import { configurationWarnings } from '../../configuration/warnings.ts';
import type { TickResult } from '../../functions/aggregator/tick/tick.ts';
import { answerEvent } from '../../functions/aggregator/handler/answer.ts';
import { interruption } from '../interruption.ts';
import { openDatabase } from './database.ts';
import { writeEndpoint } from './endpoint-file.ts';
import { onceAnHour, removeExpired } from './expiry.ts';
import { Journal, type DevJournal } from './journal.ts';
import { devDependencies } from './dependencies.ts';
import type { Scene } from './scene.ts';
import { runSchedule } from './schedule.ts';
import { serveLoopback } from './server.ts';

export interface ServiceOptions {
  port: number;
  /** The directory of the history. */
  directory: string;
  /** Between ticks, instead of the configuration's schedule. */
  everySeconds?: number;
}

/** The deadline of a check on demand, both rounds. */
const CHECK_DEADLINE_MS = 60_000;

/** The service over a scene, without a schedule. */
export interface Service {
  /** Where the status page and the API are. */
  url: string;
  /** One turn of the schedule. Rejects where the tick fails. */
  tick(scheduledAt: Date): Promise<TickResult>;
  close(): Promise<void>;
}

/** Opens the data and the port. Rejects with a UsageError where one of them is not available. */
export async function openService(
  { configuration, vantages }: Pick<Scene, 'configuration' | 'vantages'>,
  options: { port: number; directory: string; journal: DevJournal; signal: AbortSignal; clock?: () => Date },
): Promise<Service> {
  const { port, directory, journal, signal, clock = () => new Date() } = options;
  const database = await openDatabase(join(directory, 'table'), configuration.name);
  try {
    const parts = devDependencies(configuration, vantages, { ...options, database }, signal);
    const server = await serveLoopback(port, async (event, left) => {
      const limits = { signal: AbortSignal.any([left, signal]), deadlineMs: CHECK_DEADLINE_MS };
      const outcome = await answerEvent(event, parts, limits);
      if ('http' in outcome) return outcome.http;
      throw new Error('a request was answered as an invocation');
    });
    const clean = onceAnHour((now) => removeExpired(database.client, configuration.name, now));
    return {
      url: server.url,
      async tick(scheduledAt) {
        const outcome = await answerEvent({ tick: scheduledAt.toISOString() }, parts, {
          signal,
          deadlineMs: CHECK_DEADLINE_MS,
        });
        if (!('text' in outcome)) throw new Error('a tick was answered as a request');
        await clean(clock()).catch((error: unknown) =>
          journal.line(`could not remove what has expired: ${messageOf(error)}`),
        );
        const result: TickResult = JSON.parse(outcome.text);
        return result;
      },
      async close() {
        try {
          await server.close();
        } finally {
          await database.close();
        }
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** Runs the aggregator until it is interrupted: the same handler as in Lambda, called by a schedule and a server. */
export async function runService(
  scene: Scene,
  { port, directory, everySeconds }: ServiceOptions,
): Promise<void> {
  const { signal } = interruption;
  const { schedule } = scene.configuration;
  const everyMinutes = everySeconds === undefined ? schedule.everyMinutes : everySeconds / 60;
  const configuration = { ...scene.configuration, schedule: { ...schedule, everyMinutes } };
  const journal = new Journal(process.stdout);
  const service = await openService({ ...scene, configuration }, { port, directory, journal, signal });
  let removeEndpoint: (() => void) | undefined;
  try {
    removeEndpoint = writeEndpoint(directory, service.url);
    for (const warning of configurationWarnings(configuration)) journal.line(`warning: ${warning}`);
    journal.line(`${scene.description}, every ${Math.round(everyMinutes * 60)} s`);
    journal.line(`status page and API: ${service.url}  (history in ${directory}; end with Ctrl-C)`);
    if (schedule.enabled) {
      const tick = async (scheduledAt: Date): Promise<void> => journal.tick(await service.tick(scheduledAt));
      await runSchedule(everyMinutes * 60_000, tick, {
        signal,
        onError: (error) => journal.line(`tick failed: ${messageOf(error)}`),
      });
    } else {
      journal.line('the schedule is disabled in the configuration; checks on demand work');
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    }
  } finally {
    removeEndpoint?.();
    await service.close();
  }
}
