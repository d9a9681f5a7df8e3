import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');
const VENV = join(ROOT, '.venv');
const MINISTACK = join(VENV, 'bin/ministack');

/**
 * Sees to a virtual environment with the packages of requirements.txt.
 * Returns why there can be none, in one line with the remedy, or undefined.
 */
export async function pythonProblem(): Promise<string | undefined> {
  if (await exists(MINISTACK)) return undefined;
  try {
    await run('python3', ['-m', 'venv', VENV], { timeout: 120_000 });
  } catch {
    return 'no local AWS: Python 3 with venv is missing; install python3 and python3-venv';
  }
  try {
    const requirements = join(import.meta.dirname, 'requirements.txt');
    await run(
      join(VENV, 'bin/pip'),
      ['install', '--quiet', '--disable-pip-version-check', '-r', requirements],
      {
        timeout: 300_000,
      },
    );
  } catch {
    return 'no local AWS: the Python package ministack could not be installed; check the network and run .venv/bin/pip install -r test/cloud/requirements.txt';
  }
  return undefined;
}

/** The emulator's command inside the virtual environment. */
export const ministackCommand = MINISTACK;

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
