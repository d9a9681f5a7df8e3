/** Items that come due this close together share one timer. */
const GRAIN_MS = 4;

/**
 * Calls back with each item a fixed time after it was added, in that order, and after one more poll for events: what came
 * within the time is heard before the time is over, also where the event loop is late. One timer serves all.
 */
export class DelayLine<T> {
  readonly #delayMs: number;
  readonly #call: (item: T) => void;
  #waiting: { item: T; dueMs: number }[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(delayMs: number, call: (item: T) => void) {
    this.#delayMs = delayMs;
    this.#call = call;
  }

  add(item: T): void {
    this.#waiting.push({ item, dueMs: performance.now() + this.#delayMs });
    if (!this.#timer) this.#wait(this.#delayMs);
  }

  /** Forgets everyone, and lets the process end. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#waiting = [];
  }

  #wait(ms: number): void {
    // A timer runs before the poll for events, an immediate after it.
    this.#timer = setTimeout(() => setImmediate(() => this.#flush()), Math.max(GRAIN_MS, ms));
  }

  #flush(): void {
    if (this.#isClosed) return;
    this.#timer = undefined;
    const nowMs = performance.now();
    const next = this.#waiting.findIndex(({ dueMs }) => dueMs > nowMs);
    const due = this.#waiting.splice(0, next < 0 ? this.#waiting.length : next);
    for (const { item } of due) this.#call(item);
    const [first] = this.#waiting;
    if (first && !this.#timer) this.#wait(first.dueMs - nowMs);
  }
}
