import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FRESH_INCIDENT_STATE } from '../../../functions/aggregator/incidents/advance.ts';
import type { Incident } from '../../../functions/aggregator/incidents/incident.ts';
import { CursorError, createStore, StoreError } from '../../../functions/aggregator/store/store.ts';
import type {
  SubjectState,
  Store,
  StoredPeriod,
  TickRecord,
} from '../../../functions/aggregator/store/store.ts';
import { compress, MAX_PACKED_BYTES, pack, unpack } from '../../../functions/aggregator/store/pack.ts';
import { startDynamoDb, type LocalDynamoDb } from '../../support/dynamodb.ts';
import { startFaultProxy } from '../tick/proxy.ts';
import { makeVerdict, randomText } from '../tick/verdicts.ts';

const START = Date.parse('2026-05-01T10:00:00.000Z');
const MINUTE = 60_000;

let database: LocalDynamoDb;
let now = START;
let store: Store;

beforeAll(async () => {
  database = await startDynamoDb();
  store = createStore({
    table: database.table,
    client: database.client,
    retentionDays: 30,
    clock: () => new Date(now),
  });
});
afterAll(() => database.close());

function at(minutes: number): string {
  return new Date(START + minutes * MINUTE).toISOString();
}

function stateOf(target: string, part: Partial<SubjectState> = {}): SubjectState {
  return {
    subject: { type: 'target', target },
    version: '',
    tick: 't1',
    watch: FRESH_INCIDENT_STATE,
    outbox: [],
    archive: [],
    ...part,
  };
}

function stretchAt(minutes: number, part: Partial<StoredPeriod> = {}): StoredPeriod {
  const verdict = makeVerdict('store.example:443', 'reachable');
  return {
    from: at(minutes),
    sequence: minutes,
    signature: 'reachable',
    kind: 'reachable',
    asExpected: true,
    confidence: 'high',
    summary: verdict.summary,
    ...pack(verdict),
    ...part,
  };
}

function incidentAt(minutes: number, target: string): Incident {
  return {
    id: `i${minutes}`,
    subject: { type: 'target', target },
    kind: 'unresponsive',
    kinds: ['unresponsive'],
    openedAt: at(minutes),
    updatedAt: at(minutes + 1),
    closedAt: at(minutes + 1),
    closedBecause: 'well',
    flapping: false,
    evidence: { summary: 'silent', because: [], notRuledOut: [], vantages: [] },
    announcements: 2,
  };
}

function record(id: string): TickRecord {
  return {
    id,
    scheduledAt: id,
    startedAt: id,
    elapsedMs: 5,
    targets: 1,
    notAsExpected: 0,
    abstaining: [],
    openIncidents: 0,
  };
}

describe('the lease', () => {
  test('has one owner at a time, expires, and is ignored if it is from the future', async () => {
    now = START;
    expect(await store.takeLease('t1', 'a', 50_000)).toMatchObject({ taken: true, service: { sequence: 0 } });
    expect(await store.takeLease('t2', 'b', 50_000)).toEqual({
      taken: false,
      heldBy: 't1',
      until: new Date(START + 50_000).toISOString(),
    });
    expect(await store.takeLease('t1', 'a', 50_000)).toMatchObject({
      taken: true,
    });
    await store.releaseLease('b', { sequence: 99 });
    expect(await store.takeLease('t2', 'b', 50_000)).toMatchObject({
      taken: false,
    });
    now = START + 50_000;
    expect(await store.takeLease('t2', 'b', 50_000)).toMatchObject({ taken: true });
    now = START - 3600_000;
    expect(await store.takeLease('t3', 'c', 50_000)).toMatchObject({ taken: true });
    await store.releaseLease('c', { sequence: 7, lastTickAt: at(0) });
    now = START;
    expect(await store.takeLease('t4', 'd', 50_000)).toEqual({
      taken: true,
      service: { sequence: 7, lastTickAt: at(0) },
    });
    await store.releaseLease('d');
    expect(await store.service()).toEqual({ sequence: 7, lastTickAt: at(0) });
  });

  test('is taken by exactly one of many that ask at once', async () => {
    now = START;
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, i) => store.takeLease('t', `owner${i}`, 50_000)),
    );
    expect(answers.filter(({ taken }) => taken)).toHaveLength(1);
    await store.releaseLease(`owner${answers.findIndex(({ taken }) => taken)}`);
  });
});

