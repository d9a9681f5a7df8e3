import type { Configuration } from '../../../configuration/configuration.ts';
import type { Announcer } from '../announce/announcement.ts';
import type { check } from '../check/check.ts';
import type { Metrics } from './metrics.ts';
import type { Store, TickRecord } from '../store/store.ts';
import type { Vantage } from '../vantages/vantage.ts';

/** One turn of the schedule. */
export interface Tick {
  /**
   * Its identity: two deliveries of one turn carry the same, and two turns never do. EventBridge Scheduler's scheduled time is one.
   * A schedule that follows a clock of its own has to add something that does not come again when the clock is set back.
   */
  id: string;
  /** ISO 8601. */
  scheduledAt: string;
}

export interface TickParts {
  configuration: Pick<
    Configuration,
    'name' | 'targets' | 'controls' | 'probe' | 'schedule' | 'incidents' | 'history'
  >;
  vantages: readonly Vantage[];
  check: typeof check;
  store: Store;
  /** Keep them from tick to tick: each remembers what it sent and could not write down. */
  announcers: readonly Announcer[];
  metrics: Metrics;
  clock?: () => Date;
  /** The check ends within this time, both rounds. Default: 20 s before the next tick, at least 25 s. */
  checkDeadlineMs?: number;
  /** How long a tick that was killed holds up the next ones. Default: until 10 s before the next tick, at least 50 s. */
  leaseMs?: number;
  /** For what a person should read of a tick: what failed and will be tried again. One line each. */
  log?: (line: string) => void;
}

export type TickResult =
  | {
      status: 'done';
      record: TickRecord;
      announced: number;
      announcementsFailed: number;
      /** What failed on the way and is taken up by the next tick, one line each. */
      troubles: string[];
    }
  /** Another tick is still running, or this one was delivered and done before. */
  | { status: 'skipped'; reason: string };
