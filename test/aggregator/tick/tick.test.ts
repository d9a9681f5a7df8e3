import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Announcer } from '../../../functions/aggregator/announce/announcer.ts';
import { check } from '../../../functions/aggregator/check/check.ts';
import type { OutboxEntry } from '../../../functions/aggregator/store/store.ts';
import { enqueue, MAX_WAITING } from '../../../functions/aggregator/announce/outbox.ts';
import { VantageError, type Vantage } from '../../../functions/aggregator/vantages/vantage.ts';
import type { TargetReport } from '../../../functions/reachability/report.ts';
import { createTable, startDynamoDb, type LocalDynamoDb } from '../../support/dynamodb.ts';
import {
  announcementNumbered,
  configurationOf,
  MINUTE_MS,
  START_MS,
  TARGETS,
  VANTAGES,
  verdictsOf,
  worldOf,
  type World,
} from './world.ts';
import { makeVerdict } from './verdicts.ts';

const [A = '', B = '', C = ''] = TARGETS;

let database: LocalDynamoDb;
let tables = 0;
let world: World;
/** `change subject kind` of every sent announcement. */
let sent: string[] = [];

const channel: Announcer = {
  name: 'channel',
  send({ change, subject, incident }) {
    sent.push(`${change} ${subject.type === 'target' ? subject.target : subject.vantage} ${incident.kind}`);
    return Promise.resolve();
  },
};

beforeAll(async () => {
  database = await startDynamoDb();
});
beforeEach(async () => {
  const table = `ticks-${++tables}`;
  await createTable(database.client, table);
  world = worldOf(database, table, [channel]);
  sent = [];
});
afterAll(() => database.close());

test('an incident opens, changes its kind and closes', async () => {
  await world.tick(0, verdictsOf());
  await world.tick(1, verdictsOf({ [A]: 'unresponsive' }));
  await world.tick(2, verdictsOf({ [A]: 'unresponsive' }));
  expect((await world.store.incidents({ open: true })).incidents).toMatchObject([
    { subject: { target: A }, kind: 'unresponsive', announcements: 1 },
  ]);
  await world.tick(3, verdictsOf({ [A]: 'remote-refusal' }));
  const last = await world.tick(4, verdictsOf());
  expect(sent).toEqual([
    `opened ${A} unresponsive`,
    `updated ${A} remote-refusal`,
    `closed ${A} remote-refusal`,
  ]);
  expect(last).toMatchObject({
    status: 'done',
    announced: 1,
    troubles: [],
    record: { targets: 3, openIncidents: 0 },
  });
  expect(world.metrics.at(-1)).toMatchObject({ announcementsFailed: 0, record: { notAsExpected: 0 } });
  const { incidents } = await world.store.incidents();
  expect(incidents).toMatchObject([{ closedBecause: 'well', kinds: ['unresponsive', 'remote-refusal'] }]);

  const { stretches } = await world.store.history(A);
  expect(stretches.map(({ kind, ticks, current }) => [kind, ticks, current])).toEqual([
    ['reachable', 1, true],
    ['remote-refusal', 1, false],
    ['unresponsive', 2, false],
    ['reachable', 1, false],
  ]);
  expect(stretches[2]).toMatchObject({
    from: new Date(START_MS + MINUTE_MS).toISOString(),
    to: new Date(START_MS + 2 * MINUTE_MS).toISOString(),
    verdict: { kind: 'unresponsive', vantages: VANTAGES.map((vantage) => ({ vantage })) },
  });
  const states = await world.store.states();
  expect(states.map(({ target }) => target)).toEqual(TARGETS);
  expect(states[0]).toMatchObject({
    latest: { kind: 'reachable', vantages: [{ vantage: 'eu-west-1', handshakeMs: 10 }, {}, {}, {}] },
    pendingAnnouncements: 0,
  });
});

test('a tick without a record that is delivered again counts once for confirmTicks', async () => {
  const incidents = { confirmTicks: 2, flappingChanges: 6, flappingWindowMinutes: 60, maintenance: [] };
  const configuration = configurationOf(TARGETS, { incidents });
  const down = verdictsOf({ [A]: 'unresponsive' });
  const unwritten = { ...world.store, putTick: () => Promise.reject(new Error('the table is unavailable')) };
  await world.tick(0, verdictsOf(), { configuration });
  await world.tick(1, down, { configuration, store: unwritten });
  expect(await world.tick(1, down, { configuration })).toMatchObject({ status: 'done' });
  expect(sent).toEqual([]);
  await world.tick(2, down, { configuration });
  expect(sent).toEqual([`opened ${A} unresponsive`]);
});

