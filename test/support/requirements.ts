import { spawnSync } from 'node:child_process';

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

/** Why a suite cannot run without the command `tool`, in one line with the remedy; undefined where the command is there. */
export function toolProblem(tool: string, packageName: string): string | undefined {
  const missing = spawnSync(tool, ['--version'], { stdio: 'ignore' }).error !== undefined;
  return missing ? `the command ${tool} is not there; install ${packageName}` : undefined;
}
