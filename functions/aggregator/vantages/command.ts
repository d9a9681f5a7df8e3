import { spawn, type ChildProcess } from 'node:child_process';
import type { ProbeReport } from '../../reachability/report.ts';
import type { ProbeRequest } from '../../reachability/request.ts';
import { oneLine } from '../../reachability/one-line.ts';
import { parseAnswerText } from './vantage.ts';
import { VantageError, type Vantage } from './vantage.ts';

/** Above any report of a probe, which keeps under Lambda's 6 MB. */
const MAX_OUTPUT_BYTES = 8 * 1024 * 1024;

/** Enough for the last line of a stack trace. */
const STDERR_TAIL_BYTES = 4096;

/** Between asking a command's processes to end and making them. */
const TERM_GRACE_MS = 250;

/** A command that has ended may have left a child that holds its output open; whatever was still in the pipe comes in this time. */
const DRAIN_MS = 250;

/**
 * Any machine behind a command line, which the platform's shell reads (`/bin/sh -c`, on Windows `cmd.exe`). The request goes in on
 * stdin as JSON, the report comes out on stdout as JSON. The command runs in a process group and session of its own: a Ctrl-C in
 * the terminal does not reach it, a program in it cannot ask for a password there, and when `signal` aborts, it answers too
 * much, or it ends badly, all of its group is ended. `network`: whose network that machine is in, where that is known.
 */
export function commandVantage(name: string, commandLine: string, network?: string): Vantage {
  return {
    name,
    ...(network !== undefined && { network }),
    probe: (request, signal) => runCommand(commandLine, request, signal),
  };
}

async function runCommand(
  commandLine: string,
  request: ProbeRequest,
  signal: AbortSignal,
): Promise<ProbeReport> {
  if (signal.aborted) throw new VantageError('stopped before it was asked');
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = spawn(commandLine, {
    shell: true,
    detached: process.platform !== 'win32',
    windowsHide: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const fail = (reason: string) => {
    reject(new VantageError(reason));
    endGroup(child);
  };

  const chunks: Buffer[] = [];
  let bytes = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= MAX_OUTPUT_BYTES) chunks.push(chunk);
    else fail(`answered more than ${MAX_OUTPUT_BYTES / 1024 / 1024} MB`);
  });
  let errors = Buffer.alloc(0);
  child.stderr.on('data', (chunk: Buffer) => {
    errors = Buffer.concat([errors, chunk]).subarray(-STDERR_TAIL_BYTES);
  });
  // A command that ends without reading its request (EPIPE) is judged by what it answers.
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream.on('error', () => undefined);

  const onAbort = () => {
    fail('stopped');
  };
  signal.addEventListener('abort', onAbort, { once: true });
  child.on('error', (error) => {
    fail(`the command could not be started: ${oneLine(error.message)}`);
  });

  let drain: NodeJS.Timeout | undefined;
  let ending: { code: number | null; killedBy: NodeJS.Signals | null } | undefined;
  const finish = () => {
    if (!ending) return;
    const { code, killedBy } = ending;
    if (code === 0) resolve(Buffer.concat(chunks).toString('utf8'));
    else fail(badEnd(code, killedBy, lastLine(errors)));
  };
  child.on('exit', (code, killedBy) => {
    ending = { code, killedBy };
    drain = setTimeout(() => {
      finish();
      endGroup(child);
    }, DRAIN_MS);
  });
  child.on('close', finish);

  child.stdin.end(JSON.stringify(request));
  try {
    return parseAnswerText(await promise);
  } finally {
    clearTimeout(drain);
    signal.removeEventListener('abort', onAbort);
  }
}

function badEnd(code: number | null, killedBy: NodeJS.Signals | null, stderr: string): string {
  const detail = stderr === '' ? '' : `: ${stderr}`;
  if (killedBy !== null) return `the command was killed by ${killedBy}${detail}`;
  // 127 and 126 are what a POSIX shell answers for a command not found or not executable (XCU 2.8.2).
  if (code === 127) return `command not found${detail}`;
  if (code === 126) return `command cannot be executed${detail}`;
  return `the command ended with status ${code}${detail}`;
}

function lastLine(tail: Buffer): string {
  const lines = tail
    .toString('utf8')
    .split(/\r?\n/)
    .map(oneLine)
    .filter((line) => line !== '');
  return lines.at(-1) ?? '';
}

/** Ends a command with everything that it started and that stayed in its group: politely, then by force. */
function endGroup(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined) return;
  child.stdout?.destroy();
  child.stderr?.destroy();
  if (process.platform === 'win32') {
    spawn('taskkill', ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true }).on(
      'error',
      () => undefined,
    );
    return;
  }
  if (!signalGroup(pid, 'SIGTERM')) return;
  // Not unref'ed: this process may only end when its children are sure to.
  setTimeout(() => signalGroup(pid, 'SIGKILL'), TERM_GRACE_MS);
}

/** Whether there was anybody left in the group to hear it. */
function signalGroup(groupId: number, name: NodeJS.Signals): boolean {
  try {
    process.kill(-groupId, name);
    return true;
  } catch {
    return false;
  }
}
