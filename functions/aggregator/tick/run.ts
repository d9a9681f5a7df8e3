import { formatTarget } from '../../reachability/target.ts';
import type { Verdict } from '../../reachability/verdict.ts';
import { subjectKey, type Subject } from '../incidents/incident.ts';
import { readVerdict } from '../incidents/read-verdict.ts';
import { readVantages } from '../incidents/read-vantages.ts';
import type { Service, State, TickRecord } from '../store/store.ts';
import { Courier } from '../announce/deliver.ts';
import { latestView } from './latest-view.ts';
import { dismiss, observe, type Sight, type Turn } from './observe.ts';
import { leastAttempts } from '../announce/outbox.ts';
import { sideBySide } from './side-by-side.ts';
import type { Tick, TickParts, TickResult } from './tick-parts.ts';

const LEAST_CHECK_MS = 25_000;
/** Between the end of a check and the next tick. */
const AFTER_CHECK_MS = 20_000;
const AT_ONCE = 8;
/** After so many turns without a tick, nobody knows what was between, and no stretch of history goes on across it. */
const GAP_TURNS = 3;

/** The steps of one tick, under a lease that its caller holds. */
export class Run {
  readonly courier: Courier;
  readonly #tick: Tick;
  readonly #parts: TickParts;
  readonly #owner: string;
  readonly #clock: () => Date;
  readonly #service: Service;
  readonly #troubles: string[] = [];
  readonly #states = new Map<string, State>();

  constructor(tick: Tick, parts: TickParts, owner: string, clock: () => Date, service: Service) {
    this.#tick = tick;
    this.#parts = parts;
    this.#owner = owner;
    this.#clock = clock;
    this.#service = service;
    const { store, announcers } = parts;
    this.courier = new Courier({ store, announcers, owner, clock, log: (line) => this.#trouble(line) });
  }

  async complete(): Promise<TickResult> {
    const { store, metrics } = this.#parts;
    const startedAt = this.#clock();
    const begun = performance.now();
    for (const state of await store.loadStates()) this.#states.set(subjectKey(state.subject), state);
    const verdicts = await this.#check();

    const now = this.#clock();
    const vantages = readVantages(verdicts, this.#troubledBefore());
    const abstaining = [...vantages].flatMap(([name, reading]) =>
      reading.type === 'bad' && reading.kind === 'vantage-abstaining' ? [name] : [],
    );
    const sights = this.#sights(verdicts, vantages);
    const watched = new Set([
      ...sights.map(({ subject }) => subjectKey(subject)),
      ...this.#parts.vantages.map(({ name }) => subjectKey({ type: 'vantage', vantage: name })),
    ]);
    await this.#remember(sights, watched, this.#turn(now));
    await this.#deliver(watched);
    await this.attempt('write what was seen', () => this.#writeLatest(verdicts, now));

    const record: TickRecord = {
      ...this.#tick,
      startedAt: startedAt.toISOString(),
      elapsedMs: Math.round(performance.now() - begun),
      targets: verdicts.length,
      notAsExpected: sights.filter(
        ({ verdict, reading }) => verdict?.asExpected === false && reading.type !== 'none',
      ).length,
      abstaining,
      openIncidents: [...this.#states.values()].filter(({ watch }) => watch.incident).length,
    };
    const stored = await this.attempt('write the record', () => store.putTick(record));
    await this.attempt('give the lease back', () =>
      store.releaseLease(this.#owner, {
        sequence: this.#service.sequence + 1,
        lastTickAt: now.toISOString(),
      }),
    );
    const { announced, failed, setAside } = this.courier;
    metrics({
      // A tick that could not leave its record is missing to the alarm that counts ticks, and rightly so.
      ...(stored === undefined ? {} : { record }),
      announcementsFailed: failed,
      announcementsRejected: setAside,
      vantages: [...vantages.keys()].map((name) => ({ vantage: name, abstained: abstaining.includes(name) })),
    });
    return { status: 'done', record, announced, announcementsFailed: failed, troubles: this.#troubles };
  }

  /** Does what may fail without ending the tick. */
  async attempt<T>(what: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      this.#trouble(`could not ${what}: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  }

  async #check(): Promise<Verdict[]> {
    const { configuration, vantages } = this.#parts;
    const { targets, controls, probe, schedule } = configuration;
    const roomMs = schedule.everyMinutes * 60_000 - AFTER_CHECK_MS;
    if (targets.length === 0) return [];
    try {
      const verdicts = await this.#parts.check({
        targets,
        vantages,
        controls,
        timeoutMs: probe.timeoutMs,
        attempts: probe.attempts,
        deadlineMs: this.#parts.checkDeadlineMs ?? Math.max(LEAST_CHECK_MS, roomMs),
      });
      if (verdicts.length !== targets.length) {
        throw new Error(`the check gave ${verdicts.length} verdicts for ${targets.length} targets`);
      }
      return verdicts;
    } catch (error) {
      await this.#deliver(new Set(this.#states.keys()));
      throw error;
    }
  }

  #sights(verdicts: readonly Verdict[], vantages: ReturnType<typeof readVantages>): Sight[] {
    const troubled = new Set(
      [...vantages].flatMap(([name, reading]) =>
        reading.type === 'bad' && reading.kind === 'vantage-path-fault' ? [name] : [],
      ),
    );
    const targets = verdicts.map((verdict, index): Sight => {
      const labels = this.#parts.configuration.targets[index]?.labels;
      const reading = readVerdict(verdict, troubled);
      return { subject: this.#targetSubject(index), reading, verdict, ...(labels ? { labels } : {}) };
    });
    const places = [...vantages].map(([vantage, reading]): Sight => ({
      subject: { type: 'vantage', vantage },
      reading,
    }));
    return [...targets, ...places];
  }

  #troubledBefore(): Set<string> {
    const names = [...this.#states.values()].flatMap(({ subject, watch }) =>
      subject.type === 'vantage' && watch.incident?.kind === 'vantage-path-fault' ? [subject.vantage] : [],
    );
    return new Set(names);
  }

  #targetSubject(index: number): Subject {
    const target = this.#parts.configuration.targets[index];
    if (!target) throw new Error(`no target ${index}`);
    return { type: 'target', target: formatTarget(target) };
  }

  #turn(now: Date): Turn {
    const { name, incidents, schedule, history } = this.#parts.configuration;
    const { lastTickAt } = this.#service;
    const sinceMs = lastTickAt === undefined ? 0 : now.getTime() - Date.parse(lastTickAt);
    return {
      tick: this.#tick.id,
      now,
      service: this.#service,
      gap: sinceMs > GAP_TURNS * schedule.everyMinutes * 60_000,
      installation: name,
      settings: incidents,
      expiresAt: Math.ceil(now.getTime() / 1000) + history.retentionDays * 86_400,
      channels: this.#parts.announcers.map((announcer) => announcer.name),
    };
  }

