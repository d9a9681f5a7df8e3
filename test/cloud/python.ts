import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ENVIRONMENT = process.env['SYNWHERE_PYTHON_ENVIRONMENT'] ?? join(import.meta.dirname, '../../.venv');
const MAKE_TIMEOUT_MS = 300_000;

/**
 * Makes a virtual environment with the packages of requirements.txt, if there is none yet.
 * Returns undefined, or one line with the reason for a failure and the remedy.
 */
export async function pythonProblem(): Promise<string | undefined> {
  const script = join(import.meta.dirname, 'environment.py');
  try {
    await run('python3', [script, ENVIRONMENT], { timeout: MAKE_TIMEOUT_MS });
    return undefined;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if ('code' in error && error.code === 'ENOENT') {
      return 'the command python3 is not there; install python3 and python3-venv';
    }
    const lines = 'stderr' in error ? String(error.stderr).trim().split('\n') : [];
    return lines.at(-1) || `python3 ${script} was not done within ${MAKE_TIMEOUT_MS / 1000} s`;
  }
}

/** A program of the virtual environment, e.g. `python`. */
export function pythonProgram(name: string): string {
  return join(ENVIRONMENT, 'bin', name);
}
