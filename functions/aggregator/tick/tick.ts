import { randomUUID } from 'node:crypto';
import type { Configuration } from '../../../configuration/configuration.ts';
import { formatTarget } from '../../reachability/target.ts';
import type { Verdict } from '../../reachability/verdict.ts';
import type { Announcer } from '../announce/announcer.ts';
import { Dispatcher } from '../announce/dispatcher.ts';
import { leastAttempts } from '../announce/outbox.ts';
import type { check } from '../check/check.ts';
import { subjectKey } from '../incidents/incident.ts';
import { readVantages } from '../incidents/read-vantages.ts';
import { readVerdict } from '../incidents/read-verdict.ts';
import type { ServiceState, Store, SubjectState, TickRecord } from '../store/store.ts';
import type { Vantage } from '../vantages/vantage.ts';
import { latestView } from './latest-view.ts';
import type { Metrics } from './metrics.ts';
import { dismiss, observe, type Observation, type TickContext } from './observe.ts';

/** One invocation by the schedule. */
export interface Tick {
  /**
   * Identifies the tick. Two deliveries of one tick have the same id; two ticks never have. The scheduled time of EventBridge Scheduler
   * is such an id. A schedule on a local clock must add something that does not repeat when the clock is set back.
   */
  id: string;
  /** ISO 8601. */
  scheduledAt: string;
}

export interface TickDependencies {
  configuration: Pick<
    Configuration,
    'name' | 'targets' | 'controls' | 'probe' | 'schedule' | 'incidents' | 'history'
  >;
  vantages: readonly Vantage[];
  check: typeof check;
  store: Store;
  /** Use the same objects for all ticks: an announcement that was sent but not recorded is remembered for each. */
  announcers: readonly Announcer[];
  metrics: Metrics;
  clock?: () => Date;
  /** The check with both rounds ends within this time. Default: until 20 s before the next tick, at least 25 s. */
  checkDeadlineMs?: number;
  /** How long a tick that was killed blocks the next ones. Default: until 10 s before the next tick, at least 50 s. */
  leaseMs?: number;
  /** Receives one line for each failure that is retried, and for a skipped tick. */
  log?: (line: string) => void;
}

export type TickResult =
  | {
      status: 'done';
      record: TickRecord;
      announced: number;
      announcementsFailed: number;
      /** One line for each failure that the next tick retries. */
      troubles: string[];
    }
  /** Another tick is still running, or an earlier delivery of this one was completed. */
  | { status: 'skipped'; reason: string };

const LEAST_LEASE_MS = 50_000;
/** Between the end of a lease and the next tick. */
const AFTER_LEASE_MS = 10_000;
const LEAST_CHECK_MS = 25_000;
/** Between the end of a check and the next tick. */
const AFTER_CHECK_MS = 20_000;
const STATES_AT_ONCE = 8;
/** After this many intervals without a tick, the state in between is unknown, and the current period of a target ends. */
const GAP_INTERVALS = 3;

/**
 * Runs one tick: checks all targets, updates the states and announces the changes. A tick may be killed between any two steps, be
 * delivered twice, or run beside another tick; docs/operate.md describes what is guaranteed then. Rejects with a StoreError if it
 * cannot take the lease or read the states. Rejects with the error of the check after it has tried to deliver pending announcements.
 */
export async function runTick(tick: Tick, dependencies: TickDependencies): Promise<TickResult> {
  const { store, configuration, metrics, log } = dependencies;
  const skip = (reason: string): TickResult => {
    log?.(`tick skipped: ${reason}`);
    return { status: 'skipped', reason };
  };
  const owner = randomUUID();
  const everyMs = configuration.schedule.everyMinutes * 60_000;
  const leaseMs = dependencies.leaseMs ?? Math.max(LEAST_LEASE_MS, everyMs - AFTER_LEASE_MS);
  const lease = await store.takeLease(tick.id, owner, leaseMs);
  if (!lease.taken) {
    return skip(`tick ${lease.heldBy} is still running; its lease expires at ${lease.until}`);
  }
  const run = new Run(tick, dependencies, owner, lease.service);
  try {
    if (await store.tickRecord(tick.id)) return skip(`tick ${tick.id} is already complete`);
    return await run.complete();
  } catch (error) {
    const { failed, setAside } = run.dispatcher;
    metrics({ announcementsFailed: failed, announcementsRejected: setAside, vantages: [] });
    throw error;
  } finally {
    await run.attempt('release the lease', () => store.releaseLease(owner, run.completed));
  }
}

