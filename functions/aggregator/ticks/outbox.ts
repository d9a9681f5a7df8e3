import type { Announcement } from '../announce/announcement.ts';
import type { Delivery, OutboxEntry, State } from '../store/records.ts';

/**
 * How long nobody else sends what someone is about to send. Longer than a send may take ({@link SEND_MS}), shorter than the time to
 * the next tick, which takes over from one that was killed.
 */
export const CLAIM_MS = 30_000;
export const SEND_MS = 10_000;

/** Announcements that wait; beyond it the oldest are left out, and the next one says how many. A state must fit into one item. */
export const MAX_WAITING = 60;
const MAX_WAITING_BYTES = 150_000;

export interface Claimed {
  channel: string;
  announcement: Announcement;
  mayRepeat: boolean;
}

export interface Sent {
  channel: string;
  id: string;
  /** Absent: it got through. */
  error?: string;
  /** It may have got through although it failed: no answer came. */
  unsure?: boolean;
}

/** Adds what has to be told, over the channels of now. */
export function enqueue(
  outbox: readonly OutboxEntry[],
  announcements: readonly Announcement[],
  channels: readonly string[],
): OutboxEntry[] {
  if (channels.length === 0) return [...outbox];
  const fresh = announcements.map((announcement) => ({
    announcement,
    deliveries: Object.fromEntries(channels.map((channel): [string, Delivery] => [channel, { attempts: 0 }])),
  }));
  return bounded([...outbox, ...fresh]);
}

/**
 * Claims, for each channel, the oldest announcement that waits for it: a channel is told of one subject in order, and what may
 * have been sent without our knowing is one announcement at most. Forgets channels that are not there any more.
 */
export function claim(
  state: State,
  channels: readonly string[],
  known: readonly string[],
  { owner, nowMs }: { owner: string; nowMs: number },
): { state: State; claimed: Claimed[]; changed: boolean } {
  const claimed: Claimed[] = [];
  const served = new Set<string>();
  let changed = false;
  const outbox = state.outbox.map((entry): OutboxEntry => {
    const deliveries = Object.entries(entry.deliveries).flatMap(
      ([channel, delivery]): [string, Delivery][] => {
        if (!known.includes(channel)) {
          changed = true;
          return [];
        }
        if (served.has(channel)) return [[channel, delivery]];
        served.add(channel);
        if (!channels.includes(channel) || isHeld(delivery, nowMs)) return [[channel, delivery]];
        // A claim that nobody gave back: its owner was stopped somewhere between claiming and marking.
        const mayRepeat = delivery.unsure === true || delivery.claim !== undefined;
        claimed.push({ channel, announcement: entry.announcement, mayRepeat });
        return [
          [
            channel,
            {
              attempts: delivery.attempts + 1,
              claim: { owner, atMs: nowMs },
              ...(mayRepeat ? { unsure: true } : {}),
            },
          ],
        ];
      },
    );
    return { ...entry, deliveries: Object.fromEntries(deliveries) };
  });
  return {
    state: { ...state, outbox: withoutDone(outbox) },
    claimed,
    changed: changed || claimed.length > 0,
  };
}

/** Writes down what became of what `owner` had claimed. Does no harm when it is done twice, or over a newer state. */
export function mark(state: State, sent: readonly Sent[], owner: string): State {
  const outbox = state.outbox.map((entry): OutboxEntry => {
    const deliveries = Object.entries(entry.deliveries).flatMap(
      ([channel, delivery]): [string, Delivery][] => {
        const result = sent.find((one) => one.channel === channel && one.id === entry.announcement.id);
        if (!result) return [[channel, delivery]];
        if (result.error === undefined) return [];
        if (delivery.claim?.owner !== owner) return [[channel, delivery]];
        const unsure = delivery.unsure === true || result.unsure === true;
        const failed: Delivery = { attempts: delivery.attempts, error: result.error };
        return [[channel, unsure ? { ...failed, unsure } : failed]];
      },
    );
    return { ...entry, deliveries: Object.fromEntries(deliveries) };
  });
  return { ...state, outbox: withoutDone(outbox) };
}

/** A claim from the future comes from a clock that was set back, and holds nothing. */
function isHeld({ claim: held }: Delivery, nowMs: number): boolean {
  return held !== undefined && Math.abs(nowMs - held.atMs) < CLAIM_MS;
}

function withoutDone(outbox: readonly OutboxEntry[]): OutboxEntry[] {
  return outbox.filter(({ deliveries }) => Object.keys(deliveries).length > 0);
}

function bounded(outbox: readonly OutboxEntry[]): OutboxEntry[] {
  let kept = [...outbox];
  while (kept.length > 1 && (kept.length > MAX_WAITING || JSON.stringify(kept).length > MAX_WAITING_BYTES)) {
    const [oldest, next, ...rest] = kept;
    if (!oldest || !next) break;
    const leftOut = (oldest.announcement.leftOut ?? 0) + 1 + (next.announcement.leftOut ?? 0);
    kept = [{ ...next, announcement: { ...next.announcement, leftOut } }, ...rest];
  }
  return kept;
}
