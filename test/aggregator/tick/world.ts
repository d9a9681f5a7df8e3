import { DEFAULTS } from '../../../configuration/defaults.ts';
import type { Announcement } from '../../../functions/aggregator/incidents/announcement.ts';
import type { Announcer } from '../../../functions/aggregator/announce/announcer.ts';
import type { TickMetrics } from '../../../functions/aggregator/tick/metrics.ts';
import { createStore, type Store } from '../../../functions/aggregator/store/store.ts';
import { runTick, type TickDependencies, type TickResult } from '../../../functions/aggregator/tick/tick.ts';
import type { Vantage } from '../../../functions/aggregator/vantages/vantage.ts';
import { parseTarget } from '../../../functions/reachability/target.ts';
import type { Verdict } from '../../../functions/reachability/verdict.ts';
import type { Kind } from '../../../functions/reachability/words.ts';
import type { LocalDynamoDb } from '../../support/dynamodb.ts';
import { makeVerdict, type VerdictShape } from './verdicts.ts';

export const START_MS = Date.parse('2026-05-01T10:00:00.000Z');
export const MINUTE_MS = 60_000;
export const TARGETS = ['a.example:443', 'b.example:443', 'c.example:443'];
export const VANTAGES = ['eu-west-1', 'us-east-1', 'ap-south-1', 'sa-east-1'];

export type Configured = TickDependencies['configuration'];

export function configurationOf(
  targets: readonly string[] = TARGETS,
  part: Partial<Configured> = {},
): Configured {
  return {
    name: DEFAULTS.name,
    targets: targets.map((text) => parseTarget(text)),
    controls: [],
    probe: DEFAULTS.probe,
    schedule: DEFAULTS.schedule,
    incidents: { ...DEFAULTS.incidents, maintenance: [] },
    history: { retentionDays: 30, keepOnDestroy: true },
    ...part,
  };
}

/** The verdicts of one tick. Targets without a given kind are reachable. */
export function verdictsOf(
  kinds: Record<string, Kind | Verdict> = {},
  targets: readonly string[] = TARGETS,
  shape: VerdictShape = {},
): Verdict[] {
  return targets.map((target) => {
    const kind = kinds[target] ?? 'reachable';
    return typeof kind === 'string' ? makeVerdict(target, kind, { vantages: VANTAGES, ...shape }) : kind;
  });
}

export interface World {
  store: Store;
  metrics: TickMetrics[];
  log: string[];
  /** Runs the tick of this minute with these verdicts. Default of the clock: the minute. */
  tick(minute: number, verdicts: readonly Verdict[], part?: TickOptions): Promise<TickResult>;
}

export interface TickOptions extends Partial<TickDependencies> {
  id?: string;
  nowMs?: number;
}

/** Ticks with their own table. */
export function worldOf(
  database: Pick<LocalDynamoDb, 'client'>,
  table: string,
  announcers: readonly Announcer[],
): World {
  let nowMs = START_MS;
  const clock = () => new Date(nowMs);
  const world: World = {
    store: createStore({ table, client: database.client, retentionDays: 30, clock }),
    metrics: [],
    log: [],
    tick(minute, verdicts, { id, nowMs: at, ...part } = {}) {
      nowMs = at ?? START_MS + minute * MINUTE_MS;
      const scheduledAt = new Date(START_MS + minute * MINUTE_MS).toISOString();
      return runTick(
        { id: id ?? scheduledAt, scheduledAt },
        {
          configuration: configurationOf(),
          vantages: VANTAGES.map((name) => idleVantage(name)),
          check: () => Promise.resolve([...verdicts]),
          store: world.store,
          announcers,
          metrics: (metrics) => world.metrics.push(metrics),
          clock,
          log: (line) => world.log.push(line),
          ...part,
        },
      );
    },
  };
  return world;
}

/** A vantage for ticks with given verdicts. It is never asked. */
export function idleVantage(name: string): Vantage {
  return { name, probe: () => Promise.reject(new Error('this vantage must not be asked')) };
}

/** A small announcement with a number. */
export function announcementNumbered(i: number, summary = 'short'): Announcement {
  return {
    version: 1,
    id: `n${i}`,
    change: 'opened',
    at: new Date(START_MS).toISOString(),
    installation: 'synwhere',
    subject: { type: 'target', target: TARGETS[0] ?? '' },
    incident: { id: `n${i}`, kind: 'unresponsive', openedAt: '', flapping: false, open: true },
    summary,
    because: [],
    notRuledOut: [],
    vantages: [],
  };
}
