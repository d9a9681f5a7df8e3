import { subjectName, type Incident } from '../incidents/incident.ts';
import { historyPartition, INCIDENTS } from './archive.ts';
import { asWritten } from './table.ts';
import { readLatest } from './latest.ts';
import { readService } from './lease.ts';
import { unpack } from './pack.ts';
import type {
  ArchiveEntry,
  History,
  HistoryQuery,
  HistoryPeriod,
  IncidentQuery,
  Incidents,
  ServiceState,
  SubjectState,
  StateRecord,
  StoredPeriod,
} from './records.ts';
import { loadState, loadStates } from './states.ts';
import type { Item, Table } from './table.ts';

/** A cursor that is not the `nextCursor` of an earlier answer. */
export class CursorError extends Error {
  override readonly name = 'CursorError';
}

const DEFAULT_LIMIT = 100;

/** Every target that is or was watched, by name. */
export async function readStates(table: Table): Promise<StateRecord[]> {
  const [states, latest, service] = await Promise.all([
    loadStates(table),
    readLatest(table),
    readService(table),
  ]);
  const records = states.flatMap((state): StateRecord[] => {
    if (state.subject.type !== 'target') return [];
    const { target } = state.subject;
    const view = latest.get(target);
    const { incident } = state.watch;
    return [
      {
        target,
        ...(state.stretch ? { stretch: currentPeriod(target, state.stretch, service) } : {}),
        ...(view ? { latest: view } : {}),
        ...(incident ? { incident } : {}),
        pendingAnnouncements: state.outbox.length,
      },
    ];
  });
  return records.toSorted((a, b) => (a.target < b.target ? -1 : 1));
}

/** Newest first: the current period, ended periods that the state still has, and the archive. */
export async function readHistory(table: Table, target: string, query: HistoryQuery): Promise<History> {
  const { limit = DEFAULT_LIMIT } = query;
  const from = query.from === undefined ? '' : new Date(query.from).toISOString();
  const to = query.to === undefined ? '9' : new Date(query.to).toISOString();
  const skAtMost = `${to}~`;
  const after = query.cursor === undefined ? undefined : fromCursor(query.cursor);
  const newer = after === undefined ? await unarchived(table, target) : [];
  const archive = table.query({
    pk: historyPartition(target),
    skAtMost,
    // DynamoDB rejects a starting key outside of the range.
    ...(after !== undefined && after <= skAtMost ? { after } : {}),
    newestFirst: true,
    pageSize: limit + 1,
  });
  const page: { stretch: HistoryPeriod; sk: string }[] = [];
  for await (const item of archive) {
    const stretch = archivedPeriod(item);
    if (stretch.to < from || page.length > limit) break;
    if (!newer.some((other) => other.from === stretch.from)) page.push({ stretch, sk: item.sk });
  }
  const shownPage = page.slice(0, limit);
  const last = shownPage.at(-1)?.sk;
  return {
    stretches: [
      ...newer.filter((stretch) => stretch.to >= from && stretch.from <= to),
      ...shownPage.map(({ stretch }) => stretch),
    ],
    ...(page.length > limit && last ? { cursor: toCursor(last) } : {}),
  };
}

/** Open incidents first, then closed ones, newest first. */
export async function readIncidents(table: Table, query: IncidentQuery): Promise<Incidents> {
  const { open, subject, limit = DEFAULT_LIMIT } = query;
  const wanted = (incident: Incident): boolean =>
    subject === undefined || subjectName(incident.subject) === subject;
  const after = query.cursor === undefined ? undefined : fromCursor(query.cursor);
  const recent = after === undefined ? incidentsOfStates(await loadStates(table)) : { open: [], closed: [] };
  const incidents = [...(open === false ? [] : recent.open), ...(open === true ? [] : recent.closed)].filter(
    wanted,
  );
  if (open === true) return { incidents };
  const page: { incident: Incident; sk: string }[] = [];
  const archive = table.query({
    pk: INCIDENTS,
    ...(after === undefined ? {} : { after }),
    newestFirst: true,
    pageSize: limit + 1,
  });
  for await (const item of archive) {
    const incident = asWritten<Incident>(item['incident']);
    if (!wanted(incident) || incidents.some(({ id }) => id === incident.id)) continue;
    page.push({ incident, sk: item.sk });
    if (page.length > limit) break;
  }
  const shown = page.slice(0, limit);
  const last = shown.at(-1)?.sk;
  return {
    incidents: [...incidents, ...shown.map(({ incident }) => incident)],
    ...(page.length > limit && last ? { cursor: toCursor(last) } : {}),
  };
}

/** The incidents in the states: some are not in the archive yet, and some are already there and are soon removed from the state. */
function incidentsOfStates(states: readonly SubjectState[]): { open: Incident[]; closed: Incident[] } {
  const open = states.flatMap(({ watch }) => watch.incident ?? []);
  const closed = states.flatMap(({ watch, archive }) => [
    ...(watch.untoldClosing ? [watch.untoldClosing] : []),
    ...archive.flatMap((entry) => (entry.type === 'incident' ? [entry.incident] : [])),
  ]);
  return { open: open.toSorted(newestFirst), closed: closed.toSorted(newestFirst) };
}

function newestFirst(a: Incident, b: Incident): number {
  return a.openedAt < b.openedAt ? 1 : -1;
}

async function unarchived(table: Table, target: string): Promise<HistoryPeriod[]> {
  const [state, service] = await Promise.all([
    loadState(table, { type: 'target', target }),
    readService(table),
  ]);
  if (!state) return [];
  const waiting = state.archive.filter((entry) => entry.type === 'history').map(endedPeriod);
  return [...(state.stretch ? [currentPeriod(target, state.stretch, service)] : []), ...waiting.toReversed()];
}

function currentPeriod(
  target: string,
  stretch: StoredPeriod,
  { sequence, lastTickAt }: ServiceState,
): HistoryPeriod {
  return {
    ...described(target, stretch),
    to: lastTickAt !== undefined && lastTickAt > stretch.from ? lastTickAt : stretch.from,
    ticks: Math.max(1, sequence - stretch.sequence),
    current: true,
  };
}

function archivedPeriod(item: Item): HistoryPeriod {
  return endedPeriod(asWritten<Extract<ArchiveEntry, { type: 'history' }>>(item));
}

function endedPeriod({
  target,
  stretch,
  to,
  ticks,
}: Extract<ArchiveEntry, { type: 'history' }>): HistoryPeriod {
  return { ...described(target, stretch), to, ticks, current: false };
}

function described(target: string, stretch: StoredPeriod): Omit<HistoryPeriod, 'to' | 'ticks' | 'current'> {
  const { from, kind, asExpected, confidence, summary, packed, trimmed } = stretch;
  return {
    target,
    from,
    kind,
    asExpected,
    confidence,
    summary,
    ...(packed ? { verdict: unpack(packed) } : {}),
    ...(trimmed === undefined ? {} : { trimmed }),
  };
}

const PREFIX = 'v1:';

/** Encodes a sort key as an opaque cursor. */
function toCursor(sk: string): string {
  return Buffer.from(PREFIX + sk).toString('base64url');
}

/** Throws a {@link CursorError} for text that {@link toCursor} has not created. */
function fromCursor(cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  if (!text.startsWith(PREFIX) || text.length > 1000 || text.length === PREFIX.length) {
    throw new CursorError('invalid cursor; omit it to begin at the first page');
  }
  return text.slice(PREFIX.length);
}
