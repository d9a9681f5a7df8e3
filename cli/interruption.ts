import { constants } from 'node:os';

/** How long what was started may take to end after an interruption before it is left behind. */
const LINGER_MS = 1000;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * The one place that hears Ctrl-C. Commands hand `signal` to everything that takes time; when it aborts, what runs ends at once
 * and the exit status is 128 plus the signal's number, as shells expect it. A second Ctrl-C does not wait for anything.
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

  /** Starts to listen. */
  listen(): void {
    for (const name of SIGNALS) process.on(name, this.#onSignal);
  }

  /** Stops listening: from here on a signal does what it always does. */
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
