import type { CheckEvent } from '../../functions/aggregator/check.ts';
import { printable } from './text.ts';

const ERASE_LINE = '\r\u001B[2K';
const REFRESH_MS = 500;

/** One line on a terminal that tells who is still to answer, written over and over, and gone in the end. Elsewhere nothing. */
export class Progress {
  readonly #stream: NodeJS.WriteStream;
  readonly #start = performance.now();
  readonly #missing = new Set<string>();
  #asked = 0;
  #round = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  readonly onEvent = (event: CheckEvent): void => {
    if (!this.#stream.isTTY || process.env['TERM'] === 'dumb') return;
    if (event.type === 'asked') {
      this.#round = event.round;
      this.#asked = event.vantages.length;
      for (const vantage of event.vantages) this.#missing.add(vantage);
      this.#timer ??= setInterval(this.#draw, REFRESH_MS);
    } else if (event.type === 'answered') this.#missing.delete(event.answer.vantage);
    this.#draw();
  };

  /** Takes the line away. */
  end(): void {
    if (!this.#timer) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#stream.write(ERASE_LINE);
  }

  readonly #draw = (): void => {
    const seconds = Math.floor((performance.now() - this.#start) / 1000);
    const answered = this.#asked - this.#missing.size;
    const waiting = this.#missing.size > 0 ? `, waiting for ${[...this.#missing].join(', ')}` : '';
    const line = printable(
      `${seconds} s, round ${this.#round}: ${answered} of ${this.#asked} answered${waiting}`,
    );
    const room = (this.#stream.columns || 80) - 1;
    this.#stream.write(ERASE_LINE + (line.length > room ? `${line.slice(0, room - 1)}…` : line));
  };
}
