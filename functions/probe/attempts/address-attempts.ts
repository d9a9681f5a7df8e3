import type { Attempt } from '../../reachability/report.ts';
import type { Outcome } from '../../reachability/words.ts';
import { ConnectAttempt, type ConnectContext } from './connect.ts';
import type { ConnectTimeouts } from './connect-timeouts.ts';
import type { SocketSlots } from './socket-slots.ts';

/** How an address is attempted. */
export interface AttemptSettings {
  attempts: number;
  staggerMs: number;
  /** Connect timeout, from the first SYN; Infinity: the kernel or the deadline ends an attempt. */
  timeoutMs: number;
}

/** What all addresses of a report share. */
export interface AddressContext extends ConnectContext {
  slots: SocketSlots;
  timeouts: ConnectTimeouts;
}

/** Outcomes that may have held a socket until the timeout. */
const UNANSWERED: ReadonlySet<Outcome> = new Set(['timed-out', 'inconclusive']);
/** The rank of an address that has started. */
const STARTED_RANK = 0;

/**
 * All attempts at one address. They wait for their sockets together and start at intervals, each on a new socket from a new
 * port. The time spent in the queue for sockets is not part of the timeout. An address that answers needs each socket only
 * briefly: it keeps one for its later attempts and requests more ahead of addresses that have not started.
 */
export class AddressAttempts {
  readonly #address: string;
  readonly #port: number;
  readonly #rank: number;
  readonly #settings: AttemptSettings;
  readonly #context: AddressContext;
  readonly #results: Promise<Attempt>[] = [];
  #pending: ConnectAttempt[] = [];
  /** Slots held. */
  #slots = 0;
  #hasAnswered = false;
  #isStopped = false;
  #waitsForSlot = false;
  readonly #allStarted = Promise.withResolvers<void>();
  #leaveQueue: (() => void) | undefined;
  #nextTimer: NodeJS.Timeout | undefined;
  #timeoutTimer: NodeJS.Timeout | undefined;

  /** `rank`: lower is served first where sockets are scarce. */
  constructor(
    address: string,
    port: number,
    rank: number,
    settings: AttemptSettings,
    context: AddressContext,
  ) {
    this.#address = address;
    this.#port = port;
    this.#rank = rank;
    this.#settings = settings;
    this.#context = context;
  }

  /** Starts the attempts, one after the other. Resolves when none is left to start. Call it once. */
  start(): Promise<void> {
    const { slots } = this.#context;
    if (this.#isStopped) this.#allStarted.resolve();
    else this.#acquireSlots(Math.min(this.#settings.attempts, slots.capacity), this.#rank);
    return this.#allStarted.promise;
  }

  /** The attempts in the order of their start, once all have ended; fewer than `settings.attempts` where they were stopped before. */
  results(): Promise<Attempt[]> {
    return Promise.all(this.#results);
  }

  /** Starts no more attempts and times out those that still run. `urgent`: the round ends now. */
  stop(urgent: boolean): void {
    this.#isStopped = true;
    clearTimeout(this.#timeoutTimer);
    clearTimeout(this.#nextTimer);
    this.#leaveQueue?.();
    this.#allStarted.resolve();
    if (this.#pending.length > 0) this.#context.timeouts.timeOut(this.#pending, urgent);
    else this.#releaseUnneeded();
  }

  get #toStart(): number {
    return this.#isStopped ? 0 : this.#settings.attempts - this.#results.length;
  }

  #acquireSlots(count: number, rank: number): void {
    this.#leaveQueue = this.#context.slots.acquire(count, rank, () => {
      this.#slots += count;
      this.#startDelayed();
    });
  }

  /** Starts an attempt that had to wait for a slot. */
  #startDelayed(): void {
    this.#waitsForSlot = false;
    this.#leaveQueue?.();
    this.#restartTimeout();
    this.#startNext();
  }

  #startNext(): void {
    this.#results.push(this.#connect());
    if (this.#toStart === 0) this.#allStarted.resolve();
    else this.#nextTimer = setTimeout(() => this.#nextIsDue(), this.#settings.staggerMs);
  }

  /** Without a free slot the next attempt waits until a pending one has ended; an address that has answered also requests one more slot. */
  #nextIsDue(): void {
    if (this.#pending.length < this.#slots) {
      this.#startNext();
      return;
    }
    this.#waitsForSlot = true;
    if (this.#hasAnswered) this.#acquireSlots(1, STARTED_RANK);
  }

  async #connect(): Promise<Attempt> {
    const attempt = new ConnectAttempt(this.#address, this.#port, this.#context);
    this.#pending.push(attempt);
    const result = await attempt.result;
    this.#pending = this.#pending.filter((other) => other !== attempt);
    if (!UNANSWERED.has(result.outcome)) this.#hasAnswered = true;
    if (this.#waitsForSlot && !this.#isStopped) this.#startDelayed();
    this.#releaseUnneeded();
    return result;
  }

  /** Counts from when the first attempt would have started if the next one had not been delayed. */
  #restartTimeout(): void {
    const { staggerMs, timeoutMs } = this.#settings;
    if (!Number.isFinite(timeoutMs)) return;
    clearTimeout(this.#timeoutTimer);
    const leftMs = timeoutMs - this.#results.length * staggerMs;
    this.#timeoutTimer = setTimeout(() => this.stop(false), leftMs);
  }

  #releaseUnneeded(): void {
    const reserved = this.#hasAnswered ? Math.min(this.#toStart, 1) : this.#toStart;
    const needed = Math.min(this.#slots, this.#pending.length + reserved);
    if (needed < this.#slots) this.#context.slots.release(this.#slots - needed);
    this.#slots = needed;
    if (this.#pending.length + this.#toStart === 0) clearTimeout(this.#timeoutTimer);
  }
}
