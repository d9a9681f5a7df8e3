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
  z.string().check(z.describe('What was removed from the verdict to limit its size, in words.')),
);

export const historyPeriodSchema = z
  .strictObject({
    target: z.string(),
    from: time,
    to: time,
    ticks: z.int().check(z.nonnegative(), z.describe('The number of ticks with this verdict.')),
    current: z.boolean().check(z.describe('Whether the period has not ended.')),
    ...judged,
    /** The full verdict of the first tick. Absent where it is too large. */
    verdict: z.exactOptional(verdictSchema),
    trimmed,
  })
  .check(z.describe('A period in which the verdict stayed the same, from its first tick to its last one.'));
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
  /** The cursor of the next page. Absent on the last page. */
  cursor?: string;
}

export interface HistoryQuery {
  /** ISO 8601. Selects the periods that overlap the time from `from` to `to`. Default: unbounded. */
  from?: string;
  to?: string;
  /** Ended periods for each page. The first page has the current one in addition. Default: 100. */
  limit?: number;
  cursor?: string;
}

/** The current state of one target. */
export interface StateRecord {
  target: string;
  /** The current period, with the full verdict of its first tick. */
  stretch?: HistoryPeriod;
  /** The verdict of the last tick. Absent before the first tick. */
  latest?: LatestView;
  /** The open incident. */
  incident?: Incident;
  /** The number of announcements that are not yet delivered over every channel. */
  pendingAnnouncements: number;
}

/** One page, newest first; open incidents come before closed ones. */
export interface Incidents {
  incidents: Incident[];
  cursor?: string;
}

export interface IncidentQuery {
  /** True: only open ones. False: only closed ones. */
  open?: boolean;
  /** Only those of this subject: `host:port` or the name of a vantage. */
  subject?: string;
  /** Closed incidents for each page. Default: 100. */
  limit?: number;
  cursor?: string;
}

/** The result of one tick. */
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

/** A period with the same verdict, as it is stored. The verdict is compressed. */
export interface StoredPeriod {
  from: string;
  /** The sequence number of its first tick. */
  sequence: number;
  signature: string;
  kind: Kind;
  asExpected: boolean;
  confidence: Confidence;
  summary: string;
  packed?: Uint8Array;
  trimmed?: string;
}

/** An entry for the archive. It waits in a state until it is written, and never changes: a repeated write changes nothing. */
export type ArchiveEntry =
  | { type: 'history'; target: string; stretch: StoredPeriod; to: string; ticks: number; expiresAt: number }
  | { type: 'incident'; incident: Incident; expiresAt: number };

/** The delivery of one announcement over one channel. It is removed when the announcement is delivered. */
export interface Delivery {
  attempts: number;
  /** The aggregator that is about to send it, and since when (milliseconds since the epoch). */
  claim?: { owner: string; atMs: number };
  /** It is unknown whether an earlier attempt was delivered. The next attempt is marked as a possible repeat. */
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

/** Everything that is stored about one subject, in one item, so that one conditional write changes all of it. */
export interface SubjectState {
  subject: Subject;
  /** Changes with every write. Empty before the first write. */
  version: string;
  /** The last tick that changed it. */
  tick: string;
  /** The current period with the same verdict. Absent for a vantage. */
  stretch?: StoredPeriod;
  /** The state of the subject's incident. */
  watch: IncidentState;
  /** Announcements that are not yet delivered over every channel, oldest first. */
  outbox: OutboxEntry[];
  /** Ended periods and closed incidents that are not yet in the archive. */
  archive: ArchiveEntry[];
}

/** What the service stores between ticks. */
export interface ServiceState {
  /** The number of completed ticks. */
  sequence: number;
  /** The time of the last completed tick, ISO 8601. */
  lastTickAt?: string;
}

export type Lease = { taken: true; service: ServiceState } | { taken: false; heldBy: string; until: string };