describe('a state', () => {
  test('is written only if its version is unchanged', async () => {
    const first = await store.saveState(stateOf('a.example:1'));
    expect(first?.version).toMatch(/.+/);
    expect(await store.saveState(stateOf('a.example:1'))).toBeUndefined();
    if (!first) throw new Error('not written');
    const second = await store.saveState({ ...first, tick: 't2' });
    expect(second?.tick).toBe('t2');
    expect(await store.saveState({ ...first, tick: 't3' })).toBeUndefined();
    expect(await store.loadState(first.subject)).toEqual(second);
    await store.removeState(first);
    expect(await store.loadState(first.subject)).toEqual(second);
    if (second) await store.removeState(second);
    expect(await store.loadState(first.subject)).toBeUndefined();
  });

  test('is written by one of many that read the same version', async () => {
    const read = await store.saveState(stateOf('b.example:1'));
    if (!read) throw new Error('not written');
    const written = await Promise.all(
      Array.from({ length: 8 }, (_, i) => store.saveState({ ...read, tick: `by ${i}` })),
    );
    expect(written.filter((state) => state !== undefined)).toHaveLength(1);
  });

  test('is written once if the answer was lost and the SDK retries', async () => {
    const proxy = await startFaultProxy(database.endpoint, database.endpoint);
    proxy.fate = ({ number }) => (number === 0 ? 'lose' : 'pass');
    const client = database.clientAt(proxy.endpoint, 3);
    const shaky = createStore({ table: database.table, client, retentionDays: 30 });
    try {
      const written = await shaky.saveState(stateOf('lost.example:1'));
      expect(proxy.passed.map(({ call }) => call)).toEqual(['PutItem', 'PutItem', 'GetItem']);
      expect(await store.loadState({ type: 'target', target: 'lost.example:1' })).toEqual(written);
    } finally {
      client.destroy();
      await proxy.close();
    }
  });

  test('is read consistently, on its own and with all others', async () => {
    const proxy = await startFaultProxy(database.endpoint, database.endpoint);
    const client = database.clientAt(proxy.endpoint, 1);
    const watched = createStore({ table: database.table, client, retentionDays: 30 });
    try {
      await watched.loadStates();
      await watched.loadState({ type: 'target', target: 'consistent.example:1' });
      await watched.tickRecord('none');
      await watched.service();
      const reads = proxy.passed.map(({ call, input }) => [call, input?.['ConsistentRead']]);
      expect(new Set(reads.map(([call]) => call))).toEqual(new Set(['Query', 'GetItem']));
      // With an old state, a tick would repeat an announcement.
      expect(reads.filter(([, consistent]) => consistent !== true)).toEqual([]);
    } finally {
      client.destroy();
      await proxy.close();
    }
  });

  test('is read from every page of the database', async () => {
    // About 16 KB each: in total far more than the 1 MB of one answer of DynamoDB.
    const summary = randomText(16_000);
    const targets = Array.from({ length: 90 }, (_, i) => `page${i}.example:443`);
    for (const target of targets)
      await store.saveState(stateOf(target, { stretch: stretchAt(0, { summary }) }));
    const states = await store.loadStates();
    const names = states.map(({ subject }) => (subject.type === 'target' ? subject.target : ''));
    expect(targets.filter((target) => !names.includes(target))).toEqual([]);
  });
});

describe('ticks', () => {
  test('have one record each, newest first, for a week', async () => {
    now = START;
    expect(await store.putTick(record(at(0)))).toBe(true);
    expect(await store.putTick({ ...record(at(0)), elapsedMs: 6 })).toBe(false);
    expect(await store.putTick(record(at(1)))).toBe(true);
    expect(await store.tickRecord(at(0))).toEqual(record(at(0)));
    expect((await store.ticks()).map(({ id }) => id)).toEqual([at(1), at(0)]);
    expect(await store.ticks(1)).toHaveLength(1);
    now = START + 8 * 86_400_000;
    expect(await store.tickRecord(at(0))).toBeUndefined();
    expect(await store.ticks()).toEqual([]);
    now = START;
  });
});

