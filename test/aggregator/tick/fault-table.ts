import { readFile, writeFile } from 'node:fs/promises';

const BEGIN = '<!-- made by npm run faults -->';
const END = '<!-- end -->';

/** What was counted at the receivers and in the store after one story. */
export interface Counted {
  /** Announcements that a receiver never got. */
  lost: number;
  /** Announcements that a receiver rejected in every form, so that they were set aside: in the log and in the metrics. */
  setAside: number;
  /** Announcements that nobody should have got: the same change under another id, or no change at all. */
  doubled: number;
  /** Messages that came again under the same id. */
  repeats: number;
  /** Incidents of targets that were well. */
  blamed: number;
}

/** What was injected, how often, and what came of it. */
export class FaultTable {
  readonly #rows = new Map<string, Counted[]>();

  add(fault: string, counted: Counted): void {
    this.#rows.set(fault, [...(this.#rows.get(fault) ?? []), counted]);
  }

  toString(): string {
    const columns = ['lost', 'setAside', 'doubled', 'repeats', 'blamed'] as const;
    const rows = [...this.#rows]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([fault, cases]) => {
        const sums = columns.map((column) => cases.reduce((sum, counted) => sum + counted[column], 0));
        return `| ${[fault, cases.length, ...sums].join(' | ')} |`;
      });
    return [
      '| what happens | cases | announcements lost | set aside, and reported | told under a second id | sent again, same id, marked | targets blamed |',
      '|---|--:|--:|--:|--:|--:|--:|',
      ...rows,
    ].join('\n');
  }

  /** Puts the table between its marks in `file`, or does nothing without one. */
  async write(file: string | undefined): Promise<void> {
    if (file === undefined) return;
    const text = await readFile(file, 'utf8');
    const [before, rest = ''] = text.split(BEGIN);
    const [, after = ''] = rest.split(END);
    await writeFile(file, `${before}${BEGIN}\n\n${this.toString()}\n\n${END}${after}`);
  }
}
