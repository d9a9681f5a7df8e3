import { readdirSync, readFileSync } from 'node:fs';

/** Left for name look-ups, files and other descriptors that the process opens meanwhile; at most a quarter of a small limit. */
const RESERVE = 48;
const RESERVE_SHARE = 0.25;
/** More open sockets would not help: the measurement would show the limits of a name server, a NAT table or a small router on the path. */
const MAX_SOCKETS = 2000;
/** Where the limit or the number of open descriptors cannot be read: 1,024 is the limit of most systems and of Lambda. */
const UNKNOWN_LIMIT = 1024;
const UNKNOWN_OPEN = 64;

/** Connects started in one turn of the event loop: more would make the first wait for the last and distort handshake times. */
const STARTS_PER_TURN = 8;
/** Slots that become free one by one are given out together: one turn of the event loop for each would cost as much as a connect. */
const GRANULARITY_MS = 4;

/** How many sockets the process may hold open at once: its descriptor limit, minus open descriptors, minus a reserve. */
export function socketCapacity(descriptorsPerSocket = 1): number {
  const available = descriptorLimit() - openDescriptors();
  const sockets = (available - Math.min(RESERVE, available * RESERVE_SHARE)) / descriptorsPerSocket;
  return Math.max(1, Math.min(MAX_SOCKETS, Math.floor(sockets)));
}

/** The soft limit of RLIMIT_NOFILE (proc_pid_limits(5)); Node raises it to the hard limit when it starts. */
function descriptorLimit(): number {
  try {
    const [, soft] =
      /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'latin1')) ?? [];
    return soft === 'unlimited' ? MAX_SOCKETS * 4 : Number(soft ?? UNKNOWN_LIMIT);
  } catch {
    return UNKNOWN_LIMIT;
  }
}

function openDescriptors(): number {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return UNKNOWN_OPEN;
  }
}

interface Waiter {
  /** 0: it has left the queue. */
  count: number;
  start: () => void;
}

/** First in, first out. */
class Queue {
  #waiters: (Waiter | undefined)[] = [];
  #first = 0;

  add(waiter: Waiter): void {
    this.#waiters.push(waiter);
  }

  /** The first waiter that has not left. */
  head(): Waiter | undefined {
    while (this.#waiters[this.#first]?.count === 0) this.#first++;
    return this.#waiters[this.#first];
  }

  removeHead(): void {
    // Without this the array would keep served waiters in memory.
    this.#waiters[this.#first] = undefined;
    this.#first++;
    if (this.#first < this.#waiters.length) return;
    this.#waiters = [];
    this.#first = 0;
  }
}

/**
 * A semaphore for open sockets, with `capacity` slots. Waiters are served in order within a rank, lower ranks first. A request
 * that needs fewer slots never overtakes an earlier one, so no request starves.
 */
export class SocketSlots {
  readonly capacity: number;
  #free: number;
  readonly #queues: Queue[] = [];
  #isScheduled = false;
  /** Whether the last turn ended because no slots were free or nothing waited. */
  #isExhausted = false;

  constructor(capacity: number) {
    this.capacity = Math.max(1, capacity);
    this.#free = this.capacity;
  }

  /** Calls `start` on a later turn, once the caller holds `count` slots (1 to `capacity`). Returns the function that leaves the queue. */
  acquire(count: number, rank: number, start: () => void): () => void {
    const waiter = { count, start };
    while (this.#queues.length <= rank) this.#queues.push(new Queue());
    this.#queues[rank]?.add(waiter);
    this.#schedule();
    return () => {
      waiter.count = 0;
      this.#schedule();
    };
  }

  release(count: number): void {
    this.#free += count;
    this.#schedule();
  }

  /** The queue to serve next, if enough slots are free for its first waiter. */
  #ready(): { queue: Queue; waiter: Waiter } | undefined {
    for (const queue of this.#queues) {
      const waiter = queue.head();
      if (waiter) return waiter.count <= this.#free ? { queue, waiter } : undefined;
    }
    return undefined;
  }

  #schedule(): void {
    if (this.#isScheduled || !this.#ready()) return;
    this.#isScheduled = true;
    const serve = () => {
      this.#isScheduled = false;
      this.#serve();
    };
    if (this.#isExhausted) setTimeout(serve, GRANULARITY_MS);
    else setImmediate(serve);
  }

  #serve(): void {
    for (let started = 0; started < STARTS_PER_TURN; started++) {
      const ready = this.#ready();
      this.#isExhausted = !ready;
      if (!ready) return;
      const { queue, waiter } = ready;
      queue.removeHead();
      this.#free -= waiter.count;
      waiter.start();
    }
    this.#schedule();
  }
}
