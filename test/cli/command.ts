import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

export interface Result {
  status: number | null;
  stdout: string;
  stderr: string;
  elapsedMs: number;
}

export interface RunOptions {
  stdin?: string;
  env?: Record<string, string>;
  cwd?: string;
  /** The program to run instead of the checkout's command, e.g. the built one. */
  script?: string;
}

export const COMMAND = new URL('../../cli/main.ts', import.meta.url).pathname;

/** Without variables that give access to an AWS account or colour the output. */
function environment(extra: Record<string, string> = {}): Record<string, string> {
  const { PATH = '', HOME = '', TMPDIR } = process.env;
  return { PATH, HOME, ...(TMPDIR !== undefined && { TMPDIR }), AWS_EC2_METADATA_DISABLED: 'true', ...extra };
}

/** Starts the command as a separate process, with pipes for stdin, stdout and stderr. */
export function start(args: readonly string[], options: RunOptions = {}) {
  return spawn(process.execPath, [options.script ?? COMMAND, ...args], {
    env: environment(options.env),
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** Runs the command to its end. */
export async function synwhere(args: readonly string[], options: RunOptions = {}): Promise<Result> {
  const began = performance.now();
  const child = start(args, options);
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.stdin ?? '');
  const [stdout, stderr, status] = await Promise.all([text(child.stdout), text(child.stderr), ended(child)]);
  return { status, stdout, stderr, elapsedMs: performance.now() - began };
}

/** The exit status, or null if a signal ended it. */
export async function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
}

/** The command line of a vantage that probes from this machine with the same command. */
export const PROBE_COMMAND = `'${process.execPath}' '${COMMAND}' probe -`;