test.each([
  [3, `opened ${A} unresponsive`],
  [4, undefined],
])(
  '%i minutes after the first of two ticks that must agree, the second one announces: %s',
  async (later, opened) => {
    const incidents = { confirmTicks: 2, flappingChanges: 6, flappingWindowMinutes: 60, maintenance: [] };
    const configuration = configurationOf(TARGETS, { incidents });
    const down = verdictsOf({ [A]: 'unresponsive' });
    await world.tick(0, verdictsOf(), { configuration });
    await world.tick(1, down, { configuration });
    await world.tick(1 + later, down, { configuration });
    expect(sent).toEqual(opened === undefined ? [] : [opened]);
    await world.tick(2 + later, down, { configuration });
    expect(sent).toEqual([`opened ${A} unresponsive`]);
  },
);

test('a sent announcement is marked in the same tick, even if the store is unavailable for a short time', async () => {
  let away = false;
  const cutting: Announcer = {
    name: 'channel',
    async send(announcement, how) {
      await channel.send(announcement, how);
      away = true;
    },
  };
  const store: typeof world.store = {
    ...world.store,
    saveState(state) {
      if (!away) return world.store.saveState(state);
      away = false;
      return Promise.reject(new Error('the table is unavailable'));
    },
  };
  const part = { store, announcers: [cutting] };
  await world.tick(0, verdictsOf(), part);
  const result = await world.tick(1, verdictsOf({ [A]: 'unresponsive' }), part);
  expect(result).toMatchObject({ status: 'done', announced: 1, troubles: [] });
  expect(sent).toHaveLength(1);
  expect((await world.store.states())[0]).toMatchObject({ target: A, pendingAnnouncements: 0 });
});

test('a target without a change needs no write of its own', async () => {
  await world.tick(0, verdictsOf());
  const written: string[] = [];
  const { store } = world;
  const counting: typeof store = {
    ...store,
    saveState: (state) => {
      written.push(JSON.stringify(state.subject));
      return store.saveState(state);
    },
    putArchive: (entries) => {
      written.push('archive');
      return store.putArchive(entries);
    },
  };
  for (let minute = 1; minute < 6; minute++) await world.tick(minute, verdictsOf(), { store: counting });
  expect(written).toEqual([]);
  await world.tick(6, verdictsOf({ [B]: 'unresponsive' }), { store: counting });
  for (let minute = 7; minute < 9; minute++) {
    const weaker = { [B]: makeVerdict(B, 'unresponsive', { vantages: VANTAGES, confidence: 'medium' }) };
    await world.tick(minute, verdictsOf(weaker), { store: counting });
  }
  expect(written.filter((what) => what.includes(B))).toHaveLength(3);
  expect((await world.store.history(B)).stretches).toMatchObject([{ ticks: 3 }, { ticks: 6 }]);
});

describe('a tick that is delivered', () => {
  test('twice has one record and one announcement', async () => {
    await world.tick(0, verdictsOf());
    const once = await world.tick(1, verdictsOf({ [A]: 'unresponsive' }));
    const twice = await world.tick(1, verdictsOf());
    expect(once.status).toBe('done');
    expect(twice).toMatchObject({
      status: 'skipped',
      reason: expect.stringContaining('is already complete') as string,
    });
    expect(sent).toEqual([`opened ${A} unresponsive`]);
    expect(await world.store.ticks()).toHaveLength(2);
  });

  test('twice at the same time runs once', async () => {
    const results = await Promise.all([
      world.tick(1, verdictsOf({ [A]: 'unresponsive' })),
      world.tick(1, verdictsOf({ [A]: 'unresponsive' })),
    ]);
    expect(results.map(({ status }) => status).toSorted()).toEqual(['done', 'skipped']);
    expect(sent).toEqual([`opened ${A} unresponsive`]);
    expect(await world.store.ticks()).toHaveLength(1);
  });

  test('while a slow one runs is skipped with a reason, and the next one runs', async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const slow = world.tick(1, [], {
      check: async () => {
        await released;
        return verdictsOf();
      },
    });
    while ((await world.store.takeLease('probe', 'probe', 1)).taken) await world.store.releaseLease('probe');
    const second = await world.tick(2, verdictsOf(), { nowMs: START_MS + MINUTE_MS + 10_000 });
    expect(second).toMatchObject({
      status: 'skipped',
      reason: expect.stringContaining('still running') as string,
    });
    release();
    expect((await slow).status).toBe('done');
    expect((await world.tick(3, verdictsOf())).status).toBe('done');
  });
});

