import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  NotTakenError,
  RejectedError,
  type Announcer,
} from '../../../functions/aggregator/announce/announcer.ts';
import { FRESH_INCIDENT_STATE } from '../../../functions/aggregator/incidents/advance.ts';
import type { OutboxEntry, SubjectState } from '../../../functions/aggregator/store/store.ts';
import {
  CLAIM_MS,
  claim,
  enqueue,
  mark,
  MAX_REJECTIONS,
} from '../../../functions/aggregator/announce/outbox.ts';
import type { Kind } from '../../../functions/reachability/words.ts';
import { createTable, startDynamoDb, type LocalDynamoDb } from '../../support/dynamodb.ts';
import { startReceivers, type Received, type Receivers } from './receivers.ts';
import { announcementNumbered, configurationOf, verdictsOf, worldOf, type World } from '../tick/world.ts';
import { makeVerdict } from '../tick/verdicts.ts';

const CHANNELS = ['eventbridge', 'slack', 'sns'] as const;
/** In the order of keys they come before the outage. */
const POISON = Array.from({ length: 8 }, (_, i) => `a${i}.example:443`);
const OUTAGE = 'z.example:443';
const ALL = [...POISON, OUTAGE];

let database: LocalDynamoDb;
let receivers: Receivers;
let tables = 0;
let world: World;

beforeAll(async () => {
  database = await startDynamoDb();
  receivers = await startReceivers();
});
beforeEach(async () => {
  const table = `courier-${++tables}`;
  await createTable(database.client, table);
  receivers.taken.length = 0;
  receivers.conduct = () => 'take';
  world = worldOf(database, table, receivers.announcers());
});
afterEach(() => {
  vi.restoreAllMocks();
});
afterAll(async () => {
  await receivers.close();
  await database.close();
});

function stateWith(outbox: OutboxEntry[]): SubjectState {
  return {
    subject: { type: 'target', target: OUTAGE },
    version: 'v',
    tick: 't',
    watch: FRESH_INCIDENT_STATE,
    outbox,
    archive: [],
  };
}

function down(targets: readonly string[]): Record<string, Kind> {
  return Object.fromEntries(targets.map((target) => [target, 'unresponsive' as const]));
}

function tick(minute: number, targets: readonly string[], part: { announcers?: readonly Announcer[] } = {}) {
  return world.tick(minute, verdictsOf(down(targets), ALL), { configuration: configurationOf(ALL), ...part });
}

function textOf({ message }: Received): string {
  return Object.values(message).join('\n');
}

/** `channel` of every message about a target. */
function toldOf(target: string): string[] {
  return receivers.taken
    .filter((received) => textOf(received).includes(target))
    .map(({ channel }) => channel)
    .toSorted();
}

