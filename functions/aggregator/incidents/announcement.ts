import type { Change, Subject } from './incident.ts';

/** One change as it is announced: the `detail` of the event, and what every message is made from. See docs/events.md. */
export interface Announcement {
  version: 1;
  /** Stable over all attempts and channels: drop what you have seen. */
  id: string;
  change: Change['type'];
  at: string;
  /** The name of this installation. */
  installation: string;
  subject: Subject;
  incident: {
    id: string;
    kind: string;
    openedAt: string;
    closedAt?: string;
    closedBecause?: string;
    flapping: boolean;
    open: boolean;
  };
  previousKind?: string;
  summary: string;
  because: string[];
  notRuledOut: string[];
  confidence?: string;
  vantages: { vantage: string; saw: string; fault: string; reason?: string }[];
  labels?: Record<string, string>;
  /** Earlier changes of the same subject that could not be told in time and are left out. */
  leftOut?: number;
}