test('a check that fails ends the tick, but waiting announcements are sent, and the next tick runs', async () => {
  let broken = true;
  const failing: Announcer = {
    name: 'channel',
    send: (...input) => (broken ? Promise.reject(new Error('no')) : channel.send(...input)),
  };
  const announcers = [failing];
  await world.tick(0, verdictsOf({ [A]: 'unresponsive' }), { announcers });
  expect(sent).toEqual([]);
  broken = false;
  const part = { announcers, check: () => Promise.reject(new Error('no vantage')) };
  await expect(world.tick(1, [], part)).rejects.toThrow('no vantage');
  expect(sent).toEqual([`opened ${A} unresponsive`]);
  expect((await world.tick(2, verdictsOf({ [A]: 'unresponsive' }), { announcers })).status).toBe('done');
  expect(sent).toHaveLength(1);
});

describe('announcing that fails', () => {
  test('does not delay other channels, is retried at each tick, and is delivered once and in order', async () => {
    const got: string[] = [];
    let broken = true;
    const failing: Announcer = {
      name: 'failing',
      send({ change, subject }) {
        if (broken) return Promise.reject(new Error('no receiver'));
        got.push(`${change} ${subject.type === 'target' ? subject.target : subject.vantage}`);
        return Promise.resolve();
      },
    };
    const announcers = [failing, channel];
    await world.tick(0, verdictsOf({ [A]: 'unresponsive' }), { announcers });
    await world.tick(1, verdictsOf(), { announcers });
    const third = await world.tick(2, verdictsOf(), { announcers });
    expect(third).toMatchObject({ announcementsFailed: 1 });
    expect(world.log.at(-1)).toMatch(
      /over failing failed; it is retried at the next tick: Error: no receiver$/,
    );
    expect(sent).toEqual([`opened ${A} unresponsive`, `closed ${A} unresponsive`]);
    expect((await world.store.states())[0]).toMatchObject({ target: A, pendingAnnouncements: 2 });
    broken = false;
    await world.tick(3, verdictsOf(), { announcers });
    await world.tick(4, verdictsOf(), { announcers });
    expect(got).toEqual([`opened ${A}`, `closed ${A}`]);
    expect(sent).toHaveLength(2);
    expect((await world.store.states())[0]).toMatchObject({ pendingAnnouncements: 0 });
  });

  test('is not tried for every target if the channel is down', async () => {
    const targets = Array.from({ length: 20 }, (_, i) => `t${i}.example:443`);
    const kinds = Object.fromEntries(targets.map((target) => [target, 'unresponsive' as const]));
    let attempts = 0;
    const down: Announcer = {
      name: 'down',
      send: () => {
        attempts++;
        return Promise.reject(new Error('down'));
      },
    };
    const part = { configuration: configurationOf(targets), announcers: [down] };
    await world.tick(0, verdictsOf(kinds, targets), part);
    expect(attempts).toBeGreaterThanOrEqual(3);
    expect(attempts).toBeLessThan(12);
  });

  test('at every tick keeps a state small and in order, and counts what was dropped', () => {
    let outbox: OutboxEntry[] = [];
    for (let i = 0; i < 500; i++) outbox = enqueue(outbox, [announcementNumbered(i, 'short')], ['slack']);
    expect(outbox).toHaveLength(MAX_WAITING);
    expect(outbox.map(({ announcement }) => announcement.id)).toEqual(
      Array.from({ length: MAX_WAITING }, (_, i) => `n${500 - MAX_WAITING + i}`),
    );
    const left = outbox.map(({ announcement }) => announcement.leftOut);
    expect(left).toEqual([500 - MAX_WAITING, ...Array.from({ length: MAX_WAITING - 1 }, () => undefined)]);
    for (let i = 500; i < 600; i++)
      outbox = enqueue(outbox, [announcementNumbered(i, 'long '.repeat(2000))], ['slack']);
    expect(JSON.stringify(outbox).length).toBeLessThan(200_000);
    expect(outbox[0]?.announcement.leftOut).toBe(600 - outbox.length);
    expect(enqueue([], [announcementNumbered(1, '')], [])).toEqual([]);
  });

  test('over a channel that is no longer configured is dropped', async () => {
    const gone: Announcer = { name: 'gone', send: () => Promise.reject(new Error('gone')) };
    await world.tick(0, verdictsOf({ [A]: 'unresponsive' }), { announcers: [gone, channel] });
    await world.tick(1, verdictsOf({ [A]: 'unresponsive' }));
    expect((await world.store.states())[0]).toMatchObject({ pendingAnnouncements: 0 });
    expect(sent).toHaveLength(1);
  });
});

