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
/** `change subject kind` of everything that got out. */
let told: string[] = [];

const channel: Announcer = {
  name: 'channel',
  send({ change, subject, incident }) {
    told.push(`${change} ${subject.type === 'target' ? subject.target : subject.vantage} ${incident.kind}`);
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
  told = [];
});
afterAll(() => database.close());

test('a life: first sight, trouble, another kind, well again', async () => {
  await world.tick(0, verdictsOf());
  await world.tick(1, verdictsOf({ [A]: 'unresponsive' }));
  await world.tick(2, verdictsOf({ [A]: 'unresponsive' }));
  expect((await world.store.incidents({ open: true })).incidents).toMatchObject([
    { subject: { target: A }, kind: 'unresponsive', announcements: 1 },
  ]);
  await world.tick(3, verdictsOf({ [A]: 'remote-refusal' }));
  const last = await world.tick(4, verdictsOf());
  expect(told).toEqual([
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

test('a tick without a record that is delivered again counts once towards what has to agree', async () => {
  const incidents = { confirmTicks: 2, flappingChanges: 6, flappingWindowMinutes: 60, maintenance: [] };
  const configuration = configurationOf(TARGETS, { incidents });
  const down = verdictsOf({ [A]: 'unresponsive' });
  const unwritten = { ...world.store, putTick: () => Promise.reject(new Error('the table is away')) };
  await world.tick(0, verdictsOf(), { configuration });
  await world.tick(1, down, { configuration, store: unwritten });
  expect(await world.tick(1, down, { configuration })).toMatchObject({ status: 'done' });
  expect(told).toEqual([]);
  await world.tick(2, down, { configuration });
  expect(told).toEqual([`opened ${A} unresponsive`]);
});

test.each([
  [3, `opened ${A} unresponsive`],
  [4, undefined],
])(
  '%i minutes after the first of two ticks that have to agree, the second one tells: %s',
  async (later, opened) => {
    const incidents = { confirmTicks: 2, flappingChanges: 6, flappingWindowMinutes: 60, maintenance: [] };
    const configuration = configurationOf(TARGETS, { incidents });
    const down = verdictsOf({ [A]: 'unresponsive' });
    await world.tick(0, verdictsOf(), { configuration });
    await world.tick(1, down, { configuration });
    await world.tick(1 + later, down, { configuration });
    expect(told).toEqual(opened === undefined ? [] : [opened]);
    await world.tick(2 + later, down, { configuration });
    expect(told).toEqual([`opened ${A} unresponsive`]);
  },
);

test('what was sent is written down in the same tick, also where the store is away for a moment', async () => {
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
      return Promise.reject(new Error('the table is away'));
    },
  };
  const part = { store, announcers: [cutting] };
  await world.tick(0, verdictsOf(), part);
  const result = await world.tick(1, verdictsOf({ [A]: 'unresponsive' }), part);
  expect(result).toMatchObject({ status: 'done', announced: 1, troubles: [] });
  expect(told).toHaveLength(1);
  expect((await world.store.states())[0]).toMatchObject({ target: A, pendingAnnouncements: 0 });
});

test('no change costs no write of its own', async () => {
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
  test('twice leaves one record and one announcement', async () => {
    await world.tick(0, verdictsOf());
    const once = await world.tick(1, verdictsOf({ [A]: 'unresponsive' }));
    const twice = await world.tick(1, verdictsOf());
    expect(once.status).toBe('done');
    expect(twice).toMatchObject({
      status: 'skipped',
      reason: expect.stringContaining('is already complete') as string,
    });
    expect(told).toEqual([`opened ${A} unresponsive`]);
    expect(await world.store.ticks()).toHaveLength(2);
  });

  test('twice at the same time runs once', async () => {
    const results = await Promise.all([
      world.tick(1, verdictsOf({ [A]: 'unresponsive' })),
      world.tick(1, verdictsOf({ [A]: 'unresponsive' })),
    ]);
    expect(results.map(({ status }) => status).toSorted()).toEqual(['done', 'skipped']);
    expect(told).toEqual([`opened ${A} unresponsive`]);
    expect(await world.store.ticks()).toHaveLength(1);
  });

  test('while a slow one runs is skipped, says so, and the next runs', async () => {
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

test('a check that fails ends the tick, but what was waiting is told, and the next tick runs', async () => {
  let broken = true;
  const moody: Announcer = {
    name: 'channel',
    send: (...sent) => (broken ? Promise.reject(new Error('no')) : channel.send(...sent)),
  };
  const announcers = [moody];
  await world.tick(0, verdictsOf({ [A]: 'unresponsive' }), { announcers });
  expect(told).toEqual([]);
  broken = false;
  const part = { announcers, check: () => Promise.reject(new Error('no vantage')) };
  await expect(world.tick(1, [], part)).rejects.toThrow('no vantage');
  expect(told).toEqual([`opened ${A} unresponsive`]);
  expect((await world.tick(2, verdictsOf({ [A]: 'unresponsive' }), { announcers })).status).toBe('done');
  expect(told).toHaveLength(1);
});

describe('announcing that fails', () => {
  test('holds up nobody else, is tried at each tick, and told once and in order', async () => {
    const got: string[] = [];
    let broken = true;
    const moody: Announcer = {
      name: 'moody',
      send({ change, subject }) {
        if (broken) return Promise.reject(new Error('nobody there'));
        got.push(`${change} ${subject.type === 'target' ? subject.target : subject.vantage}`);
        return Promise.resolve();
      },
    };
    const announcers = [moody, channel];
    await world.tick(0, verdictsOf({ [A]: 'unresponsive' }), { announcers });
    await world.tick(1, verdictsOf(), { announcers });
    const third = await world.tick(2, verdictsOf(), { announcers });
    expect(third).toMatchObject({ announcementsFailed: 1 });
    expect(world.log.at(-1)).toMatch(
      /over moody failed; it is retried at the next tick: Error: nobody there$/,
    );
    expect(told).toEqual([`opened ${A} unresponsive`, `closed ${A} unresponsive`]);
    expect((await world.store.states())[0]).toMatchObject({ target: A, pendingAnnouncements: 2 });
    broken = false;
    await world.tick(3, verdictsOf(), { announcers });
    await world.tick(4, verdictsOf(), { announcers });
    expect(got).toEqual([`opened ${A}`, `closed ${A}`]);
    expect(told).toHaveLength(2);
    expect((await world.store.states())[0]).toMatchObject({ pendingAnnouncements: 0 });
  });

  test('is not tried for every target of a channel that is down', async () => {
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

  test('for ever keeps a state small, in order, and says what it left out', () => {
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

  test('over a channel that is gone from the configuration is forgotten', async () => {
    const gone: Announcer = { name: 'gone', send: () => Promise.reject(new Error('gone')) };
    await world.tick(0, verdictsOf({ [A]: 'unresponsive' }), { announcers: [gone, channel] });
    await world.tick(1, verdictsOf({ [A]: 'unresponsive' }));
    expect((await world.store.states())[0]).toMatchObject({ pendingAnnouncements: 0 });
    expect(told).toHaveLength(1);
  });
});

describe('regions', () => {
  test('half of them gone: nobody is blamed, and each of them has an incident of its own', async () => {
    const gone = new Set(['r4', 'r5', 'r6', 'r7']);
    const vantages = Array.from({ length: 8 }, (_, i) => liveVantage(`r${i}`, gone));
    for (let minute = 0; minute < 3; minute++) await world.tick(minute, [], { vantages, check });
    expect(told.toSorted()).toEqual([...gone].map((region) => `opened ${region} vantage-abstaining`));
    expect((await world.store.states()).every(({ incident }) => incident === undefined)).toBe(true);
    gone.clear();
    for (let minute = 3; minute < 6; minute++) await world.tick(minute, [], { vantages, check });
    expect(told.slice(4).toSorted()).toEqual(
      ['r4', 'r5', 'r6', 'r7'].map((region) => `closed ${region} vantage-abstaining`),
    );
  });

  test('more than half of them gone: an incident that is open stays, and none opens', async () => {
    const gone = new Set<string>();
    const vantages = Array.from({ length: 8 }, (_, i) => liveVantage(`r${i}`, gone, new Set([A])));
    await world.tick(0, [], { vantages, check });
    expect(told).toEqual([`opened ${A} remote-refusal`]);
    for (let i = 3; i < 8; i++) gone.add(`r${i}`);
    const { record } = { record: undefined, ...(await world.tick(1, [], { vantages, check })) };
    expect(record).toMatchObject({
      abstaining: ['r3', 'r4', 'r5', 'r6', 'r7'],
      openIncidents: 1,
      notAsExpected: 0,
    });
    await world.tick(2, [], { vantages, check });
    expect(told.slice(1).every((line) => line.endsWith('vantage-abstaining'))).toBe(true);
  });

  test('one that reaches nothing that others reach is one incident, not one for each target', async () => {
    const views = { 'us-east-1': { saw: 'silent', fault: 'path' } } as const;
    const bad = Object.fromEntries(
      TARGETS.map((target) => [
        target,
        makeVerdict(target, 'local-routing-issue', { vantages: VANTAGES, views }),
      ]),
    );
    await world.tick(0, verdictsOf());
    await world.tick(1, verdictsOf(bad));
    expect(told).toEqual([]);
    await world.tick(2, verdictsOf(bad));
    expect(told).toEqual(['opened us-east-1 vantage-path-fault']);
    await world.tick(3, verdictsOf({ ...bad, [C]: 'remote-refusal' }));
    expect(told.slice(1)).toEqual([`opened ${C} remote-refusal`]);
    await world.tick(4, verdictsOf());
    await world.tick(5, verdictsOf());
    expect(told.slice(2).toSorted()).toEqual([
      `closed ${C} remote-refusal`,
      'closed us-east-1 vantage-path-fault',
    ]);
  });

  test('one that does not reach one target is news about that target', async () => {
    const views = { 'us-east-1': { saw: 'silent', fault: 'path' } } as const;
    const bad = { [A]: makeVerdict(A, 'local-routing-issue', { vantages: VANTAGES, views }) };
    await world.tick(0, verdictsOf(bad));
    expect(told).toEqual([`opened ${A} local-routing-issue`]);
  });
});

test('a target that leaves the configuration has its incident closed, its history kept, and no state left', async () => {
  await world.tick(0, verdictsOf({ [C]: 'unresponsive' }));
  const part = { configuration: configurationOf([A, B]) };
  await world.tick(1, verdictsOf({}, [A, B]), part);
  await world.tick(2, verdictsOf({}, [A, B]), part);
  expect(told).toEqual([`opened ${C} unresponsive`, `closed ${C} unresponsive`]);
  expect((await world.store.states()).map(({ target }) => target)).toEqual([A, B]);
  expect((await world.store.history(C)).stretches).toMatchObject([{ kind: 'unresponsive', current: false }]);
  expect((await world.store.incidents({ subject: C })).incidents).toMatchObject([
    { closedBecause: 'no-longer-watched' },
  ]);
});

test('maintenance of one target is silent for it alone', async () => {
  const window = {
    targets: [A],
    from: new Date(START_MS).toISOString(),
    until: new Date(START_MS + 5 * MINUTE_MS).toISOString(),
  };
  const incidents = { confirmTicks: 1, flappingChanges: 6, flappingWindowMinutes: 60, maintenance: [window] };
  const part = { configuration: configurationOf(TARGETS, { incidents }) };
  const bad = verdictsOf({ [A]: 'unresponsive', [B]: 'unresponsive' });
  for (let minute = 0; minute < 5; minute++) await world.tick(minute, bad, part);
  expect(told).toEqual([`opened ${B} unresponsive`]);
  await world.tick(5, bad, part);
  expect(told.slice(1)).toEqual([`opened ${A} unresponsive`]);
});

test('history does not go on across a time in which nobody looked', async () => {
  await world.tick(0, verdictsOf());
  await world.tick(1, verdictsOf());
  await world.tick(100, verdictsOf());
  const { stretches } = await world.store.history(A);
  expect(stretches).toMatchObject([
    { from: new Date(START_MS + 100 * MINUTE_MS).toISOString(), current: true },
    { to: new Date(START_MS + MINUTE_MS).toISOString(), ticks: 2, current: false },
  ]);
});

test('one target that cannot be written is seen again, and spoils nothing else', async () => {
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
  expect(told).toEqual([`opened ${B} unresponsive`]);
  broken = false;
  await world.tick(1, bad, part);
  expect(told).toEqual([`opened ${B} unresponsive`, `opened ${A} unresponsive`]);
});

/** A vantage that answers a real check: every target connects, but for those that refuse. */
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