/** The steps of one tick. The caller holds the lease. */
class Run {
  readonly dispatcher: Dispatcher;
  /** The state of the service after this tick; undefined until all states are written. */
  completed?: ServiceState;
  readonly #tick: Tick;
  readonly #dependencies: TickDependencies;
  readonly #clock: () => Date;
  readonly #service: ServiceState;
  readonly #failures: string[] = [];
  readonly #states = new Map<string, SubjectState>();

  constructor(tick: Tick, dependencies: TickDependencies, owner: string, service: ServiceState) {
    const { store, announcers, clock = () => new Date() } = dependencies;
    this.#tick = tick;
    this.#dependencies = dependencies;
    this.#clock = clock;
    this.#service = service;
    this.dispatcher = new Dispatcher({
      store,
      announcers,
      owner,
      clock,
      log: (line) => this.#reportFailure(line),
    });
  }

  async complete(): Promise<TickResult> {
    const { store, metrics, vantages } = this.#dependencies;
    const startedAt = this.#clock();
    const startMs = performance.now();
    for (const state of await store.loadStates()) this.#states.set(subjectKey(state.subject), state);
    const verdicts = await this.#check();

    const now = this.#clock();
    const readings = readVantages(verdicts, this.#knownPathFaults());
    const abstaining = [...readings].flatMap(([name, reading]) =>
      reading.type === 'bad' && reading.kind === 'vantage-abstaining' ? [name] : [],
    );
    const observations = this.#observations(verdicts, readings);
    const watched = new Set([
      ...observations.map(({ subject }) => subjectKey(subject)),
      ...vantages.map(({ name }) => subjectKey({ type: 'vantage', vantage: name })),
    ]);
    await this.#updateStates(observations, watched, this.#context(now));
    await this.#deliver(watched);
    await this.attempt('write the latest verdicts', () =>
      store.putLatest(
        this.#tick.id,
        new Map(
          verdicts.map((verdict) => [formatTarget(verdict.target), latestView(verdict, now.toISOString())]),
        ),
      ),
    );

    const record: TickRecord = {
      ...this.#tick,
      startedAt: startedAt.toISOString(),
      elapsedMs: Math.round(performance.now() - startMs),
      targets: verdicts.length,
      notAsExpected: observations.filter(
        ({ verdict, reading }) => verdict?.asExpected === false && reading.type !== 'none',
      ).length,
      abstaining,
      openIncidents: [...this.#states.values()].filter(({ watch }) => watch.incident).length,
    };
    const stored = await this.attempt('write the record', () => store.putTick(record));
    this.completed = { sequence: this.#service.sequence + 1, lastTickAt: now.toISOString() };
    const { announced, failed, setAside } = this.dispatcher;
    metrics({
      // The alarm no-tick counts completed ticks, so a tick without a record is not counted.
      ...(stored === undefined ? {} : { record }),
      announcementsFailed: failed,
      announcementsRejected: setAside,
      vantages: [...readings.keys()].map((name) => ({ vantage: name, abstained: abstaining.includes(name) })),
    });
    return { status: 'done', record, announced, announcementsFailed: failed, troubles: this.#failures };
  }

  /** Runs `work`. An error is reported and does not end the tick. */
  async attempt<T>(what: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      this.#reportFailure(`could not ${what}: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  }

  /** The verdicts in the order of the targets. */
  async #check(): Promise<Verdict[]> {
    const { configuration, vantages, check, checkDeadlineMs } = this.#dependencies;
    const { targets, controls, probe, schedule } = configuration;
    if (targets.length === 0) return [];
    const availableMs = schedule.everyMinutes * 60_000 - AFTER_CHECK_MS;
    try {
      const verdicts = await check({
        targets,
        vantages,
        controls,
        timeoutMs: probe.timeoutMs,
        attempts: probe.attempts,
        deadlineMs: checkDeadlineMs ?? Math.max(LEAST_CHECK_MS, availableMs),
      });
      const byTarget = new Map(verdicts.map((verdict) => [formatTarget(verdict.target), verdict]));
      return targets.map((target) => {
        const verdict = byTarget.get(formatTarget(target));
        if (!verdict) throw new Error(`the check gave no verdict for ${formatTarget(target)}`);
        return verdict;
      });
    } catch (error) {
      await this.#deliver(new Set(this.#states.keys()));
      throw error;
    }
  }

  #observations(verdicts: readonly Verdict[], readings: ReturnType<typeof readVantages>): Observation[] {
    const pathFaults = new Set(
      [...readings].flatMap(([name, reading]) =>
        reading.type === 'bad' && reading.kind === 'vantage-path-fault' ? [name] : [],
      ),
    );
    const labels = new Map(
      this.#dependencies.configuration.targets.map((target) => [formatTarget(target), target.labels]),
    );
    return [
      ...verdicts.map((verdict): Observation => {
        const target = formatTarget(verdict.target);
        const targetLabels = labels.get(target);
        return {
          subject: { type: 'target', target },
          reading: readVerdict(verdict, pathFaults),
          verdict,
          ...(targetLabels && { labels: targetLabels }),
        };
      }),
      ...[...readings].map(([vantage, reading]): Observation => ({
        subject: { type: 'vantage', vantage },
        reading,
      })),
    ];
  }

  /** The vantages with an open incident `vantage-path-fault`. */
  #knownPathFaults(): Set<string> {
    const names = [...this.#states.values()].flatMap(({ subject, watch }) =>
      subject.type === 'vantage' && watch.incident?.kind === 'vantage-path-fault' ? [subject.vantage] : [],
    );
    return new Set(names);
  }

  #context(now: Date): TickContext {
    const { configuration, announcers } = this.#dependencies;
    const { name, incidents, schedule, history } = configuration;
    const { lastTickAt } = this.#service;
    const sinceMs = lastTickAt === undefined ? 0 : now.getTime() - Date.parse(lastTickAt);
    return {
      tick: this.#tick.id,
      now,
      service: this.#service,
      gap: sinceMs > GAP_INTERVALS * schedule.everyMinutes * 60_000,
      installation: name,
      settings: incidents,
      expiresAt: Math.ceil(now.getTime() / 1000) + history.retentionDays * 86_400,
      channels: announcers.map((announcer) => announcer.name),
    };
  }

  /** Writes each changed state on its own. A state that cannot be written is computed again at the next tick. */
  async #updateStates(
    observations: readonly Observation[],
    watched: ReadonlySet<string>,
    context: TickContext,
  ): Promise<void> {
    const unwatched = [...this.#states.values()].filter(({ subject }) => !watched.has(subjectKey(subject)));
    const updates = [
      ...observations.map((observation) => ({
        key: subjectKey(observation.subject),
        next: () => observe(this.#states.get(subjectKey(observation.subject)), observation, context),
      })),
      ...unwatched.map((state) => ({ key: subjectKey(state.subject), next: () => dismiss(state, context) })),
    ];
    await forEachAtOnce(updates, STATES_AT_ONCE, async ({ key, next }) => {
      await this.attempt(`write the state of ${key}`, async () => {
        const { store } = this.#dependencies;
        const state = next();
        if (!state) return;
        // If another aggregator has written first, its state is used: it has observed the same.
        const stored = (await store.saveState(state)) ?? (await store.loadState(state.subject));
        if (stored) this.#states.set(key, stored);
      });
    });
  }

  async #deliver(watched: ReadonlySet<string>): Promise<void> {
    const leastTriedFirst = [...this.#states].toSorted(([, a], [, b]) => leastAttempts(a) - leastAttempts(b));
    await forEachAtOnce(leastTriedFirst, STATES_AT_ONCE, async ([key, state]) => {
      if (state.outbox.length === 0 && state.archive.length === 0 && watched.has(key)) return;
      await this.attempt(`deliver what is pending for ${key}`, async () => {
        const after = await this.dispatcher.deliverPending(state);
        this.#states.set(key, after);
        const isEmpty = after.outbox.length === 0 && after.archive.length === 0;
        if (watched.has(key) || !isEmpty) return;
        await this.#dependencies.store.removeState(after);
        this.#states.delete(key);
      });
    });
  }

  #reportFailure(line: string): void {
    this.#failures.push(line);
    this.#dependencies.log?.(line);
  }
}

/** Runs `work` for all items, at most `atOnce` at a time. Rejects if `work` rejects. */
async function forEachAtOnce<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const worker = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