describe('regions', () => {
  test('if half of them are missing, no target has an incident, and each missing region has one', async () => {
    const gone = new Set(['r4', 'r5', 'r6', 'r7']);
    const vantages = Array.from({ length: 8 }, (_, i) => liveVantage(`r${i}`, gone));
    for (let minute = 0; minute < 3; minute++) await world.tick(minute, [], { vantages, check });
    expect(sent.toSorted()).toEqual([...gone].map((region) => `opened ${region} vantage-abstaining`));
    expect((await world.store.states()).every(({ incident }) => incident === undefined)).toBe(true);
    gone.clear();
    for (let minute = 3; minute < 6; minute++) await world.tick(minute, [], { vantages, check });
    expect(sent.slice(4).toSorted()).toEqual(
      ['r4', 'r5', 'r6', 'r7'].map((region) => `closed ${region} vantage-abstaining`),
    );
  });

  test('if more than half of them are missing, an open incident stays open, and none opens', async () => {
    const gone = new Set<string>();
    const vantages = Array.from({ length: 8 }, (_, i) => liveVantage(`r${i}`, gone, new Set([A])));
    await world.tick(0, [], { vantages, check });
    expect(sent).toEqual([`opened ${A} remote-refusal`]);
    for (let i = 3; i < 8; i++) gone.add(`r${i}`);
    const { record } = { record: undefined, ...(await world.tick(1, [], { vantages, check })) };
    expect(record).toMatchObject({
      abstaining: ['r3', 'r4', 'r5', 'r6', 'r7'],
      openIncidents: 1,
      notAsExpected: 0,
    });
    await world.tick(2, [], { vantages, check });
    expect(sent.slice(1).every((line) => line.endsWith('vantage-abstaining'))).toBe(true);
  });

  test('one that cannot reach any target that others reach is one incident, not one for each target', async () => {
    const views = { 'us-east-1': { saw: 'silent', fault: 'path' } } as const;
    const bad = Object.fromEntries(
      TARGETS.map((target) => [
        target,
        makeVerdict(target, 'local-routing-issue', { vantages: VANTAGES, views }),
      ]),
    );
    await world.tick(0, verdictsOf());
    await world.tick(1, verdictsOf(bad));
    expect(sent).toEqual([]);
    await world.tick(2, verdictsOf(bad));
    expect(sent).toEqual(['opened us-east-1 vantage-path-fault']);
    await world.tick(3, verdictsOf({ ...bad, [C]: 'remote-refusal' }));
    expect(sent.slice(1)).toEqual([`opened ${C} remote-refusal`]);
    await world.tick(4, verdictsOf());
    await world.tick(5, verdictsOf());
    expect(sent.slice(2).toSorted()).toEqual([
      `closed ${C} remote-refusal`,
      'closed us-east-1 vantage-path-fault',
    ]);
  });

  test('one that cannot reach one target opens an incident of that target', async () => {
    const views = { 'us-east-1': { saw: 'silent', fault: 'path' } } as const;
    const bad = { [A]: makeVerdict(A, 'local-routing-issue', { vantages: VANTAGES, views }) };
    await world.tick(0, verdictsOf(bad));
    expect(sent).toEqual([`opened ${A} local-routing-issue`]);
  });
});

