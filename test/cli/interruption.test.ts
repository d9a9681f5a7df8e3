import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ended, start } from './command.ts';
import { openPort, silentPort, type Port } from './loopback.ts';

let silent: Port;
let folder: string;

beforeAll(async () => {
  silent = await silentPort();
  folder = mkdtempSync(join(tmpdir(), 'synwhere-interruption-'));
});

afterAll(async () => {
  await silent.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Starts the command, waits until it is busy, and interrupts it. */
async function interrupt(args: string[], signal: NodeJS.Signals, ready: () => Promise<unknown>) {
  const child = start(args);
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  await ready();
  const began = performance.now();
  child.kill(signal);
  const status = await ended(child);
  const elapsedMs = performance.now() - began;
  const [stdout, stderr] = await output;
  return { status, stdout, stderr, elapsedMs };
}

/** Until a SYN to the silent port is out (`02` is SYN_SENT; proc_net_tcp of the kernel's documentation). */
function synSent(): Promise<void> {
  const port = silent.port.toString(16).toUpperCase().padStart(4, '0');
  return until(() => new RegExp(`:${port} 02 `).test(readFileSync('/proc/net/tcp', 'utf8')));
}

describe('Ctrl-C ends the command cleanly and at once', () => {
  test.each([
    ['check', () => ['check', silent.target, '--timeout', 'kernel'], synSent],
    ['probe', () => ['probe', silent.target, '--timeout', 'kernel'], synSent],
    ['probe -, which waits for its request', () => ['probe', '-'], () => wait(2500)],
  ])('%s', async (_name, args, ready) => {
    const { status, stdout, stderr, elapsedMs } = await interrupt(args(), 'SIGINT', ready);
    expect({ status, stdout, stderr }).toEqual({ status: 130, stdout: '', stderr: '' });
    expect(elapsedMs).toBeLessThan(4000);
  });

  test.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s ends it with status %i', async (signal, expected) => {
    const { status } = await interrupt(['probe', silent.target, '--timeout', 'kernel'], signal, synSent);
    expect(status).toBe(expected);
  });

  test('the commands of vantages are ended with their child processes', async () => {
    const pids = join(folder, 'pids');
    const stubborn = `trap '' TERM INT; echo $$ >> '${pids}'; sleep 300 & echo $! >> '${pids}'; wait; sleep 300`;
    const { status, stdout, elapsedMs } = await interrupt(
      ['check', silent.target, '--vantage', `stubborn=${stubborn}`],
      'SIGINT',
      () => until(() => readPids(pids).length === 2),
    );
    expect({ status, stdout }).toEqual({ status: 130, stdout: '' });
    expect(elapsedMs).toBeLessThan(4000);
    for (const pid of readPids(pids)) await until(() => isGone(pid));
  });
});

test('the reader of its output may stop reading: no error message, no crash', async () => {
  const open = await openPort();
  const child = start(['check', open.target, '--json']);
  const stderr = text(child.stderr);
  child.stdout.destroy();
  const status = await ended(child);
  expect(await stderr).toBe('');
  expect(status).toBe(0);
  await open.close();
});

function readPids(file: string): number[] {
  try {
    return readFileSync(file, 'utf8').trim().split('\n').map(Number);
  } catch {
    return [];
  }
}

/** A zombie process, which its parent has not reaped, no longer runs. */
function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return true;
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function until(condition: () => boolean, withinMs = 15_000): Promise<void> {
  const end = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > end) throw new Error('it never came true');
    await wait(20);
  }
}
