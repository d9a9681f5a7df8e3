import { printable } from '../../functions/reachability/one-line.ts';

const ERASE_LINE = '\r\u001B[2K';
const REFRESH_MS = 500;

/** The events of a check that progress needs, from this process or from the deployed service. */
export type ProgressEvent =
  | { type: 'asked'; round: number; vantages: readonly string[] }
  | { type: 'answered'; answer: { vantage: string } }
  | { type: 'judged' }
  | { type: 'tracing'; vantages: string[] };

/** One line on a terminal with the vantages that have not answered yet. It is rewritten, and removed at the end. Elsewhere nothing. */
export class Progress {
  readonly #stream: NodeJS.WriteStream;
  readonly #start = performance.now();
  readonly #missing = new Set<string>();
  #asked = 0;
  #round = 0;
  #tracing: string[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  readonly onEvent = (event: ProgressEvent): void => {
    if (!this.#stream.isTTY || process.env['TERM'] === 'dumb') return;
    if (event.type === 'asked') {
      this.#round = event.round;
      this.#asked = event.vantages.length;
      for (const vantage of event.vantages) this.#missing.add(vantage);
      this.#timer ??= setInterval(this.#draw, REFRESH_MS);
    } else if (event.type === 'answered') this.#missing.delete(event.answer.vantage);
    else if (event.type === 'tracing') this.#tracing = event.vantages;
    this.#draw();
  };

  /** Removes the line. */
  end(): void {
    if (!this.#timer) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#stream.write(ERASE_LINE);
  }

  readonly #draw = (): void => {
    if (!this.#timer) return;
    const seconds = Math.floor((performance.now() - this.#start) / 1000);
    const answered = this.#asked - this.#missing.size;
    const waiting = this.#missing.size > 0 ? `, waiting for ${[...this.#missing].join(', ')}` : '';
    const doing =
      this.#tracing.length > 0
        ? `tracing from ${this.#tracing.join(', ')}`
        : `round ${this.#round}: ${answered} of ${this.#asked} answered${waiting}`;
    const line = printable(`${seconds} s, ${doing}`);
    const room = (this.#stream.columns || 80) - 1;
    this.#stream.write(ERASE_LINE + (line.length > room ? `${line.slice(0, room - 1)}…` : line));
  };
}
