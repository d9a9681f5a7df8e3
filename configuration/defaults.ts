import { PROBE_DEFAULTS } from '../functions/reachability/request.ts';
import type { Configuration } from './configuration.ts';

/** The configuration file of a command that names none, in the directory where it is called. */
export const DEFAULT_CONFIG = 'synwhere.yaml';

/** The file beside the code of the aggregator that has its configuration. */
export const DEPLOYED_CONFIG = 'synwhere.json';

/** The values of keys that are not written. The defaults of alarms depend on the schedule: see {@link alarmDefaults}. */
export const DEFAULTS = {
  name: 'synwhere',
  /** Without regions, so nothing is deployed; with regions, the default is the first of them. */
  home: 'us-east-1',
  probe: { timeoutMs: PROBE_DEFAULTS.timeoutMs, attempts: PROBE_DEFAULTS.attempts, memoryMiB: 256 },
  aggregator: { memoryMiB: 512 },
  logs: { retentionDays: 14 },
  schedule: { everyMinutes: 1, enabled: true },
  incidents: { confirmTicks: 1, flappingChanges: 6, flappingWindowMinutes: 60 },
  onDemand: { targets: 'configured', maxTargets: 50 },
  history: { retentionDays: 90, keepOnDestroy: true },
  metrics: { perRegion: false },
} as const;

/** At least three ticks, so that one late tick raises no alarm. */
export function alarmDefaults(everyMinutes: number): Configuration['alarms'] {
  return {
    noTickMinutes: Math.max(5, 3 * everyMinutes),
    abstainingMinutes: Math.max(15, 3 * everyMinutes),
  };
}
