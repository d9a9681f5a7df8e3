/**
 * Whether a suite can run here. `problem` is one line why not, with the remedy; it is printed loudly, so that nobody takes a skipped
 * suite for a passed one. With SYNWHERE_REQUIRE=all, as `.ci/run` sets it, what is missing is an error.
 */
export function requirement(name: string, problem: string | undefined): boolean {
  if (problem === undefined) return true;
  if (process.env['SYNWHERE_REQUIRE'] === 'all') throw new Error(`${name} cannot run: ${problem}`);
  process.stderr.write(`\n!!! SKIPPED: ${name}: ${problem}\n`);
  return false;
}
