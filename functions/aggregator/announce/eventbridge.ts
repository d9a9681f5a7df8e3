import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { Announcement } from '../incidents/announcement.ts';
import type { Announcer } from './announcer.ts';
import { ONE_ATTEMPT, refusal, sendOnce } from './one-attempt.ts';
import { printableAnnouncement } from './printable.ts';

export const EVENT_SOURCE = 'synwhere';

export const DETAIL_TYPES = {
  opened: 'Synwhere Incident Opened',
  updated: 'Synwhere Incident Updated',
  closed: 'Synwhere Incident Closed',
  flapping: 'Synwhere Incident Flapping',
} as const satisfies Record<Announcement['change'], string>;

/**
 * Sends each announcement as one event to an event bus. event.schema.json and docs/events.md describe the detail. Most ticks announce
 * nothing, so the AWS client is loaded with the first announcement.
 */
export function eventBridgeAnnouncer(bus: string, client?: EventBridgeClient): Announcer {
  let used = client;
  return {
    name: 'eventbridge',
    async send(announcement, { mayRepeat, signal }) {
      const { EventBridgeClient, PutEventsCommand } = await import('@aws-sdk/client-eventbridge');
      const bridge = (used ??= new EventBridgeClient(ONE_ATTEMPT));
      const entry = {
        EventBusName: bus,
        Source: EVENT_SOURCE,
        DetailType: DETAIL_TYPES[announcement.change],
        Time: new Date(announcement.at),
        Detail: JSON.stringify({ ...printableAnnouncement(announcement), mayRepeat }),
      };
      const put = new PutEventsCommand({ Entries: [entry] });
      const answer = await sendOnce(() => bridge.send(put, { abortSignal: signal }));
      const [result] = answer.Entries ?? [];
      if (answer.FailedEntryCount || result?.ErrorCode) {
        throw refusal(result?.ErrorCode ?? 'the bus', result?.ErrorMessage ?? 'the event was not accepted');
      }
    },
  };
}
