import type { Configuration } from './configuration.ts';

/** The file that is read where none is named. */
export const DEFAULT_CONFIG = 'synwhere.yaml';

/** What stands where `synwhere.yaml` says nothing. Two defaults depend on others: see {@link alarmDefaults}. */
export const DEFAULTS = {
  name: 'synwhere',
  /** Where nothing is deployed; with regions it is the first of them. */
  home: 'us-east-1',
  probe: { timeoutMs: 4000, attempts: 3, memoryMiB: 256 },
  aggregator: { memoryMiB: 512 },
  logs: { retentionDays: 14 },
  schedule: { everyMinutes: 1, enabled: true },
  incidents: { confirmTicks: 1, flappingChanges: 6, flappingWindowMinutes: 60 },
  onDemand: { targets: 'configured', maxTargets: 50 },
  history: { retentionDays: 90, keepOnDestroy: true },
  metrics: { perRegion: false },
} as const satisfies { [Key in keyof Configuration]?: Partial<NonNullable<Configuration[Key]>> };

/** An alarm needs some ticks to judge: at least three of them, and never less than a person would call a while. */
export function alarmDefaults(everyMinutes: number): Configuration['alarms'] {
  return {
    noTickMinutes: Math.max(5, 3 * everyMinutes),
    abstainingMinutes: Math.max(15, 3 * everyMinutes),
  };
}
