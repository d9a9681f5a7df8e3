import type { Attempt } from '../reachability/report.ts';
import { ConnectAttempt, type ConnectContext } from './connect.ts';
import type { Silence } from './silence.ts';
import type { SocketSlots } from './slots.ts';

/** How an address is attempted. */
export interface RunSettings {
  attempts: number;
  staggerMs: number;
  /** Silence is called this long after the first SYN; Infinity: the kernel or the deadline ends it. */
  timeoutMs: number;
}

/** What all runs of a phase share. */
export interface RunParts {
  context: ConnectContext;
  slots: SocketSlots;
  silence: Silence;
}

/**
 * All attempts at one address: begun together in the queue for sockets, staggered from the first SYN on, each on a fresh
 * socket from a fresh port. `begun` resolves when no attempt is left to start, `done` when all have ended.
 */
export class AddressRun {
  readonly begun: Promise<void>;
  readonly done: Promise<Attempt[]>;
  readonly #address: string;
  readonly #port: number;
  readonly #settings: RunSettings;
  readonly #parts: RunParts;
  readonly #pending = new Set<ConnectAttempt>();
  readonly #attempts: Attempt[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #leaveQueue: () => void;
  #resolveBegun: () => void = () => {};
  #resolveDone: (attempts: Attempt[]) => void = () => {};
  /** Attempts not started yet, and those of them whose time has come while no slot was left for them. */
  #waiting: number;
  #overdue = 0;
  #slots = 0;

  constructor(address: string, port: number, rank: number, settings: RunSettings, parts: RunParts) {
    this.#address = address;
    this.#port = port;
    this.#settings = settings;
    this.#parts = parts;
    this.#waiting = settings.attempts;
    this.begun = new Promise((resolve) => {
      this.#resolveBegun = resolve;
    });
    this.done = new Promise((resolve) => {
      this.#resolveDone = resolve;
    });
    const slots = Math.min(settings.attempts, parts.slots.capacity);
    this.#leaveQueue = parts.slots.acquire(slots, rank, () => this.#begin(slots));
  }

  /** Ends it now: what runs is called silent, what has not started never will. */
  cut(): void {
    this.#leaveQueue();
    this.#callSilence(true);
  }

  #begin(slots: number): void {
    this.#slots = slots;
    const { attempts, staggerMs, timeoutMs } = this.#settings;
    for (let index = 1; index < attempts; index++) this.#later(index * staggerMs, () => this.#next());
    if (Number.isFinite(timeoutMs)) this.#later(timeoutMs, () => this.#callSilence(false));
    this.#next();
  }

  #later(ms: number, call: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      call();
    }, ms);
    this.#timers.add(timer);
  }

  #next(): void {
    if (this.#pending.size >= this.#slots) {
      this.#overdue++;
      return;
    }
    this.#waiting--;
    const attempt = new ConnectAttempt(this.#address, this.#port, this.#parts.context, (result) => {
      this.#pending.delete(attempt);
      this.#attempts.push(result);
      this.#ended();
    });
    this.#pending.add(attempt);
    if (this.#waiting === 0) this.#resolveBegun();
    attempt.start();
  }

  #ended(): void {
    if (this.#overdue > 0 && this.#waiting > 0) {
      this.#overdue--;
      this.#next();
    }
    const needed = Math.min(this.#slots, this.#pending.size + this.#waiting);
    this.#parts.slots.release(this.#slots - needed);
    this.#slots = needed;
    if (needed === 0) this.#finish();
  }

  #callSilence(urgent: boolean): void {
    this.#clearTimers();
    this.#waiting = 0;
    this.#resolveBegun();
    if (this.#pending.size > 0) this.#parts.silence.call(this.#pending, urgent);
    else this.#finish();
  }

  #finish(): void {
    this.#clearTimers();
    this.#resolveBegun();
    this.#parts.slots.release(this.#slots);
    this.#slots = 0;
    this.#resolveDone(this.#attempts.toSorted((a, b) => a.startedMs - b.startedMs));
  }

  #clearTimers(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}
