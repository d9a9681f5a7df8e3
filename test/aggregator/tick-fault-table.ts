import { readFile, writeFile } from 'node:fs/promises';

const BEGIN = '<!-- made by npm run faults -->';
const END = '<!-- end -->';

interface Row {
  cases: number;
  repeats: number;
}

/** What was injected, how often, and what came of it; only cases in which everything held get in here. */
export class FaultTable {
  readonly #rows = new Map<string, Row>();

  add(fault: string, { repeats }: { repeats: number }): void {
    const row = this.#rows.get(fault) ?? { cases: 0, repeats: 0 };
    this.#rows.set(fault, { cases: row.cases + 1, repeats: row.repeats + repeats });
  }

  toString(): string {
    const rows = [...this.#rows]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([fault, { cases, repeats }]) => `| ${fault} | ${cases} | 0 | 0 | ${repeats} | 0 |`);
    return [
      '| what happens | cases | incidents lost | changes told under a second id | messages sent again, same id, marked | targets blamed |',
      '|---|--:|--:|--:|--:|--:|',
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
