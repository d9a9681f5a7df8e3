import type { Announcement } from '../incidents/announcement.ts';
import type { Delivery, OutboxEntry, SubjectState } from '../store/records.ts';

/**
 * How long a claim prevents other processes from sending the same announcement. Longer than an attempt may take ({@link SEND_MS}), and
 * shorter than the time to the next tick, which sends it if the process was killed.
 */
export const CLAIM_MS = 30_000;
export const SEND_MS = 10_000;

/** More announcements do not wait: the oldest are dropped, and the next one has their number. A state must fit into one item. */
export const MAX_WAITING = 60;
const MAX_WAITING_BYTES = 150_000;

/**
 * After this many rejections, an announcement is sent in its short form. After as many rejections of that, it is set aside. This takes
 * four ticks; the alarm announcements-failed needs three consecutive ones.
 */
export const FULL_TRIES = 2;
export const MAX_REJECTIONS = FULL_TRIES + 2;

export interface Claimed {
  channel: string;
  announcement: Announcement;
  mayRepeat: boolean;
  /** How often the receiver has rejected it. */
  rejections: number;
}

export interface Sent {
  channel: string;
  id: string;
  /** Absent: it was delivered. */
  error?: string;
  /** It may have been delivered although it failed: there was no answer. */
  unsure?: boolean;
  /** The receiver rejected this message. */
  rejected?: boolean;
}

/** Adds announcements, to be sent over the current channels. */
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
 * Claims the next announcement to send: the oldest that waits for a channel, so that each channel gets the announcements of one subject
 * in order. Removes the deliveries of channels that are no longer configured.
 *
 * @param usable channels that may be used now
 * @param configured all channels
 */
export function claim(
  state: SubjectState,
  usable: readonly string[],
  configured: readonly string[],
  { owner, nowMs }: { owner: string; nowMs: number },
): { state: SubjectState; claimed?: Claimed; changed: boolean } {
  let claimed: Claimed | undefined;
  const visited = new Set<string>();
  const outbox = state.outbox.map(({ announcement, deliveries }): OutboxEntry => {
    const kept = Object.entries(deliveries).filter(([channel]) => configured.includes(channel));
    const after = kept.map(([channel, delivery]): [string, Delivery] => {
      const isOldest = !visited.has(channel);
      visited.add(channel);
      if (claimed || !isOldest || !usable.includes(channel) || isClaimed(delivery, nowMs))
        return [channel, delivery];
      // An expired claim: its owner was stopped between claiming and marking.
      const mayRepeat = delivery.unsure === true || delivery.claim !== undefined;
      const { rejections = 0 } = delivery;
      claimed = { channel, announcement, mayRepeat, rejections };
      const unsure = mayRepeat ? { unsure: true } : {};
      const rejected = rejections > 0 ? { rejections } : {};
      const attempts = delivery.attempts + 1;
      return [channel, { attempts, claim: { owner, atMs: nowMs }, ...unsure, ...rejected }];
    });
    return { announcement, deliveries: Object.fromEntries(after) };
  });
  const remaining = withoutDelivered(outbox);
  const removed = count(remaining) < count(state.outbox);
  return {
    state: { ...state, outbox: remaining },
    changed: claimed !== undefined || removed,
    ...(claimed ? { claimed } : {}),
  };
}

/**
 * The least number of attempts among a state's next deliveries. States are delivered in this order, so that one that fails at every
 * tick does not delay one that was not tried yet.
 */
export function leastAttempts({ outbox }: SubjectState): number {
  const next = new Map<string, number>();
  for (const { deliveries } of outbox) {
    for (const [channel, { attempts }] of Object.entries(deliveries)) {
      if (!next.has(channel)) next.set(channel, attempts);
    }
  }
  return next.size === 0 ? 0 : Math.min(...next.values());
}

/**
 * Records the result of an attempt that `owner` had claimed. Removes a delivery that was rejected too often. May be repeated, and may be
 * applied to a newer state.
 */
export function mark(state: SubjectState, sent: Sent, owner: string): SubjectState {
  const outbox = state.outbox.map((entry): OutboxEntry => {
    const { [sent.channel]: delivery, ...others } = entry.deliveries;
    if (!delivery || entry.announcement.id !== sent.id) return entry;
    if (sent.error === undefined) return { ...entry, deliveries: others };
    if (delivery.claim?.owner !== owner) return entry;
    const rejections = (delivery.rejections ?? 0) + (sent.rejected ? 1 : 0);
    if (rejections >= MAX_REJECTIONS) return { ...entry, deliveries: others };
    const unsure = delivery.unsure === true || sent.unsure === true;
    const failed: Delivery = {
      attempts: delivery.attempts,
      error: sent.error,
      ...(unsure ? { unsure } : {}),
      ...(rejections > 0 ? { rejections } : {}),
    };
    // The order of the channels stays the same, because it decides which one is claimed next.
    return { ...entry, deliveries: { ...entry.deliveries, [sent.channel]: failed } };
  });
  return { ...state, outbox: withoutDelivered(outbox) };
}

/** A claim far in the future comes from a clock that was set back since, and is ignored. */
function isClaimed({ claim: current }: Delivery, nowMs: number): boolean {
  return current !== undefined && Math.abs(nowMs - current.atMs) < CLAIM_MS;
}

function count(outbox: readonly OutboxEntry[]): number {
  return outbox.reduce((sum, { deliveries }) => sum + Object.keys(deliveries).length, 0);
}

function withoutDelivered(outbox: readonly OutboxEntry[]): OutboxEntry[] {
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
