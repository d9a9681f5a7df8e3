import { setTimeout as sleep } from 'node:timers/promises';
import { NotTakenError, RejectedError, type Announcer } from './announcer.ts';
import { shortForm } from './text.ts';
import { subjectName } from '../incidents/incident.ts';
import { oneLine } from '../../reachability/one-line.ts';
import type { SubjectState, Store } from '../store/store.ts';
import { claim, FULL_TRIES, mark, MAX_REJECTIONS, SEND_MS, type Claimed, type Sent } from './outbox.ts';

/** A channel with this many failures in one tick is not used again in it. Rejected messages are not failures of the channel. */
const MAX_FAILURES = 3;
/** Enough for a full outbox over three channels. Bounds the loop even if other processes change the same state. */
const MAX_ROUNDS = 300;
const MARK_ATTEMPTS = 4;
const MARK_PAUSE_MS = 100;

/**
 * The ids of announcements that this process has sent but could not mark as sent. They are kept as long as the announcer, and prevent
 * a repeat after the store was unavailable for a short time.
 */
const unmarked = new WeakMap<Announcer, Set<string>>();

export interface DispatcherDependencies {
  store: Store;
  announcers: readonly Announcer[];
  owner: string;
  clock: () => Date;
  log: (line: string) => void;
}

/** Writes the archive entries of states and sends their announcements. Created for each tick. */
export class Dispatcher {
  announced = 0;
  /** Failed attempts. */
  failed = 0;
  /** Announcements that were set aside. Counted for each channel. */
  setAside = 0;
  readonly #dependencies: DispatcherDependencies;
  readonly #failures = new Map<string, number>();

  constructor(dependencies: DispatcherDependencies) {
    this.#dependencies = dependencies;
  }

  /**
   * Delivers the archive and the outbox of one state as far as possible, and resolves to the state after that. Before each message, the
   * state is written with the claim of this owner, so only one of two dispatchers sends it. After each message, its result is written
   * before the next message is sent, so after a kill the delivery of at most one message is unknown. Rejects with a StoreError; the
   * next tick delivers the rest.
   */
  async deliverPending(start: SubjectState): Promise<SubjectState> {
    const { store, owner } = this.#dependencies;
    const failing = new Set<string>();
    let state = start;
    let sent: Sent | undefined;
    for (let round = 0; round < MAX_ROUNDS; round++) {
      if (!sent && state.archive.length === 0 && state.outbox.length === 0) return state;
      await store.putArchive(state.archive);
      const marked = sent ? mark(state, sent, owner) : state;
      const next = this.#claim({ ...marked, archive: [] }, failing);
      if (!sent && !next.changed && state.archive.length === 0) return state;
      const claimedAt = performance.now();
      const saved = await this.#save(next.state, sent !== undefined);
      if (!saved) {
        // Another process has written the state. A repeated write of the same archive entries changes nothing.
        const current = await store.loadState(state.subject);
        if (!current) return state;
        state = current;
        continue;
      }
      if (sent) this.#forget(sent);
      if (!next.claimed) return saved;
      state = saved;
      sent = await this.#send(next.claimed, claimedAt);
      if (sent.error !== undefined) failing.add(sent.channel);
    }
    return state;
  }

  #claim(state: SubjectState, failing: ReadonlySet<string>): ReturnType<typeof claim> {
    const { announcers, owner, clock } = this.#dependencies;
    const channels = announcers.map(({ name }) => name);
    const usable = channels.filter(
      (name) => !failing.has(name) && (this.#failures.get(name) ?? 0) < MAX_FAILURES,
    );
    return claim(state, usable, channels, { owner, nowMs: clock().getTime() });
  }

  /** Retries if `retry` is set: a sent message must be marked, even if the store is unavailable for a short time. */
  async #save(state: SubjectState, retry: boolean): Promise<SubjectState | undefined> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#dependencies.store.saveState(state);
      } catch (error) {
        if (!retry || attempt >= MARK_ATTEMPTS) throw error;
        await sleep(MARK_PAUSE_MS * attempt);
      }
    }
  }

  async #send({ channel, announcement, mayRepeat, rejections }: Claimed, claimedAt: number): Promise<Sent> {
    const { id } = announcement;
    const announcer = this.#dependencies.announcers.find(({ name }) => name === channel);
    // The claim of a process that was frozen between claiming and sending may have expired.
    if (!announcer || performance.now() - claimedAt > SEND_MS)
      return { channel, id, error: 'too late to send' };
    if (unmarked.get(announcer)?.has(id)) return { channel, id };
    const signal = AbortSignal.timeout(SEND_MS);
    try {
      const message = rejections < FULL_TRIES ? announcement : shortForm(announcement);
      await announcer.send(message, { mayRepeat, signal });
    } catch (error) {
      return this.#failed({ channel, announcement, rejections }, error);
    }
    this.announced++;
    unmarked.set(announcer, (unmarked.get(announcer) ?? new Set()).add(id));
    return { channel, id };
  }

  #failed({ channel, announcement, rejections }: Omit<Claimed, 'mayRepeat'>, error: unknown): Sent {
    const { id, change, subject, incident } = announcement;
    const reason = oneLine(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
    const rejected = error instanceof RejectedError;
    this.failed++;
    if (!rejected) this.#failures.set(channel, (this.#failures.get(channel) ?? 0) + 1);
    let next = 'it is retried at the next tick';
    if (rejected && rejections + 1 >= MAX_REJECTIONS) {
      // Logged before the state is written: a process that is killed in between logs it again, and the line is not lost.
      this.setAside++;
      next = `it is set aside (${change} ${subjectName(subject)}, ${incident.kind})`;
    } else if (rejected && rejections + 1 >= FULL_TRIES) {
      next = 'its short form is sent at the next tick';
    }
    this.#dependencies.log(`announcing ${id} over ${channel} failed; ${next}: ${reason}`);
    const unsure = error instanceof NotTakenError ? {} : { unsure: true };
    return { channel, id, error: reason, ...unsure, ...(rejected ? { rejected } : {}) };
  }

  #forget({ channel, id }: Sent): void {
    const announcer = this.#dependencies.announcers.find(({ name }) => name === channel);
    if (announcer) unmarked.get(announcer)?.delete(id);
  }
}
