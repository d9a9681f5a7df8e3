import type { Attempt } from '../../reachability/report.ts';
import type { Outcome } from '../../reachability/words.ts';
import { ConnectAttempt, type AttemptOwner, type ConnectContext } from './connect.ts';
import type { Silence } from './silence.ts';
import type { SocketSlots } from './socket-slots.ts';

/** How an address is attempted. */
export interface RunSettings {
  attempts: number;
  staggerMs: number;
  /** Silence is called this long after the first SYN; Infinity: the kernel or the deadline ends it. */
  timeoutMs: number;
}

/** Outcomes that may have held a socket for the whole of its time. */
const SILENT: ReadonlySet<Outcome> = new Set(['timed-out', 'inconclusive']);
/** The rank of an address that has begun. */
const FIRST = 0;

/** What all runs of a phase share. */
export interface RunDependencies {
  context: ConnectContext;
  slots: SocketSlots;
  silence: Silence;
}

/** Whoever wants to know of a run; both are called once, `begun` first. */
export interface RunOwner {
  /** No attempt is left to start. */
  begun(): void;
  /** All attempts have ended; none, when the run was cut while it waited. */
  ended(run: AddressRun, attempts: Attempt[]): void;
}

/**
 * All attempts at one address: they wait for their sockets together and are staggered from the first SYN on, each on a fresh
 * socket from a fresh port. Waiting is no silence. An address that answers needs each socket for a moment only: it keeps one
 * for its later attempts, and asks for more ahead of all newcomers.
 */
export class AddressRun implements AttemptOwner {
  readonly address: string;
  readonly #port: number;
  readonly #settings: RunSettings;
  readonly #parts: RunDependencies;
  readonly #owner: RunOwner;
  readonly #pending: ConnectAttempt[] = [];
  readonly #attempts: Attempt[] = [];
  #leaveQueue: () => void;
  #nextTimer: NodeJS.Timeout | undefined;
  #silenceTimer: NodeJS.Timeout | undefined;
  /** Attempts not started yet. */
  #waiting: number;
  /** Its time has come while all of the run's slots were taken: it starts when one is free. */
  #overdue = false;
  #slots = 0;
  #hasAnswered = false;
  #isBegun = false;
  #isEnded = false;

  constructor(
    address: string,
    port: number,
    rank: number,
    settings: RunSettings,
    parts: RunDependencies,
    owner: RunOwner,
  ) {
    this.address = address;
    this.#port = port;
    this.#settings = settings;
    this.#parts = parts;
    this.#owner = owner;
    this.#waiting = settings.attempts;
    const slots = Math.min(settings.attempts, parts.slots.capacity);
    this.#leaveQueue = parts.slots.acquire(slots, rank, () => this.#begin(slots));
  }

  /** Ends it now: what runs is called silent, what has not started never will. */
  cut(): void {
    this.#callSilence(true);
  }

  attemptEnded(attempt: ConnectAttempt, result: Attempt): void {
    const last = this.#pending.pop();
    if (last && last !== attempt) this.#pending[this.#pending.indexOf(attempt)] = last;
    this.#attempts.push(result);
    if (!SILENT.has(result.outcome)) this.#hasAnswered = true;
    if (this.#overdue && this.#waiting > 0) this.#startLate();
    const reserved = this.#hasAnswered ? Math.min(this.#waiting, 1) : this.#waiting;
    const needed = Math.min(this.#slots, this.#pending.length + reserved);
    this.#parts.slots.release(this.#slots - needed);
    this.#slots = needed;
    if (this.#pending.length + this.#waiting === 0) this.#end();
  }

  #begin(slots: number): void {
    this.#slots = slots;
    this.#awaitSilence();
    this.#start();
  }

  /** The time of the next attempt has come. */
  #startNext(): void {
    if (this.#pending.length < this.#slots) {
      this.#start();
      return;
    }
    this.#overdue = true;
    if (!this.#hasAnswered) return;
    this.#leaveQueue = this.#parts.slots.acquire(1, FIRST, () => {
      this.#slots++;
      this.#startLate();
    });
  }

  /** A slot has come free for an attempt whose time was over. */
  #startLate(): void {
    this.#overdue = false;
    this.#leaveQueue();
    this.#awaitSilence();
    this.#start();
  }

  #start(): void {
    const attempt = new ConnectAttempt(this.address, this.#port, this.#parts.context, this);
    this.#pending.push(attempt);
    this.#waiting--;
    if (this.#waiting === 0) this.#begun();
    else this.#nextTimer = setTimeout(() => this.#startNext(), this.#settings.staggerMs);
    attempt.start();
  }

  /** Counted from when the first attempt would have begun if the one that begins now had not been held up. */
  #awaitSilence(): void {
    const { attempts, staggerMs, timeoutMs } = this.#settings;
    if (!Number.isFinite(timeoutMs)) return;
    clearTimeout(this.#silenceTimer);
    const leftMs = timeoutMs - (attempts - this.#waiting) * staggerMs;
    this.#silenceTimer = setTimeout(() => this.#callSilence(false), leftMs);
  }

  #callSilence(urgent: boolean): void {
    this.#leaveQueue();
    clearTimeout(this.#silenceTimer);
    clearTimeout(this.#nextTimer);
    this.#waiting = 0;
    this.#begun();
    if (this.#pending.length > 0) this.#parts.silence.call(this.#pending, urgent);
    else this.#end();
  }

  #begun(): void {
    if (this.#isBegun) return;
    this.#isBegun = true;
    this.#owner.begun();
  }

  #end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    clearTimeout(this.#silenceTimer);
    this.#parts.slots.release(this.#slots);
    this.#slots = 0;
    this.#attempts.sort((a, b) => a.startedMs - b.startedMs);
    this.#owner.ended(this, this.#attempts);
  }
}
