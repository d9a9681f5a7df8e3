import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Announcement } from '../../../functions/aggregator/incidents/announcement.ts';
import {
  NotTakenError,
  RejectedError,
  type Announcer,
} from '../../../functions/aggregator/announce/announcer.ts';
import { bodyText, headline, subjectLine } from '../../../functions/aggregator/announce/text.ts';
import { refusal } from '../../../functions/aggregator/announce/one-attempt.ts';
import { announcementOf } from '../../../functions/aggregator/announce/create-announcement.ts';
import {
  advance,
  FRESH_INCIDENT_STATE,
  retire,
  type Reading,
} from '../../../functions/aggregator/incidents/advance.ts';
import { eventSchemaText } from '../../../functions/aggregator/announce/event-schema.ts';
import type { Subject } from '../../../functions/aggregator/incidents/incident.ts';
import { readVerdict } from '../../../functions/aggregator/incidents/read-verdict.ts';
import { readVantages } from '../../../functions/aggregator/incidents/read-vantages.ts';
import { KINDS } from '../../../functions/reachability/words.ts';
import { startReceivers, type Channel, type Conduct, type Receivers } from './receivers.ts';
import { makeVerdict } from '../tick/verdicts.ts';

const schemaFile = new URL('../../../functions/aggregator/announce/event.schema.json', import.meta.url);
const schema: Record<string, unknown> = JSON.parse(readFileSync(schemaFile, 'utf8'));
const ajv = new Ajv({ allErrors: true });
addFormats.default(ajv);
const isAnnouncement = ajv.compile(schema);

test('the published schema of the event is the one that the types are inferred from', () => {
  // `npm run schema` writes the file.
  expect(readFileSync(schemaFile, 'utf8')).toBe(eventSchemaText());
});

const TARGET: Subject = { type: 'target', target: 'api.example:443' };
const ID = 'inc-0123456789abcdef';
const SETTINGS = { confirmTicks: 1, flappingChanges: 3, flappingWindowMinutes: 60 };

function moment(tick: number) {
  return { now: new Date(Date.UTC(2026, 4, 1, 10, tick)), quiet: false, incidentId: ID };
}

/** Announcements as ticks make them: the whole life of an incident through the real steps. */
function announcements(readings: readonly Reading[], subject: Subject = TARGET): Announcement[] {
  let watch = FRESH_INCIDENT_STATE;
  const told = readings.flatMap((reading, tick) => {
    const step = advance(watch, reading, subject, moment(tick), SETTINGS);
    watch = step.watch;
    return step.changes;
  });
  const left = retire(watch, subject, moment(readings.length), SETTINGS).changes;
  return [...told, ...left].map((change) => announcementOf(change, 'synwhere', { team: 'shop' }));
}

function first(list: readonly Announcement[]): Announcement {
  const [announcement] = list;
  if (!announcement) throw new Error('nothing was told');
  return announcement;
}

const bad = (kind: Parameters<typeof makeVerdict>[1]): Reading =>
  readVerdict(makeVerdict('api.example:443', kind), new Set());
const well = (): Reading => readVerdict(makeVerdict('api.example:443', 'reachable'), new Set());
const opened = (): Announcement => first(announcements([bad('unresponsive')]));

let receivers: Receivers;
beforeAll(async () => {
  receivers = await startReceivers();
});
beforeEach(() => {
  receivers.taken.length = 0;
  receivers.conduct = () => 'take';
});
afterAll(() => receivers.close());

function announcer(name: Channel): Announcer {
  const found = receivers.announcers().find((one) => one.name === name);
  if (!found) throw new Error(`no ${name}`);
  return found;
}

const sending = (mayRepeat = false, ms = 5000) => ({ mayRepeat, signal: AbortSignal.timeout(ms) });

