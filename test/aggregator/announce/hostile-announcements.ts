/** Announcements as a lying vantage would have them, and what came out of every channel. */
import { announcementOf } from '../../../functions/aggregator/announce/create-announcement.ts';
import { advance, FRESH_INCIDENT_STATE } from '../../../functions/aggregator/incidents/advance.ts';
import { readVerdict } from '../../../functions/aggregator/incidents/read-verdict.ts';
import { readVantages } from '../../../functions/aggregator/incidents/read-vantages.ts';
import type { Announcement } from '../../../functions/aggregator/incidents/announcement.ts';
import { startReceivers } from './receivers.ts';
import { makeVerdict } from '../tick/verdicts.ts';

const MOMENT = { now: new Date(Date.UTC(2026, 4, 1)), quiet: false, incidentId: 'inc-0123456789abcdef' };
const SETTINGS = { confirmTicks: 1, flappingChanges: 3, flappingWindowMinutes: 60 };
const TARGET = 'api.example:443';

/** What is told of a target about which a vantage has written `text` wherever a vantage can write. */
export function toldOfTarget(text: string): Announcement {
  const verdict = makeVerdict(TARGET, 'unresponsive', {
    views: { 'region-0': { counted: false, saw: 'nothing', fault: 'vantage', abstained: text } },
  });
  const lying = { ...verdict, summary: `${TARGET}: ${text}`, because: [text, text], notRuledOut: [text] };
  const step = advance(
    FRESH_INCIDENT_STATE,
    readVerdict(lying, new Set()),
    { type: 'target', target: TARGET },
    MOMENT,
    SETTINGS,
  );
  return only(step.changes.map((change) => announcementOf(change, 'synwhere')));
}

/** What is told of a vantage that gives `text` as the reason why it abstains. */
export function toldOfVantage(text: string): Announcement {
  const views = {
    'region-0': { counted: false, saw: 'nothing', fault: 'vantage', abstained: text },
  } as const;
  const reading = readVantages([makeVerdict(TARGET, 'reachable', { views })]).get('region-0');
  if (!reading) throw new Error('no reading');
  const subject = { type: 'vantage', vantage: 'region-0' } as const;
  const first = advance(FRESH_INCIDENT_STATE, reading, subject, MOMENT, SETTINGS);
  const second = advance(first.watch, reading, subject, MOMENT, SETTINGS);
  return only([...first.changes, ...second.changes].map((change) => announcementOf(change, 'synwhere')));
}

export interface Sent {
  event: string;
  subject: string;
  mail: string;
  sms: string;
  json: string;
  chat: string;
}

/** Sends an announcement over the real announcers and resolves to what their receivers got. */
export async function sentOf(announcement: Announcement): Promise<Sent> {
  const receivers = await startReceivers();
  try {
    for (const announcer of receivers.announcers()) {
      await announcer.send(announcement, { mayRepeat: false, signal: AbortSignal.timeout(5000) });
    }
    const [event = {}, message = {}, chat = {}] = receivers.taken.map(({ message: taken }) => taken);
    return {
      event: event['Detail'] ?? '',
      subject: message['Subject'] ?? '',
      mail: message['email'] ?? '',
      sms: message['sms'] ?? '',
      json: message['default'] ?? '',
      chat: chat['text'] ?? '',
    };
  } finally {
    await receivers.close();
  }
}

function only(announcements: readonly Announcement[]): Announcement {
  const [announcement, ...more] = announcements;
  if (!announcement || more.length > 0) throw new Error(`${announcements.length} announcements`);
  return announcement;
}
