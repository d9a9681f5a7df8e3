interface Waiter {
  count: number;
  start: () => void;
}

/** Connects begun in one turn of the event loop: more would make the first wait for the last and spoil handshake times. */
const STARTS_PER_TURN = 8;

/**
 * Leave to hold sockets open, at most `capacity` at a time. Who waits is served in order within a rank, lower ranks first; nobody
 * is overtaken by one who needs less, so nobody starves.
 */
export class SocketSlots {
  readonly capacity: number;
  #free: number;
  readonly #queues: Waiter[][] = [];
  #scheduled = false;

  constructor(capacity: number) {
    this.capacity = Math.max(1, capacity);
    this.#free = this.capacity;
  }

  /** Calls `start` on a later turn, once `count` slots (at most `capacity`) are the caller's. Returns how to step back from the queue. */
  acquire(count: number, rank: number, start: () => void): () => void {
    const waiter = { count, start };
    const queue = (this.#queues[rank] ??= []);
    queue.push(waiter);
    this.#schedule();
    return () => {
      waiter.count = 0;
      waiter.start = () => {};
    };
  }

  release(count: number): void {
    this.#free += count;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#serve();
    });
  }

  #serve(): void {
    let started = 0;
    for (const queue of this.#queues) {
      if (!queue) continue;
      let served = 0;
      for (const waiter of queue) {
        if (waiter.count > this.#free || started >= STARTS_PER_TURN) break;
        this.#free -= waiter.count;
        if (waiter.count > 0) started++;
        served++;
        waiter.start();
      }
      queue.splice(0, served);
      if (queue.length === 0) continue;
      if (started >= STARTS_PER_TURN) this.#schedule();
      return;
    }
  }
}