describe('an event', () => {
  test('of every change and kind keeps the published schema, on the bus and in the JSON body of a message', async () => {
    const all = [
      ...KINDS.flatMap((kind) =>
        announcements([bad(kind), bad('unresponsive'), bad('remote-refusal'), well()]),
      ),
      ...announcements([bad('unresponsive'), well(), bad('unresponsive'), well()]),
      ...announcements(
        [
          ...readVantages([
            makeVerdict('a.example:1', 'reachable', {
              views: {
                'region-0': {
                  counted: false,
                  saw: 'nothing',
                  fault: 'vantage',
                  abstained: 'throttled (429)',
                },
              },
            }),
          ]).values(),
        ].slice(0, 1),
        { type: 'vantage', vantage: 'region-0' },
      ),
    ];
    expect(new Set(all.map(({ change }) => change))).toEqual(
      new Set(['opened', 'updated', 'closed', 'flapping']),
    );
    for (const announcement of all) {
      await announcer('eventbridge').send(announcement, sending());
      await announcer('sns').send(announcement, sending(true));
    }
    expect(receivers.taken).toHaveLength(all.length * 2);
    for (const { announcement } of receivers.taken) {
      expect(isAnnouncement(announcement) ? [] : isAnnouncement.errors).toEqual([]);
    }
  });

  test('is not everything to the schema', () => {
    const event = { ...opened(), mayRepeat: false };
    expect(isAnnouncement(event)).toBe(true);
    const { nextSteps: _, ...fromBefore } = event;
    expect(isAnnouncement(fromBefore)).toBe(true);
    expect(isAnnouncement({ ...event, nextSteps: 'restart' })).toBe(false);
    expect(isAnnouncement({ ...event, change: 'ended' })).toBe(false);
    expect(isAnnouncement({ ...event, extra: 1 })).toBe(false);
    expect(isAnnouncement({ ...event, at: 'yesterday' })).toBe(false);
  });

  test('names bus, source, type and time', async () => {
    await announcer('eventbridge').send(opened(), sending());
    expect(receivers.taken[0]?.message).toMatchObject({
      EventBusName: 'synwhere',
      Source: 'synwhere',
      DetailType: 'Synwhere Incident Opened',
      Time: Date.UTC(2026, 4, 1, 10) / 1000,
    });
  });
});

describe('a mail', () => {
  test('has a short subject in ASCII, whatever the target is called', () => {
    const long: Subject = { type: 'target', target: `${'sub.'.repeat(50)}example.com:443` };
    const odd: Subject = { type: 'vantage', vantage: 'zürich\r\nBcc: x' };
    for (const subject of [TARGET, long, odd]) {
      for (const announcement of announcements([bad('local-routing-issue'), well()], subject)) {
        const line = subjectLine(announcement, true);
        expect(line).toMatch(/^[\x20-\x7e]{10,100}$/);
        expect(line).toContain('local-routing-issue');
      }
    }
    expect(subjectLine(opened())).toBe('[synwhere] OPEN api.example:443: unresponsive');
  });

  test('says what changed, why, what is not ruled out, and where to look', () => {
    const text = bodyText(opened());
    expect(text).toContain('api.example:443 is not as expected: unresponsive.');
    expect(text).toContain('Because:\n- 4 vantages were asked');
    expect(text).toContain('Not ruled out:\n- a filter on the way');
    expect(text).toContain('Next steps:\n- Check again.');
    expect(text).toContain('region-0: saw silent, fault unknown');
    expect(text).toContain('team=shop');
    expect(text).toContain(`Announcement ${ID}-1`);
    expect(text).not.toContain('may be a repeat');
    expect(bodyText(opened(), true)).toContain('may be a repeat');
  });

  test('has no section of next steps where there are none, or where version 0.1.0 made the announcement', () => {
    const { nextSteps: _, ...before } = opened();
    expect(bodyText(before)).not.toContain('Next steps');
    expect(bodyText({ ...before, nextSteps: [] })).not.toContain('Next steps');
  });

  test('tells each change apart in its first line', () => {
    const life = announcements([
      bad('unresponsive'),
      bad('remote-refusal'),
      bad('unresponsive'),
      bad('remote-refusal'),
    ]);
    expect(life.map(headline)).toEqual([
      'api.example:443 is not as expected: unresponsive.',
      'api.example:443 is still not as expected: it was unresponsive, it is now remote-refusal.',
      'api.example:443 is still not as expected: it was remote-refusal, it is now unresponsive.',
      'api.example:443 is flapping, last with remote-refusal. The next message comes when it has settled.',
      'api.example:443 is no longer checked; its last state was remote-refusal.',
    ]);
    const healed = announcements([bad('unresponsive'), well()]).at(-1);
    expect(healed && headline(healed)).toBe(
      'api.example:443 is as expected again; it was unresponsive since 2026-05-01T10:00:00.000Z.',
    );
  });

  test('goes out as text for people, JSON for programs, and attributes for filters', async () => {
    await announcer('sns').send(opened(), sending());
    const message = receivers.taken[0]?.message ?? {};
    expect(message).toMatchObject({
      Subject: '[synwhere] OPEN api.example:443: unresponsive',
      MessageStructure: 'json',
      email: bodyText(opened()),
      default: JSON.stringify({ ...opened(), mayRepeat: false }),
    });
    const names = Object.keys(message).filter((key) => /^MessageAttributes\.entry\.\d+\.Name$/.test(key));
    expect(names.map((key) => message[key])).toEqual([
      'announcementId',
      'change',
      'kind',
      'subject',
      'subjectType',
      'installation',
    ]);
    expect(message).not.toHaveProperty('MessageDeduplicationId');
  });
});