describe('a receiver that rejects a message', () => {
  test('of eight subjects hears of a real outage in the tick that sees it', async () => {
    receivers.conduct = (_channel, _request, received) =>
      POISON.some((target) => textOf(received).includes(target)) ? 'reject' : 'take';
    await tick(0, POISON);
    await tick(1, POISON);
    expect(receivers.taken).toEqual([]);
    await tick(2, ALL);
    expect(toldOf(OUTAGE)).toEqual(CHANNELS);
    for (let minute = 3; minute < 6; minute++) await tick(minute, ALL);
    expect(toldOf(OUTAGE)).toEqual(CHANNELS);
    // In full and short, and never again.
    expect(receivers.requests).toBe(POISON.length * CHANNELS.length * MAX_REJECTIONS + CHANNELS.length);
  });

  test('of many subjects hears of all others in the same tick', async () => {
    const rejected = Array.from({ length: 20 }, (_, i) => `a${i + 10}.example:443`);
    const targets = [...rejected, ...Array.from({ length: 5 }, (_, i) => `z${i}.example:443`)];
    const told: string[] = [];
    const announcer: Announcer = {
      name: 'channel',
      send({ subject }) {
        const target = subject.type === 'target' ? subject.target : '';
        if (rejected.includes(target)) return Promise.reject(new RejectedError('no'));
        told.push(target);
        return Promise.resolve();
      },
    };
    await world.tick(0, verdictsOf(down(targets), targets), {
      configuration: configurationOf(targets),
      announcers: [announcer],
    });
    expect(told.toSorted()).toEqual(targets.slice(rejected.length));
    expect(world.metrics[0]?.announcementsFailed).toBe(rejected.length);
  });

  test('of the evidence gets it without any, over that channel alone', async () => {
    const foreign = 'a text that this receiver does not take';
    const verdict = { ...makeVerdict(OUTAGE, 'unresponsive'), because: [foreign], notRuledOut: [foreign] };
    const bad = verdictsOf({ [OUTAGE]: verdict }, ALL);
    receivers.conduct = (channel, _request, received) =>
      channel === 'slack' && textOf(received).includes(foreign) ? 'reject' : 'take';
    for (let minute = 0; minute < 4; minute++) {
      await world.tick(minute, bad, { configuration: configurationOf(ALL) });
    }
    expect(toldOf(OUTAGE)).toEqual(CHANNELS);
    const [short = { text: '' }] = receivers.taken
      .filter(({ channel }) => channel === 'slack')
      .map(({ message }) => ({ text: message['text'] ?? '' }));
    expect(short.text).toContain(`[synwhere] OPEN ${OUTAGE}: unresponsive`);
    expect(short.text).toContain('The receiver rejected the full message');
    expect(short.text).not.toContain('perhaps again');
    expect(short.text.length).toBeLessThan(1000);
    expect(world.log.filter((line) => line.includes('short form'))).toHaveLength(1);
    expect(world.metrics.every(({ announcementsRejected }) => announcementsRejected === 0)).toBe(true);
  });

  test('in every form loses that message and no other, and this is in the log and in the metrics', async () => {
    receivers.conduct = (channel, _request, received) =>
      channel === 'slack' && textOf(received).includes('OPEN') ? 'reject' : 'take';
    for (let minute = 0; minute < MAX_REJECTIONS; minute++) await tick(minute, [OUTAGE]);
    expect(toldOf(OUTAGE)).toEqual(['eventbridge', 'sns']);
    const setAside = world.log.filter((line) => line.includes('set aside'));
    expect(setAside).toEqual([
      expect.stringMatching(
        /^announcing inc-\w+-1 over slack failed; it is set aside \(opened z\.example:443, unresponsive\): RejectedError: the webhook answered 400$/,
      ),
    ]);
    expect(world.metrics.map(({ announcementsRejected }) => announcementsRejected)).toEqual([0, 0, 0, 1]);
    expect(world.metrics.map(({ announcementsFailed }) => announcementsFailed)).toEqual([1, 1, 1, 1]);
    expect((await world.store.loadStates()).flatMap(({ outbox }) => outbox)).toEqual([]);
    await tick(MAX_REJECTIONS, []);
    expect(toldOf(OUTAGE)).toEqual(['eventbridge', 'eventbridge', 'slack', 'sns', 'sns']);
  });

  test('waits for a channel that does not work for as long as it takes', async () => {
    receivers.conduct = () => 403;
    for (let minute = 0; minute < MAX_REJECTIONS + 2; minute++) await tick(minute, [OUTAGE]);
    receivers.conduct = () => 'take';
    await tick(MAX_REJECTIONS + 2, [OUTAGE]);
    expect(toldOf(OUTAGE)).toEqual(CHANNELS);
    expect(receivers.taken.every((received) => !textOf(received).includes('rejected the full'))).toBe(true);
  });
});

describe('a channel that is left alone for the rest of a tick', () => {
  test('is used first for what was not tried yet', async () => {
    receivers.conduct = (_channel, _request, received) =>
      POISON.some((target) => textOf(received).includes(target)) ? 503 : 'take';
    for (let minute = 0; minute < 3; minute++) await tick(minute, POISON);
    await tick(3, ALL);
    expect(toldOf(OUTAGE)).toEqual(CHANNELS);
  });

  test('is tried for each subject in turn', async () => {
    const targets = Array.from({ length: 40 }, (_, i) => `t${i}.example:443`);
    const tried = new Set<string>();
    const broken: Announcer = {
      name: 'broken',
      send({ subject }) {
        if (subject.type === 'target') tried.add(subject.target);
        return Promise.reject(new NotTakenError('not now'));
      },
    };
    for (let minute = 0; minute < 14; minute++) {
      await world.tick(minute, verdictsOf(down(targets), targets), {
        configuration: configurationOf(targets),
        announcers: [broken],
      });
    }
    expect([...tried].toSorted()).toEqual(targets.toSorted());
  });
});

