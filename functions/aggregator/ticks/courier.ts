import { setTimeout as sleep } from 'node:timers/promises';
import { NotTakenError, type Announcer } from '../announce/announcement.ts';
import type { State, Store } from '../store.ts';
import { claim, mark, SEND_MS, type Claimed, type Sent } from './outbox.ts';

/** A channel that failed so often in one tick is left alone until the next. */
const MAX_FAILURES = 3;
/** Enough for a full outbox, and an end to it whatever others do to the same state. */
const MAX_ROUNDS = 100;
const MARK_ATTEMPTS = 4;
const MARK_PAUSE_MS = 100;

/**
 * What this process has sent and could not write down. It lives as long as the announcer does, and saves the world a repeat when
 * the store was away for a moment.
 */
const unmarked = new WeakMap<Announcer, Set<string>>();

export interface CourierParts {
  store: Store;
  announcers: readonly Announcer[];
  owner: string;
  clock: () => Date;
  log: (line: string) => void;
}

/** Takes out of states what has to leave them: to the archive, and over the channels. One courier serves one tick. */
export class Courier {
  announced = 0;
  failed = 0;
  readonly #parts: CourierParts;
  readonly #failures = new Map<string, number>();

  constructor(parts: CourierParts) {
    this.#parts = parts;
  }

  /**
   * Empties archive and outbox of one state as far as possible, and resolves to the state as it is then. Nothing leaves before the
   * state says that this owner is about to send it; so of two couriers one sends. Rejects with a StoreError; what is left then is
   * taken up at the next tick.
   */
  async empty(start: State): Promise<State> {
    let state = start;
    const failing = new Set<string>();
    for (let round = 0; round < MAX_ROUNDS; round++) {
      if (state.archive.length === 0 && state.outbox.length === 0) return state;
      await this.#parts.store.putArchive(state.archive);
      const taken = this.#claim({ ...state, archive: [] }, failing);
      if (!taken.changed && state.archive.length === 0) return state;
      const saved = await this.#parts.store.saveState(taken.state);
      if (!saved) {
        // Another was faster. What we have archived stands there already; writing it again changes nothing.
        const found = await this.#parts.store.loadState(state.subject);
        if (!found) return state;
        state = found;
      } else if (taken.claimed.length === 0) return saved;
      else {
        const sent = await this.#send(taken.claimed);
        for (const { channel, error } of sent) if (error !== undefined) failing.add(channel);
        state = await this.#mark(saved, sent);
      }
    }
    return state;
  }

  #claim(state: State, failing: ReadonlySet<string>): ReturnType<typeof claim> {
    const { announcers, owner, clock } = this.#parts;
    const known = announcers.map(({ name }) => name);
    const open = known.filter((name) => !failing.has(name) && (this.#failures.get(name) ?? 0) < MAX_FAILURES);
    return claim(state, open, known, { owner, nowMs: clock().getTime() });
  }

  async #send(claimed: readonly Claimed[]): Promise<Sent[]> {
    const claimedAt = performance.now();
    return Promise.all(claimed.map((one) => this.#sendOne(one, claimedAt)));
  }

  async #sendOne({ channel, announcement, mayRepeat }: Claimed, claimedAt: number): Promise<Sent> {
    const { id } = announcement;
    const announcer = this.#parts.announcers.find(({ name }) => name === channel);
    // A process that was frozen between claiming and sending has lost its claim without knowing.
    if (!announcer || performance.now() - claimedAt > SEND_MS)
      return { channel, id, error: 'too late to send' };
    if (unmarked.get(announcer)?.has(id)) return { channel, id };
    const signal = AbortSignal.timeout(SEND_MS);
    try {
      await announcer.send(announcement, { mayRepeat, signal });
    } catch (error) {
      this.failed++;
      this.#failures.set(channel, (this.#failures.get(channel) ?? 0) + 1);
      const reason = oneLine(error);
      this.#parts.log(
        `announcing ${id} over ${channel} failed and is tried again at the next tick: ${reason}`,
      );
      return { channel, id, error: reason, ...(error instanceof NotTakenError ? {} : { unsure: true }) };
    }
    this.announced++;
    unmarked.set(announcer, (unmarked.get(announcer) ?? new Set()).add(id));
    return { channel, id };
  }

  /** What was sent must be written down, whatever happens to the state meanwhile. */
  async #mark(claimedState: State, sent: readonly Sent[]): Promise<State> {
    const { store, owner } = this.#parts;
    let state = claimedState;
    for (let attempt = 1; ; attempt++) {
      try {
        const marked = await store.saveState(mark(state, sent, owner));
        if (marked) {
          this.#forget(sent);
          return marked;
        }
        const found = await store.loadState(state.subject);
        if (!found) return state;
        state = found;
      } catch (error) {
        if (attempt >= MARK_ATTEMPTS) throw error;
        await sleep(MARK_PAUSE_MS * attempt);
      }
      if (attempt >= MARK_ATTEMPTS * 2) return state;
    }
  }

  #forget(sent: readonly Sent[]): void {
    for (const { channel, id } of sent) {
      const announcer = this.#parts.announcers.find(({ name }) => name === channel);
      if (announcer) unmarked.get(announcer)?.delete(id);
    }
  }
}

function oneLine(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.replaceAll(/\s+/g, ' ').slice(0, 300);
}