test('a webhook gets text in which nothing of ours is markup, and is never named in an error', async () => {
  const announcement = { ...opened(), summary: 'a <b> & c' };
  await announcer('slack').send(announcement, sending());
  expect(receivers.taken[0]?.message['text']).toContain('a &lt;b&gt; &amp; c');
  expect(receivers.taken[0]?.message).toMatchObject({
    parse: 'none',
    link_names: false,
    unfurl_links: false,
  });
  receivers.conduct = () => 404;
  await expect(announcer('slack').send(announcement, sending())).rejects.toThrow(
    /^the webhook answered 404$/,
  );
  receivers.conduct = () => 'cut-before';
  await expect(announcer('slack').send(announcement, sending())).rejects.toThrow(
    /^the webhook did not answer: \w+$/,
  );
});

describe('a failure', () => {
  const channels: Channel[] = ['eventbridge', 'sns', 'slack'];
  /** Whether the receiver certainly did not take it. */
  const conducts: [Conduct, Channel[], boolean][] = [
    [400, channels, true],
    [403, channels, true],
    [429, channels, true],
    [500, channels, false],
    ['cut-before', channels, false],
    ['cut-after', channels, false],
    ['hang', channels, false],
    ['failed-entry', ['eventbridge'], true],
  ];
  const rows = conducts.flatMap(([conduct, where, sure]) =>
    where.map((channel) => ({ conduct, channel, sure })),
  );

  test.each(rows)(
    '$conduct of $channel is told, after one request; certain: $sure',
    async ({ conduct, channel, sure }) => {
      receivers.conduct = () => conduct;
      const before = receivers.requests;
      const error: unknown = await announcer(channel)
        .send(opened(), sending(false, 700))
        .catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(Error);
      expect(error instanceof NotTakenError).toBe(sure);
      expect(receivers.requests - before).toBe(1);
    },
  );

  /** Whether it is this message that the receiver does not want, or the channel that does not work. */
  test.each([
    ...channels.map((channel) => ({ channel, conduct: 'reject' as const, message: true })),
    { channel: 'eventbridge', conduct: 'rejected-entry', message: true },
    { channel: 'eventbridge', conduct: 'failed-entry', message: false },
    ...[400, 413, 422].map((conduct) => ({ channel: 'slack' as const, conduct, message: true })),
    ...[401, 403, 404, 405, 408, 410, 415, 429].map((conduct) => ({
      channel: 'slack' as const,
      conduct,
      message: false,
    })),
    ...(['eventbridge', 'sns'] as const).flatMap((channel) => [
      { channel, conduct: 413, message: true },
      // AWS throttles with 400, too.
      ...[400, 403, 404, 429].map((conduct) => ({ channel, conduct, message: false })),
    ]),
  ] satisfies { channel: Channel; conduct: Conduct; message: boolean }[])(
    '$conduct of $channel is about the message: $message',
    async ({ channel, conduct, message }) => {
      receivers.conduct = () => conduct;
      const error: unknown = await announcer(channel)
        .send(opened(), sending())
        .catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(NotTakenError);
      expect(error instanceof RejectedError).toBe(message);
    },
  );

  test.each(['Invalid parameter: TopicArn', "Value 'x' at 'entries.1.member.eventBusName' failed"])(
    'a wrong topic or bus is about the channel: %s',
    (message) => {
      expect(refusal('InvalidParameterException', message)).not.toBeInstanceOf(RejectedError);
      expect(refusal('InvalidParameterException', 'Invalid parameter: Subject')).toBeInstanceOf(
        RejectedError,
      );
    },
  );

  test.each(channels)('a message over %s takes a connection of its own', async (channel) => {
    // Lambda freezes the process between two ticks, and a connection that was left open may be dead after.
    const one = announcer(channel);
    receivers.connections.clear();
    for (let sent = 0; sent < 4; sent++) {
      await one.send(opened(), sending());
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(receivers.connections.size).toBe(4);
  });

  test('a receiver that is not there certainly took nothing', async () => {
    const gone = await startReceivers();
    await gone.close();
    for (const one of receivers.announcers(gone.endpoint)) {
      await expect(one.send(opened(), sending())).rejects.toThrow(NotTakenError);
    }
  });
});
