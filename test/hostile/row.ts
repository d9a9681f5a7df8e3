/** One hostile input and the required result. Each area has a file `AREA.rows.ts` in this folder that exports `rows: HostileRow[]`. */
export interface HostileRow {
  /** Where the input enters: `configuration`, `probe request`, `report`, `API`, `synwhere dev`, `terminal`, `announcement`, `name`. */
  surface: string;
  /** The input, in a few plain words. */
  input: string;
  /** The required result, in a few plain words; a cell of the table in docs/hostile-inputs.md. */
  outcome: string;
  /** Runs the input, and throws (an `expect` that fails) if the result is different. */
  run: () => Promise<void> | void;
}
