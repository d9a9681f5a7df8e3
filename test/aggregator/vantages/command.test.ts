import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandVantage } from '../../../functions/aggregator/vantages/command.ts';
import type { ProbeRequest } from '../../../functions/reachability/request.ts';

const REQUEST: ProbeRequest = { targets: [{ host: '127.0.0.1', port: 9 }], round: 1 };
const REPORT = { startedAt: '2026-01-01T00:00:00.000Z', elapsedMs: 1, targets: [], controls: [] };
const NODE = `'${process.execPath}'`;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'synwhere command vantage '));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A program in a folder with spaces in its name, so that every test also tests quoting. */
function script(name: string, source: string): string {
  const file = join(folder, name);
  writeFileSync(file, source);
  return `${NODE} '${file}'`;
}

function ask(commandLine: string, signal = new AbortController().signal) {
  return commandVantage('elsewhere', commandLine).probe(REQUEST, signal);
}

describe('a command that answers', () => {
  test('gets the request as JSON on stdin and answers on stdout, also with many words and quotes in its line', async () => {
    const echo = script(
      'echo.mjs',
      `const chunks = [];
       for await (const chunk of process.stdin) chunks.push(chunk);
       const request = JSON.parse(Buffer.concat(chunks));
       console.error('a warning');
       console.log(JSON.stringify({ request, words: process.argv.slice(2) }));`,
    );
    const answer = await ask(`${echo} "two words" 'it'"'"'s' $((6*7)) "a\\$b" && true`);
    expect(answer).toEqual({ request: REQUEST, words: ['two words', "it's", '42', 'a$b'] });
  });

  test('may end without reading its request', async () => {
    const big: ProbeRequest = {
      targets: Array.from({ length: 20_000 }, () => ({ host: '192.0.2.1', port: 1 })),
    };
    const vantage = commandVantage('no-input', `exec <&-; echo '${JSON.stringify(REPORT)}'`);
    expect(await vantage.probe(big, new AbortController().signal)).toEqual(REPORT);
  });

  test('may leave a child that holds its output open: the answer is used and the child is ended', async () => {
    const pidFile = join(folder, 'left-behind.pid');
    const started = performance.now();
    const answer = await ask(`sleep 300 & echo $! > '${pidFile}'; echo '${JSON.stringify(REPORT)}'`);
    expect(answer).toEqual(REPORT);
    expect(performance.now() - started).toBeLessThan(10_000);
    await gone(readPid(pidFile));
  });

  test('may answer several megabytes', async () => {
    const long = script(
      'long.mjs',
      `process.stdout.write(JSON.stringify({ ...${JSON.stringify(REPORT)}, omitted: 'x'.repeat(5_000_000) }));`,
    );
    const answer = await ask(long);
    expect(answer.omitted).toHaveLength(5_000_000);
  });
});

describe('a command without a report abstains with a reason of one line', () => {
  const cases: [name: string, commandLine: () => string, reason: RegExp | string][] = [
    ['not found', () => 'synwhere-no-such-program probe -', /^command not found: .*synwhere-no-such-program/],
    ['not executable', () => `'${folder}'`, /^command cannot be executed: /],
    [
      'crashes',
      () => `echo 'first words' >&2; echo 'ssh: connect to host tokyo: Connection refused' >&2; exit 255`,
      'the command ended with status 255: ssh: connect to host tokyo: Connection refused',
    ],
    ['crashes without a word', () => 'exit 3', 'the command ended with status 3'],
    ['is killed', () => 'kill -9 $$', 'the command was killed by SIGKILL'],
    ['has no output', () => 'true', 'empty answer'],
    [
      'answers text that is not JSON',
      () => `printf '\\033[31m<html>\\nHello'`,
      'invalid answer: not JSON, begins with "<html> Hello"',
    ],
    [
      'crashes with a coloured message',
      () => `printf '\\033]0;title\\007\\033[31mno\\033[0m way\\r\\n\\n' >&2; exit 1`,
      'the command ended with status 1: no way',
    ],
  ];
  test.each(cases)('%s', async (_name, commandLine, reason) => {
    await expect(ask(commandLine())).rejects.toMatchObject({
      name: 'VantageError',
      message: typeof reason === 'string' ? reason : expect.stringMatching(reason),
    });
  });

  test('answers without end', async () => {
    const started = performance.now();
    await expect(ask('yes $$ 2>/dev/null')).rejects.toThrow('the answer is larger than 8 MB');
    expect(performance.now() - started).toBeLessThan(15_000);
  });
});

describe('a command that hangs is ended with its children', () => {
  test.each([
    ['that end on SIGTERM', ''],
    // Processes that a shell starts ignore the signals that the shell ignores (XCU 2.11).
    ['that ignore SIGTERM', "trap '' TERM; "],
  ])('%s', async (_name, trap) => {
    const pids = join(folder, 'hanging.pids');
    const aborter = new AbortController();
    const line = `${trap}echo $$ > '${pids}'; (sleep 300 & echo $! >> '${pids}'; wait) & echo $! >> '${pids}'; wait`;
    const answer = ask(line, aborter.signal);
    answer.catch(() => undefined);
    await until(() => readPids(pids).length === 3);
    const started = performance.now();
    aborter.abort();
    await expect(answer).rejects.toThrow('stopped');
    expect(performance.now() - started).toBeLessThan(4000);
    for (const pid of readPids(pids)) await gone(pid);
    rmSync(pids);
  });

  test('after an abort, no command is started', async () => {
    const file = join(folder, 'never');
    await expect(ask(`echo 1 > '${file}'`, AbortSignal.abort())).rejects.toThrow('stopped');
    expect(() => readFileSync(file)).toThrow('ENOENT');
  });
});

function readPids(file: string): number[] {
  try {
    return readFileSync(file, 'utf8').trim().split('\n').map(Number).filter(Boolean);
  } catch {
    return [];
  }
}

function readPid(file: string): number {
  const [pid] = readPids(file);
  if (pid === undefined) throw new Error(`no pid in ${file}`);
  return pid;
}

/** Waits until the process has ended. A zombie has ended too. */
async function gone(pid: number): Promise<void> {
  await until(() => {
    try {
      process.kill(pid, 0);
      return readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
    } catch {
      return true;
    }
  });
}

async function until(condition: () => boolean, withinMs = 10_000): Promise<void> {
  const end = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`the condition was not met within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
