import { constants } from 'node:os';

/** How long running work may take to end after an interruption. */
const LINGER_MS = 1000;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Handles Ctrl-C. Commands pass `signal` to all work that takes time. When it aborts, the work ends at once and the exit status is
 * 128 plus the number of the signal, as shells expect. A second Ctrl-C exits immediately.
 */
class Interruption {
  readonly #controller = new AbortController();
  #exitStatus = 0;

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get exitStatus(): number {
    return this.#exitStatus;
  }

  /** Starts to handle signals. */
  listen(): void {
    for (const name of SIGNALS) process.on(name, this.#onSignal);
  }

  /** Restores the default action of the signals. */
  end(): void {
    if (!this.signal.aborted) for (const name of SIGNALS) process.off(name, this.#onSignal);
  }

  readonly #onSignal = (name: NodeJS.Signals): void => {
    if (this.signal.aborted) process.exit(this.#exitStatus);
    this.#exitStatus = 128 + constants.signals[name];
    this.#controller.abort(new DOMException('interrupted', 'AbortError'));
    setTimeout(() => process.exit(this.#exitStatus), LINGER_MS).unref();
  };
}

export const interruption = new Interruption();
