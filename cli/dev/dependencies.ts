import { join } from 'node:path';
import type { Configuration } from '../../configuration/configuration.ts';
import type { AggregatorDependencies } from '../../functions/aggregator/handler/answer.ts';
import type { Vantage } from '../../functions/aggregator/vantages/vantage.ts';
import { check } from '../../functions/aggregator/check/check.ts';
import { MAX_CHECKS_AT_ONCE } from '../../functions/aggregator/store/store.ts';
import { createStore, type Store } from '../../functions/aggregator/store/store.ts';
import { loadStatusPage } from '../status-page.ts';
import { fileAnnouncer } from './announcer.ts';
import type { DevDatabase } from './database.ts';
import type { DevJournal } from './journal.ts';

/**
 * One process owns the data, and its ticks never overlap. A lease here only remains from a killed process, and must not delay the
 * next one.
 */
const LEASE_MS = 1000;

/** The dependencies of the aggregator, with local replacements for AWS. */
export function devDependencies(
  configuration: Configuration,
  vantages: readonly Vantage[],
  {
    database,
    directory,
    journal,
    clock,
  }: { database: DevDatabase; directory: string; journal: DevJournal; clock?: () => Date },
  signal: AbortSignal,
): AggregatorDependencies {
  const { name, history } = configuration;
  const clocked = clock ? { clock } : {};
  const store: Store = {
    ...createStore({
      table: name,
      client: database.client,
      retentionDays: history.retentionDays,
      ...clocked,
    }),
    ...placesInMemory(),
  };
  const announcer = fileAnnouncer(join(directory, 'announcements.jsonl'), (announcement) =>
    journal.announcement(announcement),
  );
  return {
    api: { configuration, vantages, store, page: loadStatusPage(), unsigned: true },
    tick: {
      configuration,
      vantages,
      // Commands and the vantages of the lab can trace a path. Lambda functions cannot.
      check: (options) => check({ ...options, signal, traces: true }),
      store,
      announcers: [announcer],
      // There is no CloudWatch. `GET /metrics` has the same numbers.
      metrics: () => {},
      leaseMs: LEASE_MS,
      ...clocked,
      log: (line) => journal.line(line),
    },
  };
}

/** One process is the whole service, and a killed process must not leave places taken. */
function placesInMemory(): Pick<Store, 'takeCheckPlace' | 'releaseCheckPlace'> {
  const places = new Set<string>();
  return {
    takeCheckPlace(id) {
      const free = places.size < MAX_CHECKS_AT_ONCE;
      if (free) places.add(id);
      return Promise.resolve(free);
    },
    releaseCheckPlace(id) {
      places.delete(id);
      return Promise.resolve();
    },
  };
}
