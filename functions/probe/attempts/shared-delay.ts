/** Calls that are due this close together share one timer. */
const GRANULARITY_MS = 4;

/**
 * Delays many calls by the same time, with one timer. A call runs after one more poll for socket events, so that an event within
 * the delay is handled before the delay ends, even where the event loop is late.
 */
export class SharedDelay {
  readonly #delayMs: number;
  #waiting: { call: () => void; dueMs: number }[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(delayMs: number) {
    this.#delayMs = delayMs;
  }

  /** Calls `call` after the delay. */
  add(call: () => void): void {
    this.#waiting.push({ call, dueMs: performance.now() + this.#delayMs });
    if (!this.#timer) this.#setTimer(this.#delayMs);
  }

  /** Drops all calls that are not due, so that the process can exit. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#waiting = [];
  }

  #setTimer(ms: number): void {
    // A timer runs before the poll for events, an immediate after it.
    this.#timer = setTimeout(() => setImmediate(() => this.#callDue()), Math.max(GRANULARITY_MS, ms));
  }

  #callDue(): void {
    if (this.#isClosed) return;
    this.#timer = undefined;
    const nowMs = performance.now();
    const next = this.#waiting.findIndex(({ dueMs }) => dueMs > nowMs);
    const due = this.#waiting.splice(0, next < 0 ? this.#waiting.length : next);
    for (const { call } of due) call();
    const [first] = this.#waiting;
    if (first && !this.#timer) this.#setTimer(first.dueMs - nowMs);
  }
}
