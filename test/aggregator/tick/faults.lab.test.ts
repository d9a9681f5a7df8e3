/** Tests faults in every step of a tick, one at a time, with a database that has the real API and with receivers that count. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Kind } from '../../../functions/reachability/words.ts';
import { createTable, startDynamoDb, type LocalDynamoDb } from '../../support/dynamodb.ts';
import { startReceivers, type Channel, type Received, type Receivers } from '../announce/receivers.ts';
import type { ChildTick } from './child.ts';
import { startFaultProxy, type Fate, type FaultProxy, type Passing } from './proxy.ts';
import { configurationOf, MINUTE_MS, START_MS, TARGETS, verdictsOf, worldOf, type World } from './world.ts';

const [A = ''] = TARGETS;
const BAD: Record<string, Kind> = { [A]: 'unresponsive' };
/** The verdicts of each minute, and the minute of the fault: in one story the incident opens then, in the other it closes. */
const STORIES = [
  { name: 'opening', minutes: [{}, BAD, BAD, {}, {}], faultAt: 1 },
  { name: 'closing', minutes: [{}, BAD, {}, {}], faultAt: 2 },
] as const;
type Story = (typeof STORIES)[number];

let database: LocalDynamoDb;
let receivers: Receivers;
let proxy: FaultProxy;
let childFile = '';
let tables = 0;
const scratch = mkdtempSync(join(tmpdir(), 'synwhere-faults-'));

