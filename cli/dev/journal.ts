import type { Announcement } from '../../functions/aggregator/incidents/announcement.ts';
import type { TickResult } from '../../functions/aggregator/tick/tick.ts';
import { printable } from '../../functions/reachability/one-line.ts';
import { pageOf, type Page, type Style } from '../render/text.ts';

const CHANGE_STYLES: Record<Announcement['change'], Style> = {
  opened: 'red',
  updated: 'yellow',
  flapping: 'yellow',
  closed: 'green',
};

/** The log of the service for a person. */
export type DevJournal = Pick<Journal, 'line' | 'announcement'>;

/** The output of `synwhere dev`: one line for each tick, and one for each announcement. */
export class Journal {
  readonly #page: Page;
  readonly #stream: NodeJS.WriteStream;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    this.#page = pageOf(stream);
  }

  line(text: string): void {
    this.#write(printable(text));
  }

  /** Writes a line that is printable already and may have colours. */
  #write(text: string): void {
    const time = this.#page.style('dim', new Date().toTimeString().slice(0, 8));
    this.#stream.write(`${time}  ${text}\n`);
  }

  tick(result: TickResult): void {
    if (result.status === 'skipped') {
      this.#write(this.#page.style('dim', `no tick: ${result.reason}`));
      return;
    }
    const { targets, notAsExpected, abstaining, openIncidents, elapsedMs } = result.record;
    const parts = [
      `${targets} ${targets === 1 ? 'target' : 'targets'}`,
      notAsExpected > 0
        ? this.#page.style('red', `${notAsExpected} not as expected`)
        : this.#page.style('green', 'all as expected'),
      ...(abstaining.length > 0 ? [this.#page.style('yellow', `without ${abstaining.join(', ')}`)] : []),
      ...(openIncidents > 0 ? [`${openIncidents} open`] : []),
      `${(elapsedMs / 1000).toFixed(1)} s`,
    ];
    this.#write(`tick: ${parts.join(', ')}`);
  }

  announcement(announcement: Announcement): void {
    const { change, subject, incident, summary } = announcement;
    const name = subject.type === 'target' ? subject.target : `vantage ${subject.vantage}`;
    const head = this.#page.style(CHANGE_STYLES[change], change);
    this.#write(`${head}: ${printable(`${name} ${incident.kind}: ${summary}`)}`);
  }
}