  /** Writes the states that changed, each for itself: one that cannot be written is seen again at the next tick. */
  async #remember(sights: readonly Sight[], watched: ReadonlySet<string>, turn: Turn): Promise<void> {
    const gone = [...this.#states.values()].filter(({ subject }) => !watched.has(subjectKey(subject)));
    const steps = [
      ...sights.map((sight) => ({
        key: subjectKey(sight.subject),
        next: () => observe(this.#states.get(subjectKey(sight.subject)), sight, turn),
      })),
      ...gone.map((state) => ({ key: subjectKey(state.subject), next: () => dismiss(state, turn) })),
    ];
    await sideBySide(steps, AT_ONCE, async ({ key, next }) => {
      await this.attempt(`write the state of ${key}`, async () => {
        const { store } = this.#parts;
        const state = next();
        if (!state) return;
        // Another aggregator that was faster has seen the same world: its state is as good as ours.
        const known = (await store.saveState(state)) ?? (await store.loadState(state.subject));
        if (known) this.#states.set(key, known);
      });
    });
  }

  async #deliver(watched: ReadonlySet<string>): Promise<void> {
    const inTurn = [...this.#states].toSorted(([, a], [, b]) => leastAttempts(a) - leastAttempts(b));
    await sideBySide(inTurn, AT_ONCE, async ([key, state]) => {
      if (state.outbox.length === 0 && state.archive.length === 0 && watched.has(key)) return;
      await this.attempt(`deliver what waits of ${key}`, async () => {
        const after = await this.courier.empty(state);
        this.#states.set(key, after);
        const over = after.outbox.length === 0 && after.archive.length === 0;
        if (watched.has(key) || !over) return;
        await this.#parts.store.removeState(after);
        this.#states.delete(key);
      });
    });
  }

  async #writeLatest(verdicts: readonly Verdict[], now: Date): Promise<void> {
    const at = now.toISOString();
    const views = verdicts.map((verdict, index): [string, ReturnType<typeof latestView>] => [
      subjectKey(this.#targetSubject(index)).slice('target#'.length),
      latestView(verdict, at),
    ]);
    await this.#parts.store.putLatest(this.#tick.id, new Map(views));
  }

  #trouble(line: string): void {
    this.#troubles.push(line);
    this.#parts.log?.(line);
  }
}