beforeAll(async () => {
  database = await startDynamoDb();
  receivers = await startReceivers();
  proxy = await startFaultProxy(database.endpoint, receivers.endpoint);
  childFile = join(scratch, 'tick-child.mjs');
  await build({
    entryPoints: [new URL('child.ts', import.meta.url).pathname],
    outfile: childFile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    mainFields: ['module', 'main'],
    // esbuild's shim for CommonJS modules.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
});
afterAll(async () => {
  await proxy.close();
  await receivers.close();
  await database.close();
  rmSync(scratch, { recursive: true, force: true });
});

/** A new world. All of its requests go through the proxy, without retries. */
async function newWorld(): Promise<{ world: World; name: string }> {
  const name = `faults-${++tables}`;
  await createTable(database.client, name);
  receivers.taken.length = 0;
  receivers.conduct = () => 'take';
  proxy.reset();
  const client = database.clientAt(proxy.endpoint, 1);
  return { world: worldOf({ client }, name, receivers.announcers(proxy.endpoint)), name };
}

interface Outcome {
  /** The requests of the tick with the fault. */
  requests: Passing[];
  world: World;
  /** `channel id` of announcements that were delivered but not marked when the fault ended. Only these may be repeated. */
  unmarked: Set<string>;
}

/** Runs a story with `faulty` in place of the tick with the fault. */
async function play(
  story: Story,
  faulty: (world: World, minute: number, name: string) => Promise<void>,
): Promise<Outcome> {
  const { world, name } = await newWorld();
  let requests: Passing[] = [];
  let unmarked = new Set<string>();
  for (const [minute, kinds] of story.minutes.entries()) {
    if (minute !== story.faultAt) {
      await world.tick(minute, verdictsOf(kinds));
      continue;
    }
    proxy.passed.length = 0;
    await faulty(world, minute, name);
    requests = [...proxy.passed];
    proxy.reset();
    unmarked = await takenAndUnmarked(world);
  }
  return { requests, world, unmarked };
}

async function takenAndUnmarked(world: World): Promise<Set<string>> {
  const waiting = (await world.store.loadStates()).flatMap(({ outbox }) =>
    outbox.flatMap(({ announcement, deliveries }) =>
      Object.keys(deliveries).map((channel) => `${channel} ${announcement.id}`),
    ),
  );
  const taken = new Set(sent());
  return new Set(waiting.filter((one) => taken.has(one)));
}

/** `channel id` of everything that was delivered. The message of a webhook has its id in the text. */
function sent(): string[] {
  return receivers.taken.map(({ channel, announcement, message }) => {
    const id = announcement?.id ?? /Announcement (\S+),/.exec(message['text'] ?? '')?.[1];
    return `${channel} ${id}`;
  });
}

/** `channel id` of everything that was set aside, from the log. */
function setAsideIn({ log, metrics }: World): string[] {
  const found = log.flatMap((line) => {
    const [, id, channel] = /^announcing (\S+) over (\S+) failed; it is set aside/.exec(line) ?? [];
    return id === undefined ? [] : [`${channel} ${id}`];
  });
  const counted = metrics.reduce((sum, { announcementsRejected = 0 }) => sum + announcementsRejected, 0);
  expect(counted).toBe(found.length);
  return found;
}

/**
 * Checks what must be true after every story. Resolves to the number of messages that were repeated with the same id.
 *
 * @param alsoDown other targets that are down, which are not counted
 * @param rejected how many announcements were set aside, because every form of them was rejected
 */
async function mustHold(
  { world, unmarked }: Outcome,
  { alsoDown = new Set(), rejected = 0 }: { alsoDown?: ReadonlySet<string>; rejected?: number } = {},
): Promise<{ repeats: number }> {
  const known = await world.store.incidents();
  const isCounted = ({ subject }: (typeof known.incidents)[number]): boolean =>
    subject.type === 'vantage' || !alsoDown.has(subject.target);
  const uncounted = known.incidents.filter((incident) => !isCounted(incident)).map(({ id }) => id);
  const ofCounted = (one: string): boolean => !uncounted.some((id) => one.includes(id));
  const incidents = known.incidents.filter(isCounted);
  const ofTarget = incidents.filter(({ subject }) => subject.type === 'target' && subject.target === A);
  const everything = sent().filter(ofCounted);
  const setAside = setAsideIn(world).filter(ofCounted);
  const distinct = [...new Set(everything)];
  const wanted = ['eventbridge', 'slack', 'sns'].flatMap((channel) =>
    [1, 2].map((change) => `${channel} ${ofTarget[0]?.id}-${change}`),
  );
  const repeated = everything.flatMap((one, index) =>
    everything.indexOf(one) < index ? [{ one, index }] : [],
  );
  expect({
    lost: wanted.filter((one) => !distinct.includes(one) && !setAside.includes(one)).length,
    setAside: setAside.length,
    doubled: distinct.filter((one) => !wanted.includes(one)).length,
    blamed: incidents.length - ofTarget.length,
  }).toEqual({ lost: 0, setAside: rejected, doubled: 0, blamed: 0 });
  expect(ofTarget.map(({ closedAt }) => closedAt !== undefined)).toEqual([true]);
  const order = receivers.taken
    .filter(({ channel, announcement }) => channel === 'sns' && ofCounted(announcement?.id ?? ''))
    .map(({ announcement }) => announcement?.change);
  expect(order.toSorted((a, b) => (a === b ? 0 : a === 'opened' ? -1 : 1))).toEqual(order);
  for (const { one, index } of repeated) {
    // The delivery was unknown, and the message is marked as a possible repeat.
    expect([...unmarked]).toContain(one);
    const { announcement, message } = receivers.taken[index] ?? {};
    expect(announcement?.mayRepeat ?? message?.['text']?.includes('perhaps again')).toBe(true);
  }
  const states = await world.store.loadStates();
  expect(states.every(({ outbox, archive }) => outbox.length === 0 && archive.length === 0)).toBe(true);
  return { repeats: repeated.length };
}

/** The requests of the tick without a fault. With a fault, the requests before it are the same. */
async function requestsOf(story: Story): Promise<Passing[]> {
  const { requests } = await play(story, (world, minute) => tickThatMayFail(world, minute, story));
  expect(requests.length).toBeGreaterThan(10);
  expect(requests.filter(({ toStore }) => !toStore)).toHaveLength(3);
  return requests;
}

async function tickThatMayFail(world: World, minute: number, story: Story): Promise<void> {
  // A tick that cannot begin rejects. Its handler fails, and the schedule sends the next tick.
  await world.tick(minute, verdictsOf(story.minutes[minute])).catch(() => undefined);
}

interface Row {
  name: string;
  fate: (at: number) => (passing: Passing) => Fate;
  /** The requests that are tested. The others would have the same result as one of these. */
  among: (passing: Passing) => boolean;
}

const FATES: Row[] = [
  {
    name: 'is refused',
    fate:
      (at) =>
      ({ number }) =>
        number === at ? 'refuse' : 'pass',
    among: () => true,
  },
  {
    name: 'is done and its answer lost',
    fate:
      (at) =>
      ({ number }) =>
        number === at ? 'lose' : 'pass',
    among: ({ call }) => call !== 'GetItem' && call !== 'Query',
  },
  {
    name: 'is refused, and every one of its kind after it',
    fate: (at) => {
      let toStore: boolean | undefined;
      return (passing) => {
        if (passing.number === at) ({ toStore } = passing);
        return passing.number >= at && passing.toStore === toStore ? 'refuse' : 'pass';
      };
    },
    among: () => true,
  },
];

describe.each(STORIES)('while an incident is $name', (story) => {
  test.each(FATES)(
    'any one call to the store or to a receiver $name',
    async ({ fate, among }) => {
      for (const { number, toStore } of (await requestsOf(story)).filter(among)) {
        const outcome = await play(story, async (world, minute) => {
          proxy.fate = fate(number);
          await tickThatMayFail(world, minute, story);
        });
        expect(outcome.requests.length).toBeGreaterThan(number);
        const held = await mustHold(outcome);
        // A process that is not killed knows what it has sent, even if it could not mark it.
        if (toStore) expect(held.repeats).toBe(0);
      }
    },
    120_000,
  );

  test('the aggregator is killed between any two of its steps', async () => {
    for (const { number } of await requestsOf(story)) {
      const outcome = await play(story, (_world, minute, name) =>
        killedTick(story, minute, name, number, 'before'),
      );
      await mustHold(outcome);
    }
  }, 240_000);

  test('the aggregator is killed before it gets the answer to a message', async () => {
    for (const { number } of (await requestsOf(story)).filter(({ toStore }) => !toStore)) {
      const outcome = await play(story, (_world, minute, name) =>
        killedTick(story, minute, name, number, 'after'),
      );
      await mustHold(outcome);
    }
  }, 120_000);
});

async function killedTick(
  story: Story,
  minute: number,
  name: string,
  at: number,
  when: 'before' | 'after',
): Promise<void> {
  const childTick: ChildTick = {
    endpoint: proxy.endpoint,
    table: name,
    minute,
    kinds: story.minutes[minute] ?? {},
  };
  const child: ChildProcess = spawn(process.execPath, [childFile, JSON.stringify(childTick)], {
    stdio: 'inherit',
    env: { ...process.env, NODE_COMPILE_CACHE: scratch },
  });
  const kill = (): void => {
    child.kill('SIGKILL');
  };
  proxy.fate = ({ number }) => {
    if (number !== at) return 'pass';
    return when === 'before' ? { before: kill } : { after: kill };
  };
  const [code, signal]: unknown[] = await once(child, 'exit');
  expect(signal ?? code).toBe(proxy.passed.length > at ? 'SIGKILL' : 0);
}

describe('two aggregators at once', () => {
  test.each(STORIES)('run the tick of the $name at the same time, without a lease', async (story) => {
    for (let seed = 1; seed <= 10; seed++) {
      const outcome = await play(story, async (world, minute) => {
        const service = await world.store.service();
        const noLease: typeof world.store = {
          ...world.store,
          takeLease: () => Promise.resolve({ taken: true, service }),
        };
        proxy.fate = jitter(seed);
        await Promise.all(
          [receivers.announcers(proxy.endpoint), receivers.announcers(proxy.endpoint)].map((announcers) =>
            world.tick(minute, verdictsOf(story.minutes[minute]), { announcers, store: noLease }),
          ),
        );
      });
      const held = await mustHold(outcome);
      expect(held.repeats).toBe(0);
    }
  });

  test.each(STORIES)(
    'one is killed, and another continues while the claim has not expired ($name)',
    async (story) => {
      const firstSend = (await requestsOf(story)).find(({ toStore }) => !toStore)?.number ?? 0;
      const outcome = await play(story, async (world, minute, name) => {
        await killedTick(story, minute, name, firstSend, 'before');
        proxy.reset();
        const early = { id: 'early', nowMs: START_MS + minute * MINUTE_MS + 5000, leaseMs: 1000 };
        await world.tick(minute, verdictsOf(story.minutes[minute]), early);
      });
      await mustHold(outcome);
    },
  );
});

/** Delays each request by 0 to 12 ms, the same for the same seed. */
function jitter(seed: number): (passing: Passing) => Promise<Fate> {
  let state = seed;
  return async () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    await new Promise((resolve) => setTimeout(resolve, state % 13));
    return 'pass';
  };
}

test.each(STORIES)('a clock that jumps by a day, both ways, at any tick of the $name', async (story) => {
  const day = 86_400_000;
  for (const by of [day, -day]) {
    for (let from = 1; from < story.minutes.length; from++) {
      const { world } = await newWorld();
      for (const [minute, kinds] of story.minutes.entries()) {
        const nowMs = START_MS + minute * MINUTE_MS + (minute >= from ? by : 0);
        await world.tick(minute, verdictsOf(kinds), { nowMs });
      }
      await mustHold({ requests: [], world, unmarked: new Set() });
    }
  }
});

test.each(STORIES)('the tick of the $name is delivered twice', async (story) => {
  const outcome = await play(story, async (world, minute) => {
    await world.tick(minute, verdictsOf(story.minutes[minute]));
    await world.tick(minute, verdictsOf(story.minutes[minute]));
  });
  expect(await outcome.world.store.ticks()).toHaveLength(story.minutes.length);
  await mustHold(outcome);
});

test.each(STORIES)(
  'every tick of the $name fails on a channel that is unavailable until the last tick',
  async (story) => {
    for (const away of ['eventbridge', 'sns', 'slack']) {
      const { world } = await newWorld();
      for (const [minute, kinds] of story.minutes.entries()) {
        const last = minute === story.minutes.length - 1;
        proxy.fate = ({ call }) => (call === away && !last ? 'refuse' : 'pass');
        await world.tick(minute, verdictsOf(kinds));
      }
      // After a status 500 the delivery is unknown, so the next attempt is marked; the receiver gets the message once.
      await mustHold({ requests: [], world, unmarked: new Set() });
    }
  },
);

function textOf({ message }: Received): string {
  return Object.values(message).join('\n');
}

function isShort(received: Received): boolean {
  return textOf(received).includes('rejected the full message');
}

describe('a receiver rejects messages (4xx)', () => {
  const CHANNELS: Channel[] = ['eventbridge', 'sns', 'slack'];
  /** For announcements that wait when a story has ended. */
  const MORE_MINUTES = 10;

  async function playThrough(
    story: Story,
    rejects: (channel: Channel, received: Received) => boolean,
    others: readonly string[] = [],
  ): Promise<World> {
    const { world } = await newWorld();
    receivers.conduct = (channel, _request, received) => (rejects(channel, received) ? 'reject' : 'take');
    const targets = [...others, ...TARGETS];
    const down = Object.fromEntries(others.map((target) => [target, 'remote-refusal' as const]));
    for (let minute = 0; minute < story.minutes.length + MORE_MINUTES; minute++) {
      const kinds = { ...down, ...story.minutes[minute] };
      await world.tick(minute, verdictsOf(kinds, targets), { configuration: configurationOf(targets) });
    }
    return world;
  }

  test.each(STORIES)('of the $name, each once', async (story) => {
    for (const rejecting of CHANNELS) {
      const seen = new Set<string>();
      const world = await playThrough(story, (channel, received) => {
        const key = received.announcement?.id ?? received.message['text'] ?? '';
        if (channel !== rejecting || seen.has(key)) return false;
        seen.add(key);
        return true;
      });
      const held = await mustHold({ requests: [], world, unmarked: new Set() });
      expect(held.repeats).toBe(0);
      expect(receivers.taken.some(isShort)).toBe(false);
    }
  });

  test.each(STORIES)('of the $name, all but the short ones', async (story) => {
    for (const rejecting of CHANNELS) {
      const world = await playThrough(
        story,
        (channel, received) => channel === rejecting && !isShort(received),
      );
      const held = await mustHold({ requests: [], world, unmarked: new Set() });
      expect(held.repeats).toBe(0);
      expect(receivers.taken.filter(isShort).map(({ channel }) => channel)).toEqual([rejecting, rejecting]);
    }
  });

  test.each(STORIES)('of the $name, in every form', async (story) => {
    for (const rejecting of CHANNELS) {
      const world = await playThrough(story, (channel) => channel === rejecting);
      const held = await mustHold({ requests: [], world, unmarked: new Set() }, { rejected: 2 });
      expect(held.repeats).toBe(0);
    }
  });

  test.each(STORIES)('of eight other targets, while an incident is $name', async (story) => {
    const others = Array.from({ length: 8 }, (_, i) => `a${i}.example:443`);
    const world = await playThrough(
      story,
      (_channel, received) => others.some((other) => textOf(received).includes(other)),
      others,
    );
    const held = await mustHold({ requests: [], world, unmarked: new Set() }, { alsoDown: new Set(others) });
    expect(held.repeats).toBe(0);
  });
});

describe('half of the regions are missing', () => {
  test.each(STORIES)('while an incident is $name', async (story) => {
    const gone = ['eu-west-1', 'us-east-1'];
    const views = Object.fromEntries(
      gone.map((vantage) => [
        vantage,
        { counted: false, saw: 'nothing', fault: 'vantage', abstained: 'throttled (429)' } as const,
      ]),
    );
    const outcome = await play(story, async (world, minute) => {
      const verdicts = verdictsOf(story.minutes[minute], TARGETS, { views, confidence: 'medium' });
      await world.tick(minute, verdicts);
    });
    await mustHold(outcome);
  });

  test('all of them, for a long time: only incidents of the regions open and close', async () => {
    const { world } = await newWorld();
    await world.tick(0, verdictsOf());
    await world.tick(1, verdictsOf(BAD));
    const abstaining = { counted: false, saw: 'nothing', fault: 'vantage', abstained: 'no answer' } as const;
    for (let minute = 2; minute < 6; minute++) {
      const verdicts = verdictsOf(
        Object.fromEntries(TARGETS.map((target) => [target, 'insufficient-data' as const])),
        TARGETS,
        {
          views: Object.fromEntries(
            ['eu-west-1', 'us-east-1', 'ap-south-1', 'sa-east-1'].map((v) => [v, abstaining]),
          ),
        },
      );
      await world.tick(minute, verdicts);
    }
    const { incidents } = await world.store.incidents();
    expect(
      incidents
        .map(({ subject }) => (subject.type === 'target' ? subject.target : subject.vantage))
        .toSorted(),
    ).toEqual([A, 'ap-south-1', 'eu-west-1', 'sa-east-1', 'us-east-1']);
    expect(incidents.every(({ closedAt }) => closedAt === undefined)).toBe(true);
  });
});
