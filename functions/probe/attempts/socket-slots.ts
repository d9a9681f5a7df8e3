interface Waiter {
  /** 0: it has left the queue. */
  count: number;
  start: () => void;
}

/** Connects begun in one turn of the event loop: more would make the first wait for the last and spoil handshake times. */
const STARTS_PER_TURN = 8;
/** Slots that come free one by one are handed on together: a turn of the event loop for each would cost as much as a connect. */
const GRAIN_MS = 4;

/** First in, first out. */
class Queue {
  #waiters: (Waiter | undefined)[] = [];
  #first = 0;

  add(waiter: Waiter): void {
    this.#waiters.push(waiter);
  }

  /** The first who still waits. */
  head(): Waiter | undefined {
    while (this.#waiters[this.#first]?.count === 0) this.#first++;
    return this.#waiters[this.#first];
  }

  removeHead(): void {
    // Who has been served must not be kept alive by who still waits.
    this.#waiters[this.#first] = undefined;
    this.#first++;
    if (this.#first < this.#waiters.length) return;
    this.#waiters = [];
    this.#first = 0;
  }
}

/**
 * Leave to hold sockets open, at most `capacity` at a time. Who waits is served in order within a rank, lower ranks first; nobody
 * is overtaken by one who needs less, so nobody starves.
 */
export class SocketSlots {
  readonly capacity: number;
  #free: number;
  readonly #queues: Queue[] = [];
  #scheduled = false;
  /** Whether the last turn ended for want of free slots or of anyone to serve. */
  #exhausted = false;

  constructor(capacity: number) {
    this.capacity = Math.max(1, capacity);
    this.#free = this.capacity;
  }

  /** Calls `start` on a later turn, once `count` slots (1 to `capacity`) are the caller's. Returns how to step back from the queue. */
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

  /** The queue whose turn it is, if there are slots enough for its first waiter. */
  #ready(): { queue: Queue; waiter: Waiter } | undefined {
    for (const queue of this.#queues) {
      const waiter = queue.head();
      if (waiter) return waiter.count <= this.#free ? { queue, waiter } : undefined;
    }
    return undefined;
  }

  #schedule(): void {
    if (this.#scheduled || !this.#ready()) return;
    this.#scheduled = true;
    const serve = () => {
      this.#scheduled = false;
      this.#serve();
    };
    if (this.#exhausted) setTimeout(serve, GRAIN_MS);
    else setImmediate(serve);
  }

  #serve(): void {
    for (let started = 0; started < STARTS_PER_TURN; started++) {
      const ready = this.#ready();
      this.#exhausted = !ready;
      if (!ready) return;
      const { queue, waiter } = ready;
      queue.removeHead();
      this.#free -= waiter.count;
      waiter.start();
    }
    this.#schedule();
  }
}
