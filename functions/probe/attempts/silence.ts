import type { ConnectAttempt } from './connect.ts';
import { readSocketTable } from '../evidence/proc-net.ts';

/** Between two looks into the kernel's tables, so that a thousand silent addresses do not mean a thousand reads. */
const LEAST_INTERVAL_MS = 50;
/** Reading takes a tenth of the time at most, as long as that holds nobody up for longer than this: busy machines have long tables. */
const READING_SHARE = 0.1;
const MOST_INTERVAL_MS = 500;

/**
 * Calls silence on attempts whose time is over: after one more look for answers that wait in the kernel, and with one read of
 * `/proc/net/tcp` and `tcp6` for all of them.
 */
export class Silence {
  #due: ConnectAttempt[] = [];
  #scheduled = false;
  #notBefore = 0;
  /** Whether the kernel's tables could be read here; undefined until somebody was silent. */
  readable: boolean | undefined;

  /** `urgent`: the deadline of everything has come; no waiting for others to share the read with. */
  call(attempts: Iterable<ConnectAttempt>, urgent = false): void {
    this.#due.push(...attempts);
    if (urgent) this.#notBefore = 0;
    if (urgent && this.#scheduled) setImmediate(() => this.#flush());
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled || this.#due.length === 0) return;
    this.#scheduled = true;
    const waitMs = this.#notBefore - performance.now();
    // A timer runs before the poll for answers, an immediate after it.
    const afterPoll = () => setImmediate(() => this.#flush());
    if (waitMs > 0) setTimeout(afterPoll, waitMs);
    else afterPoll();
  }

  #flush(): void {
    this.#scheduled = false;
    const due = this.#due;
    this.#due = [];
    const beganMs = performance.now();
    // A socket that is watched tells its own state and count.
    const unknown = due.filter(({ isWatched }) => !isWatched);
    const v4 = unknown.some(({ family }) => family === 4) ? readSocketTable(4) : undefined;
    const v6 = unknown.some(({ family }) => family === 6) ? readSocketTable(6) : undefined;
    this.readable ||= v4 !== undefined || v6 !== undefined;
    const readingMs = performance.now() - beganMs;
    const intervalMs = Math.min(Math.max(LEAST_INTERVAL_MS, readingMs / READING_SHARE), MOST_INTERVAL_MS);
    this.#notBefore = performance.now() + intervalMs;
    for (const attempt of due) {
      if (!attempt.silence(attempt.family === 6 ? v6 : v4)) this.#due.push(attempt);
    }
    this.#schedule();
  }
}
