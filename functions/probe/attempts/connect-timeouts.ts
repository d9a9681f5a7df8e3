import { readSocketTable } from '../evidence/proc-net.ts';
import type { ConnectAttempt } from './connect.ts';

/** Between two reads of the kernel's tables, so that a thousand silent addresses do not cause a thousand reads. */
const MIN_INTERVAL_MS = 50;
/** Reading takes at most this share of the time: busy machines have long tables. The second limit bounds the delay this causes. */
const READING_SHARE = 0.1;
const MAX_INTERVAL_MS = 500;

/**
 * Ends attempts whose time is over. First the event loop polls once more for answers that wait in the kernel; then one read of
 * `/proc/net/tcp` and `tcp6` serves all of them.
 */
export class ConnectTimeouts {
  #due: ConnectAttempt[] = [];
  #isScheduled = false;
  #notBeforeMs = 0;
  /** Whether the kernel's tables can be read here; undefined until an attempt has timed out. */
  readable: boolean | undefined;

  /** `urgent`: the round ends now; do not wait for other attempts to share the read. */
  timeOut(attempts: Iterable<ConnectAttempt>, urgent: boolean): void {
    this.#due.push(...attempts);
    if (urgent) this.#notBeforeMs = 0;
    if (urgent && this.#isScheduled) setImmediate(() => this.#endDue());
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled || this.#due.length === 0) return;
    this.#isScheduled = true;
    const waitMs = this.#notBeforeMs - performance.now();
    // A timer runs before the poll for answers, an immediate after it.
    const afterPoll = () => setImmediate(() => this.#endDue());
    if (waitMs > 0) setTimeout(afterPoll, waitMs);
    else afterPoll();
  }

  #endDue(): void {
    this.#isScheduled = false;
    const due = this.#due;
    this.#due = [];
    const beganMs = performance.now();
    // A watched socket reports its own state and count.
    const unwatched = due.filter(({ isWatched }) => !isWatched);
    const v4 = unwatched.some(({ family }) => family === 4) ? readSocketTable(4) : undefined;
    const v6 = unwatched.some(({ family }) => family === 6) ? readSocketTable(6) : undefined;
    this.readable ||= v4 !== undefined || v6 !== undefined;
    const readingMs = performance.now() - beganMs;
    const intervalMs = Math.min(Math.max(MIN_INTERVAL_MS, readingMs / READING_SHARE), MAX_INTERVAL_MS);
    this.#notBeforeMs = performance.now() + intervalMs;
    for (const attempt of due) {
      if (!attempt.timeOut(attempt.family === 6 ? v6 : v4)) this.#due.push(attempt);
    }
    this.#schedule();
  }
}