test('after a target is removed from the configuration, its incident is closed, its history kept and its state removed', async () => {
  await world.tick(0, verdictsOf({ [C]: 'unresponsive' }));
  const part = { configuration: configurationOf([A, B]) };
  await world.tick(1, verdictsOf({}, [A, B]), part);
  await world.tick(2, verdictsOf({}, [A, B]), part);
  expect(sent).toEqual([`opened ${C} unresponsive`, `closed ${C} unresponsive`]);
  expect((await world.store.states()).map(({ target }) => target)).toEqual([A, B]);
  expect((await world.store.history(C)).stretches).toMatchObject([{ kind: 'unresponsive', current: false }]);
  expect((await world.store.incidents({ subject: C })).incidents).toMatchObject([
    { closedBecause: 'no-longer-watched' },
  ]);
});

test('maintenance of one target stops announcements only for this target', async () => {
  const window = {
    targets: [A],
    from: new Date(START_MS).toISOString(),
    until: new Date(START_MS + 5 * MINUTE_MS).toISOString(),
  };
  const incidents = { confirmTicks: 1, flappingChanges: 6, flappingWindowMinutes: 60, maintenance: [window] };
  const part = { configuration: configurationOf(TARGETS, { incidents }) };
  const bad = verdictsOf({ [A]: 'unresponsive', [B]: 'unresponsive' });
  for (let minute = 0; minute < 5; minute++) await world.tick(minute, bad, part);
  expect(sent).toEqual([`opened ${B} unresponsive`]);
  await world.tick(5, bad, part);
  expect(sent.slice(1)).toEqual([`opened ${A} unresponsive`]);
});

test('a period of the history does not continue across a time without ticks', async () => {
  await world.tick(0, verdictsOf());
  await world.tick(1, verdictsOf());
  await world.tick(100, verdictsOf());
  const { stretches } = await world.store.history(A);
  expect(stretches).toMatchObject([
    { from: new Date(START_MS + 100 * MINUTE_MS).toISOString(), current: true },
    { to: new Date(START_MS + MINUTE_MS).toISOString(), ticks: 2, current: false },
  ]);
});

test('a state that cannot be written is computed again at the next tick and does not affect others', async () => {
  const { store } = world;
  let broken = true;
  const part = {
    store: {
      ...store,
      saveState: (state: Parameters<typeof store.saveState>[0]) =>
        broken && state.subject.type === 'target' && state.subject.target === A
          ? Promise.reject(new Error('throttled'))
          : store.saveState(state),
    },
  };
  const bad = verdictsOf({ [A]: 'unresponsive', [B]: 'unresponsive' });
  expect(await world.tick(0, bad, part)).toMatchObject({
    status: 'done',
    troubles: [expect.stringContaining('a.example:443: throttled') as string],
  });
  expect(sent).toEqual([`opened ${B} unresponsive`]);
  broken = false;
  await world.tick(1, bad, part);
  expect(sent).toEqual([`opened ${B} unresponsive`, `opened ${A} unresponsive`]);
});

/** A vantage for a real check. Every target connects, except those that refuse. */
function liveVantage(
  name: string,
  gone: ReadonlySet<string>,
  refusing: ReadonlySet<string> = new Set(),
): Vantage {
  return {
    name,
    probe({ targets }) {
      if (gone.has(name)) return Promise.reject(new VantageError('throttled (429)'));
      return Promise.resolve({
        startedAt: new Date(START_MS).toISOString(),
        elapsedMs: 20,
        targets: targets.map(({ host, port }): TargetReport => {
          const refused = refusing.has(`${host}:${port}`);
          const attempt = refused
            ? ({
                outcome: 'refused',
                stage: 'remote',
                startedMs: 0,
                elapsedMs: 9,
                errno: 'ECONNREFUSED',
              } as const)
            : ({
                outcome: 'connected',
                stage: 'remote',
                startedMs: 0,
                elapsedMs: 9,
                handshakeMs: 9,
              } as const);
          return {
            host,
            port,
            name: { outcome: 'resolved', addresses: ['192.0.2.1'], elapsedMs: 1 },
            addresses: [{ address: '192.0.2.1', family: 4, attempts: [attempt] }],
          };
        }),
        controls: [],
      });
    },
  };
}
