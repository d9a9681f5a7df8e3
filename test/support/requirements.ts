import { spawnSync } from 'node:child_process';

/**
 * Whether a suite can run here. `problem` is one line with the reason why it cannot, and the remedy. It is printed, so that a skipped
 * suite is not mistaken for a passed one. With SYNWHERE_REQUIRE=all, which `.ci/run` sets, a missing requirement is an error.
 */
export function requirement(name: string, problem: string | undefined): boolean {
  if (problem === undefined) return true;
  if (process.env['SYNWHERE_REQUIRE'] === 'all') throw new Error(`${name} cannot run: ${problem}`);
  process.stderr.write(`\n!!! SKIPPED: ${name}: ${problem}\n`);
  return false;
}

/** The reason why a suite cannot run without the command `tool`, in one line with the remedy; undefined if it is installed. */
export function toolProblem(tool: string, packageName: string): string | undefined {
  const missing = spawnSync(tool, ['--version'], { stdio: 'ignore' }).error !== undefined;
  return missing ? `the command ${tool} is not there; install ${packageName}` : undefined;
}
