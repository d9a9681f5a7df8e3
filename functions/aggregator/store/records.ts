import * as z from 'zod/mini';
import { verdictSchema } from '../../reachability/verdict.ts';
import { CONFIDENCES, FAULTS, KINDS, SIGHTINGS } from '../../reachability/words.ts';
import type { Confidence, Kind } from '../../reachability/words.ts';
import type { Announcement } from '../incidents/announcement.ts';
import type { IncidentState } from '../incidents/advance.ts';
import type { Incident, Subject } from '../incidents/incident.ts';

const time = z.iso.datetime();
const judged = {
  kind: z.enum(KINDS),
  asExpected: z.boolean(),
  confidence: z.enum(CONFIDENCES),
  summary: z.string(),
};
const trimmed = z.exactOptional(
  z.string().check(z.describe('What was left out of the verdict to keep it small, in words.')),
);

export const historyPeriodSchema = z
  .strictObject({
    target: z.string(),
    from: time,
    to: time,
    ticks: z.int().check(z.nonnegative(), z.describe('How many ticks saw it.')),
    current: z.boolean().check(z.describe('Whether the period has not ended.')),
    ...judged,
    /** In full, as it was at the first tick; absent where it had to be left out for size. */
    verdict: z.exactOptional(verdictSchema),
    trimmed,
  })
  .check(
    z.describe(
      'A period in which the verdict stayed the same, from the first tick that saw it to the last one.',
    ),
  );
/** A period in which the verdict of a target stayed the same. Times are ISO 8601. */
export interface HistoryPeriod extends z.output<typeof historyPeriodSchema> {}

export const latestViewSchema = z
  .strictObject({
    at: time,
    ...judged,
    vantages: z.array(
      z.strictObject({
        vantage: z.string(),
        counted: z.boolean(),
        abstained: z.exactOptional(z.string()),
        saw: z.enum(SIGHTINGS),
        fault: z.enum(FAULTS),
        handshakeMs: z.exactOptional(
          z.number().check(z.nonnegative(), z.describe('The fastest handshake of the tick.')),
        ),
      }),
    ),
  })
  .check(z.describe('The verdict of the last tick, without its evidence.'));
/** The verdict of the last tick on a target, without its evidence. */
export interface LatestView extends z.output<typeof latestViewSchema> {}
export type LatestVantage = LatestView['vantages'][number];

/** One page, newest first. */
export interface History {
  stretches: HistoryPeriod[];
  /** Give it back for the next page; absent on the last. */
  cursor?: string;
}

export interface HistoryQuery {
  /** ISO 8601; stretches that touch the time from `from` to `to`, both by default unbounded. */
  from?: string;
  to?: string;
  /** Stretches that are over to a page; the current one comes on top of the first. Default 100. */
  limit?: number;
  cursor?: string;
}

/** What is known of one target now. */
export interface StateRecord {
  target: string;
  /** Its current stretch, with the full verdict that began it. */
  stretch?: HistoryPeriod;
  /** What the last tick saw; absent before the first. */
  latest?: LatestView;
  /** Its open incident. */
  incident?: Incident;
  /** Announcements about it that have not got through to every receiver yet. */
  pendingAnnouncements: number;
}

/** One page, newest first; open incidents come before closed ones. */
export interface Incidents {
  incidents: Incident[];
  cursor?: string;
}

export interface IncidentQuery {
  /** Only open ones, or only closed ones. */
  open?: boolean;
  /** Only those of one subject: `host:port` or the name of a vantage. */
  subject?: string;
  /** Closed ones to a page. Default 100. */
  limit?: number;
  cursor?: string;
}

/** What one tick came to. */
export interface TickRecord {
  id: string;
  scheduledAt: string;
  startedAt: string;
  elapsedMs: number;
  targets: number;
  notAsExpected: number;
  abstaining: string[];
  openIncidents: number;
}

/** The current stretch as a state keeps it; the verdict is packed. */
export interface StoredPeriod {
  from: string;
  /** The number of the tick that began it. */
  sequence: number;
  signature: string;
  kind: Kind;
  asExpected: boolean;
  confidence: Confidence;
  summary: string;
  packed?: Uint8Array;
  trimmed?: string;
}

/** What is written once a state says so, and never changes after: a replay writes the same again. */
export type ArchiveEntry =
  | { type: 'history'; target: string; stretch: StoredPeriod; to: string; ticks: number; expiresAt: number }
  | { type: 'incident'; incident: Incident; expiresAt: number };

/** How far the delivery of one announcement over one channel is. Delivered ones are removed. */
export interface Delivery {
  attempts: number;
  /** Who is about to send it, since when (milliseconds of the epoch). */
  claim?: { owner: string; atMs: number };
  /** An attempt may have got through without our knowing: the next one says so. */
  unsure?: boolean;
  /** How often the receiver has rejected it. */
  rejections?: number;
  error?: string;
}

export interface OutboxEntry {
  announcement: Announcement;
  /** By channel. */
  deliveries: Record<string, Delivery>;
}

/** Everything that is remembered of one subject, in one item: what one conditional write changes at once. */
export interface SubjectState {
  subject: Subject;
  /** Changes with every write; empty before the first. */
  version: string;
  /** The last tick that changed it. */
  tick: string;
  stretch?: StoredPeriod;
  watch: IncidentState;
  outbox: OutboxEntry[];
  archive: ArchiveEntry[];
}

/** The service's own memory between ticks. */
export interface ServiceState {
  /** Completed ticks so far. */
  sequence: number;
  /** When the last completed tick was, ISO 8601. */
  lastTickAt?: string;
}

export type Lease = { taken: true; service: ServiceState } | { taken: false; heldBy: string; until: string };
