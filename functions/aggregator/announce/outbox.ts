import type { Announcement } from '../incidents/announcement.ts';
import type { Delivery, OutboxEntry, SubjectState } from '../store/records.ts';

/**
 * How long nobody else sends what someone is about to send. Longer than a send may take ({@link SEND_MS}), shorter than the time to
 * the next tick, which takes over from one that was killed.
 */
export const CLAIM_MS = 30_000;
export const SEND_MS = 10_000;

/** Announcements that wait; beyond it the oldest are left out, and the next one says how many. A state must fit into one item. */
export const MAX_WAITING = 60;
const MAX_WAITING_BYTES = 150_000;

/**
 * An announcement that its receiver has rejected so often is sent in its short form; when that is rejected as often, it is set aside.
 * All in all four ticks: the alarm for failed announcements needs three in a row.
 */
export const FULL_TRIES = 2;
export const MAX_REJECTIONS = FULL_TRIES + 2;

export interface Claimed {
  channel: string;
  announcement: Announcement;
  mayRepeat: boolean;
  /** How often the receiver has rejected it before. */
  rejections: number;
}

export interface Sent {
  channel: string;
  id: string;
  /** Absent: it got through. */
  error?: string;
  /** It may have got through although it failed: no answer came. */
  unsure?: boolean;
  /** The receiver refused this message. */
  rejected?: boolean;
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
 * Claims the next announcement to send: the oldest that waits for a channel, so that a channel is told of one subject in order.
 * Forgets channels that are not known any more.
 *
 * @param open channels that may be used now
 */
export function claim(
  state: SubjectState,
  open: readonly string[],
  known: readonly string[],
  { owner, nowMs }: { owner: string; nowMs: number },
): { state: SubjectState; claimed?: Claimed; changed: boolean } {
  let claimed: Claimed | undefined;
  const served = new Set<string>();
  const outbox = state.outbox.map(({ announcement, deliveries }): OutboxEntry => {
    const kept = Object.entries(deliveries).filter(([channel]) => known.includes(channel));
    const after = kept.map(([channel, delivery]): [string, Delivery] => {
      const isOldest = !served.has(channel);
      served.add(channel);
      if (claimed || !isOldest || !open.includes(channel) || isHeld(delivery, nowMs))
        return [channel, delivery];
      // A claim that nobody gave back: its owner was stopped somewhere between claiming and marking.
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
  const left = withoutDone(outbox);
  const forgot = count(left) < count(state.outbox);
  return {
    state: { ...state, outbox: left },
    changed: claimed !== undefined || forgot,
    ...(claimed ? { claimed } : {}),
  };
}

/**
 * How often a state's next deliveries were tried, the least tried one. States in this order take turns: what fails at every tick
 * falls behind what was not tried yet.
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
 * Writes down what became of what `owner` had claimed; what was rejected too often is not kept. Does no harm when it is
 * done twice, or over a newer state.
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
    // In the place where it was: the channels of one announcement are served in turn.
    return { ...entry, deliveries: { ...entry.deliveries, [sent.channel]: failed } };
  });
  return { ...state, outbox: withoutDone(outbox) };
}

/** A claim from the future comes from a clock that was set back, and holds nothing. */
function isHeld({ claim: held }: Delivery, nowMs: number): boolean {
  return held !== undefined && Math.abs(nowMs - held.atMs) < CLAIM_MS;
}

function count(outbox: readonly OutboxEntry[]): number {
  return outbox.reduce((sum, { deliveries }) => sum + Object.keys(deliveries).length, 0);
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