describe('history', () => {
  const target = 'store.example:443';
  const expiresAt = START / 1000 + 30 * 86_400;

  test('has the current period first, then ended ones, newest first, in pages and between two times', async () => {
    now = START;
    await store.takeLease('h', 'h', 1000);
    await store.releaseLease('h', { sequence: 30, lastTickAt: at(29) });
    await store.saveState(stateOf(target, { stretch: stretchAt(25, { kind: 'unresponsive' }) }));
    for (let i = 0; i < 5; i++) {
      const entry = { type: 'history', target, stretch: stretchAt(i * 5), to: at(i * 5 + 4) } as const;
      await store.putArchive([{ ...entry, ticks: 5, expiresAt: i === 0 ? START / 1000 - 1 : expiresAt }]);
    }
    const all = await store.history(target);
    expect(all.stretches.map(({ from, to }) => [from, to])).toEqual(
      [25, 20, 15, 10, 5].map((minutes) => [at(minutes), at(minutes + 4)]),
    );
    expect(all.cursor).toBeUndefined();
    expect(all.stretches[0]).toMatchObject({ current: true, kind: 'unresponsive', ticks: 5 });
    expect(all.stretches[1]).toMatchObject({ current: false, ticks: 5, verdict: { kind: 'reachable' } });

    const seen: string[] = [];
    let cursor: string | undefined;
    let pages = 0;
    do {
      const page = await store.history(target, { limit: 2, ...(cursor ? { cursor } : {}) });
      seen.push(...page.stretches.map(({ from }) => from));
      cursor = page.cursor;
      pages++;
    } while (cursor && pages < 10);
    expect(seen).toEqual(all.stretches.map(({ from }) => from));
    expect(pages).toBe(2);

    const between = await store.history(target, { from: at(12), to: at(17) });
    expect(between.stretches.map(({ from }) => from)).toEqual([at(15), at(10)]);
    await expect(store.history(target, { cursor: 'bm9wZQ' })).rejects.toThrow(CursorError);
    expect(await store.history('nobody.example:1')).toEqual({ stretches: [] });
  });

  test('fits a verdict of any size into an item, and reports what was removed', () => {
    const small = makeVerdict(target, 'unresponsive');
    const packed = pack(small);
    expect(packed.trimmed).toBeUndefined();
    expect(packed.packed && unpack(packed.packed)).toEqual(small);
    const { nextSteps: _, ...fromBefore } = small;
    expect(unpack(compress(fromBefore))).toEqual({ ...small, nextSteps: [] });
    const seen = new Set<string | undefined>();
    for (const [regions, addresses, attempts] of [
      [20, 4, 3],
      [20, 40, 12],
      [30, 400, 1],
      [60, 500, 1],
    ] as const) {
      const { packed: bytes, trimmed } = pack(
        makeVerdict(target, 'unresponsive', { regions, addresses, attempts, noisy: true }),
      );
      expect(bytes?.byteLength ?? 0).toBeLessThanOrEqual(MAX_PACKED_BYTES);
      if (bytes) expect(unpack(bytes).vantages).toHaveLength(regions);
      seen.add(trimmed);
    }
    expect(seen.size).toBeGreaterThan(2);
    expect(pack({ ...small, summary: randomText(100_000) })).toEqual({ trimmed: 'the verdict' });
  });
});

describe('incidents', () => {
  test('are listed open ones first, then closed ones in pages, also those not yet archived', async () => {
    now = START;
    const target = 'incident.example:443';
    const expiresAt = START / 1000 + 86_400;
    const { closedAt: _closedAt, closedBecause: _because, ...open } = incidentAt(50, target);
    const waiting = incidentAt(40, target);
    await store.saveState(
      stateOf(target, {
        watch: { status: 'bad', flips: [], incident: open },
        archive: [{ type: 'incident', incident: waiting, expiresAt }],
      }),
    );
    for (let i = 0; i < 5; i++) {
      await store.putArchive([{ type: 'incident', incident: incidentAt(i, target), expiresAt }]);
      await store.putArchive([
        { type: 'incident', incident: incidentAt(i + 10, 'other.example:1'), expiresAt },
      ]);
    }
    expect((await store.incidents({ open: true })).incidents.map(({ id }) => id)).toEqual(['i50']);
    const first = await store.incidents({ subject: target, limit: 3 });
    expect(first.incidents.map(({ id }) => id)).toEqual(['i50', 'i40', 'i4', 'i3', 'i2']);
    const second = await store.incidents({ subject: target, limit: 3, cursor: first.cursor ?? '' });
    expect(second).toEqual({ incidents: [incidentAt(1, target), incidentAt(0, target)] });
    const closed = await store.incidents({ open: false });
    expect(closed.incidents).toHaveLength(11);
    await store.putArchive([{ type: 'incident', incident: waiting, expiresAt }]);
    expect((await store.incidents({ open: false })).incidents).toHaveLength(11);
  });
});

test('the latest verdicts are read for every target, and not for removed ones', async () => {
  const view = { at: at(0), kind: 'reachable', asExpected: true, confidence: 'high' } as const;
  const views = (count: number) =>
    new Map(
      Array.from({ length: count }, (_, i) => [
        `page${i}.example:443`,
        { ...view, summary: `tick of ${count}`, vantages: [] },
      ]),
    );
  await store.putLatest('t1', views(250));
  await store.putLatest('t2', views(30));
  const states = await store.states();
  expect(states.filter(({ latest }) => latest?.summary === 'tick of 30')).toHaveLength(30);
  expect(states.filter(({ latest }) => latest?.summary === 'tick of 250')).toHaveLength(0);
});

test('a database that does not answer is an error of one line', async () => {
  const client = database.clientAt('http://127.0.0.1:1', 1);
  const gone = createStore({ table: 'synwhere', client, retentionDays: 1 });
  await expect(gone.loadStates()).rejects.toThrow(StoreError);
  await expect(gone.states()).rejects.toThrow(/^table synwhere: cannot query: .*ECONNREFUSED/);
});
