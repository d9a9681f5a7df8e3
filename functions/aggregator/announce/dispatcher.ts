import { setTimeout as sleep } from 'node:timers/promises';
import { NotTakenError, RejectedError, type Announcer } from './announcer.ts';
import { shortForm } from './text.ts';
import { subjectName } from '../incidents/incident.ts';
import { oneLine } from '../../reachability/one-line.ts';
import type { SubjectState, Store } from '../store/store.ts';
import { claim, FULL_TRIES, mark, MAX_REJECTIONS, SEND_MS, type Claimed, type Sent } from './outbox.ts';

/** A channel that failed so often in one tick is left alone until the next. Rejected messages do not count: others may get through. */
const MAX_FAILURES = 3;
/** Enough for a full outbox over three channels, and an end to it whatever others do to the same state. */
const MAX_ROUNDS = 300;
const MARK_ATTEMPTS = 4;
const MARK_PAUSE_MS = 100;

/**
 * What this process has sent and could not write down. It lives as long as the announcer does, and saves the world a repeat when
 * the store was away for a moment.
 */
const unmarked = new WeakMap<Announcer, Set<string>>();

export interface DispatcherDependencies {
  store: Store;
  announcers: readonly Announcer[];
  owner: string;
  clock: () => Date;
  log: (line: string) => void;
}

/** Takes out of states what has to leave them: to the archive, and over the channels. One courier serves one tick. */
export class Dispatcher {
  announced = 0;
  /** Attempts that failed, for whatever reason. */
  failed = 0;
  /** Announcements that were set aside, counted once for each channel. */
  setAside = 0;
  readonly #parts: DispatcherDependencies;
  readonly #failures = new Map<string, number>();

  constructor(parts: DispatcherDependencies) {
    this.#parts = parts;
  }

  /**
   * Empties archive and outbox of one state as far as possible, and resolves to the state as it is then. Nothing leaves before the
   * state says that this owner is about to send it, so of two couriers one sends; and nothing else leaves before what became of it
   * is written, so a kill leaves one message in doubt and no more. Rejects with a StoreError; what is left then is taken up at the
   * next tick.
   */
  async deliverPending(start: SubjectState): Promise<SubjectState> {
    const { store, owner } = this.#parts;
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
        // Another was faster. What we have archived stands there already; writing it again changes nothing.
        const found = await store.loadState(state.subject);
        if (!found) return state;
        state = found;
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
    const { announcers, owner, clock } = this.#parts;
    const known = announcers.map(({ name }) => name);
    const open = known.filter((name) => !failing.has(name) && (this.#failures.get(name) ?? 0) < MAX_FAILURES);
    return claim(state, open, known, { owner, nowMs: clock().getTime() });
  }

  /** What was sent must be written down, also where the store is away for a moment. */
  async #save(state: SubjectState, insist: boolean): Promise<SubjectState | undefined> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#parts.store.saveState(state);
      } catch (error) {
        if (!insist || attempt >= MARK_ATTEMPTS) throw error;
        await sleep(MARK_PAUSE_MS * attempt);
      }
    }
  }

  async #send({ channel, announcement, mayRepeat, rejections }: Claimed, claimedAt: number): Promise<Sent> {
    const { id } = announcement;
    const announcer = this.#parts.announcers.find(({ name }) => name === channel);
    // A process that was frozen between claiming and sending has lost its claim without knowing.
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
    let fate = 'and is tried again at the next tick';
    if (rejected && rejections + 1 >= MAX_REJECTIONS) {
      // Told before it is written: a process that is killed between the two tells it again and loses nothing.
      this.setAside++;
      fate = `for good and is set aside (${change} ${subjectName(subject)}, ${incident.kind})`;
    } else if (rejected && rejections + 1 >= FULL_TRIES) {
      fate = 'and is sent in its short form at the next tick';
    }
    this.#parts.log(`announcing ${id} over ${channel} failed ${fate}: ${reason}`);
    const unsure = error instanceof NotTakenError ? {} : { unsure: true };
    return { channel, id, error: reason, ...unsure, ...(rejected ? { rejected } : {}) };
  }

  #forget({ channel, id }: Sent): void {
    const announcer = this.#parts.announcers.find(({ name }) => name === channel);
    if (announcer) unmarked.get(announcer)?.delete(id);
  }
}