test('a sender that was frozen after its claim does not send: the claim may be another’s by now', async () => {
  const sent: boolean[] = [];
  const announcer: Announcer = {
    name: 'channel',
    send(_announcement, { mayRepeat }) {
      sent.push(mayRepeat);
      return Promise.resolve();
    },
  };
  let frozenMs = 0;
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + frozenMs);
  const { store } = world;
  const frozen: typeof store = {
    ...store,
    async saveState(state) {
      const saved = await store.saveState(state);
      // The process stands still right after it has written its claim.
      if (saved?.outbox.some(({ deliveries }) => deliveries['channel']?.claim)) frozenMs += CLAIM_MS + 1;
      return saved;
    },
  };
  const part = { configuration: configurationOf(ALL), announcers: [announcer] };
  await world.tick(0, verdictsOf(down([OUTAGE]), ALL), { ...part, store: frozen });
  expect(frozenMs).toBeGreaterThan(0);
  expect(sent).toEqual([]);
  // Nothing was sent, so the next one sends it, as no repeat.
  await world.tick(1, verdictsOf(down([OUTAGE]), ALL), part);
  expect(sent).toEqual([false]);
});

describe('the outbox of one subject', () => {
  const NOW = { owner: 'me', nowMs: 1_000_000 };
  const OPEN = ['slack', 'sns'];

  /** Two announcements that wait for both channels; another process has claimed the older one over Slack. */
  function claimedByAnother(agoMs = 1000): SubjectState {
    const [older, newer] = enqueue([], [announcementNumbered(1), announcementNumbered(2)], OPEN);
    if (!older || !newer) throw new Error('no outbox');
    const held = { attempts: 1, claim: { owner: 'another', atMs: NOW.nowMs - agoMs } };
    return stateWith([{ ...older, deliveries: { ...older.deliveries, slack: held } }, newer]);
  }

  test('gives nothing newer over a channel while another process is sending what is older', () => {
    const { claimed, changed } = claim(claimedByAnother(), ['slack'], OPEN, NOW);
    expect(claimed).toBeUndefined();
    expect(changed).toBe(false);
  });

  test('goes on over the other channel meanwhile, with the older one first', () => {
    expect(claim(claimedByAnother(), OPEN, OPEN, NOW).claimed).toMatchObject({
      channel: 'sns',
      announcement: { id: 'n1' },
    });
  });

  test('takes the older one over when the claim has ended, and says that it may be a repeat', () => {
    expect(claim(claimedByAnother(CLAIM_MS), ['slack'], OPEN, NOW).claimed).toMatchObject({
      channel: 'slack',
      announcement: { id: 'n1' },
      mayRepeat: true,
    });
  });

  test('keeps a rejection through a claim, and forgets none when it is marked twice', () => {
    const sent = { channel: 'slack', id: 'n1', error: 'no', rejected: true };
    let state = stateWith(enqueue([], [announcementNumbered(1)], OPEN));
    for (let rejections = 0; rejections < MAX_REJECTIONS; rejections++) {
      const { state: next, claimed } = claim(state, ['slack'], OPEN, NOW);
      expect(claimed).toMatchObject({ channel: 'slack', rejections });
      state = mark(mark(next, sent, 'me'), sent, 'me');
    }
    // Set aside over Slack, and over no other channel.
    expect(state.outbox.map(({ deliveries }) => Object.keys(deliveries))).toEqual([['sns']]);
  });
});

test('a rejection is a message that was certainly not taken', () => {
  expect(new RejectedError('no')).toBeInstanceOf(NotTakenError);
});
