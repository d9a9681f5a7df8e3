/** One hostile input and what must come of it. Each area has a file `AREA.rows.ts` beside this one that exports `rows: HostileRow[]`. */
export interface HostileRow {
  /** Where it enters: `configuration`, `probe request`, `report`, `API`, `synwhere dev`, `terminal`, `announcement`, `name`. */
  surface: string;
  /** The input, in a few plain words. */
  input: string;
  /** What must come of it, in a few plain words; a cell of the table in docs/hostile-inputs.md. */
  outcome: string;
  /** Tries it for real, and throws (an `expect` that fails) where something else came of it. */
  run: () => Promise<void> | void;
}
