import { randomUUID } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Subject } from '../incidents/incident.ts';
import { archiveItem } from './archive.ts';
import { MAX_CHECKS_AT_ONCE, releaseCheckPlace, takeCheckPlace } from './check-places.ts';
import { writeLatest } from './latest.ts';
import { readService, releaseLease, takeLease } from './lease.ts';
import type {
  ArchiveEntry,
  History,
  HistoryQuery,
  IncidentQuery,
  Incidents,
  LatestView,
  Lease,
  ServiceState,
  SubjectState,
  StateRecord,
  TickRecord,
} from './records.ts';
import { readHistory, readIncidents, readStates } from './reads.ts';
import { loadState, loadStates, removeState, saveState } from './states.ts';
import { Table } from './table.ts';
import { readTick, readTicks, writeTick } from './tick-records.ts';

export type * from './records.ts';
export { MAX_CHECKS_AT_ONCE } from './check-places.ts';
export { CursorError } from './reads.ts';
export { StoreError } from './table.ts';

/**
 * The data of the service, in one table. Every function but {@link Store.saveState} is idempotent. Every function rejects with a
 * {@link StoreError} if a request to the database fails.
 */
export interface Store {
  /** Takes the lease for a tick, unless another owner has it and it has not expired. */
  takeLease(tick: string, owner: string, leaseMs: number): Promise<Lease>;
  /** Releases the lease, and writes the state of the service after a completed tick. */
  releaseLease(owner: string, service?: ServiceState): Promise<void>;
  /** Takes one of the places for checks on demand, for at most `holdMs`. Resolves to false if all are taken. */
  takeCheckPlace(id: string, holdMs: number): Promise<boolean>;
  releaseCheckPlace(id: string): Promise<void>;
  tickRecord(id: string): Promise<TickRecord | undefined>;
  /** Resolves to false if this tick already has a record. */
  putTick(record: TickRecord): Promise<boolean>;
  ticks(limit?: number): Promise<TickRecord[]>;

  loadStates(): Promise<SubjectState[]>;
  loadState(subject: Subject): Promise<SubjectState | undefined>;
  /** Writes a state if its version is unchanged. Resolves to the written state, or to undefined if another process has written first. */
  saveState(state: SubjectState): Promise<SubjectState | undefined>;
  /** Removes a state if its version is unchanged. */
  removeState(state: SubjectState): Promise<void>;
  putArchive(entries: readonly ArchiveEntry[]): Promise<void>;
  putLatest(tick: string, views: ReadonlyMap<string, LatestView>): Promise<void>;

  service(): Promise<ServiceState>;
  /** Every target that is or was watched, by name. */
  states(): Promise<StateRecord[]>;
  history(target: string, query?: HistoryQuery): Promise<History>;
  incidents(query?: IncidentQuery): Promise<Incidents>;
}

export interface StoreOptions {
  table: string;
  /** Default: a client with three attempts of at most three seconds. Region and endpoint come from the environment. */
  client?: DynamoDBClient;
  /** Entries of the archive expire after this many days. */
  retentionDays: number;
  /** The time for leases and expiry. */
  clock?: () => Date;
}

/** Creates the store for one DynamoDB table (`pk`, `sk`, TTL attribute `expiresAt`). */
export function createStore({
  table: name,
  client,
  retentionDays,
  clock = () => new Date(),
}: StoreOptions): Store {
  const table = new Table(name, clock, client);
  const expiresAt = (): number => Math.ceil(clock().getTime() / 1000) + retentionDays * 86_400;
  return {
    takeLease: (tick, owner, leaseMs) => takeLease(table, { tick, owner, leaseMs, nowMs: clock().getTime() }),
    releaseLease: (owner, service) => releaseLease(table, owner, service),
    takeCheckPlace: (id, holdMs) =>
      takeCheckPlace(table, { id, most: MAX_CHECKS_AT_ONCE, nowMs: clock().getTime(), holdMs }),
    releaseCheckPlace: (id) => releaseCheckPlace(table, id),
    tickRecord: (id) => readTick(table, id),
    putTick: (record) => writeTick(table, record, Math.ceil(clock().getTime() / 1000)),
    ticks: (limit = 100) => readTicks(table, limit),
    loadStates: () => loadStates(table),
    loadState: (subject) => loadState(table, subject),
    saveState: (state) => saveState(table, state, randomUUID()),
    removeState: (state) => removeState(table, state),
    async putArchive(entries) {
      for (const entry of entries) await table.put(archiveItem(entry));
    },
    putLatest: (tick, views) => writeLatest(table, tick, views, expiresAt()),
    service: () => readService(table),
    states: () => readStates(table),
    history: (target, query = {}) => readHistory(table, target, query),
    incidents: (query = {}) => readIncidents(table, query),
  };
}
