import { spawn, type ChildProcess } from 'node:child_process';
import type { ProbeReport } from '../../reachability/report.ts';
import type { ProbeRequest } from '../../reachability/request.ts';
import { oneLine } from '../../reachability/one-line.ts';
import { parseAnswerText } from './vantage.ts';
import { VantageError, type Vantage } from './vantage.ts';

/** More than any report has: a probe limits it to Lambda's 6 MB. */
const MAX_OUTPUT_BYTES = 8 * 1024 * 1024;

/** Long enough for the last line of a stack trace. */
const STDERR_TAIL_BYTES = 4096;

/** Between SIGTERM and SIGKILL to the processes of a command. */
const TERM_GRACE_MS = 250;

/** After the end of a command, a child process may still hold its output open. What is in the pipe is read within this time. */
const DRAIN_MS = 250;

/**
 * A vantage behind a command line, which the platform's shell runs (`/bin/sh -c`, on Windows `cmd.exe`). The command reads the
 * request as JSON from stdin and writes the report as JSON to stdout. It runs in a new session and process group: it does not get
 * Ctrl-C from the terminal and cannot ask for a password there. The whole group is ended when `signal` aborts, when the output is too
 * long, or when the command fails. `network`: the network that the machine is in, if it is known.
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
  if (signal.aborted) throw new VantageError('stopped before the command was started');
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
    else fail(`the answer is larger than ${MAX_OUTPUT_BYTES / 1024 / 1024} MB`);
  });
  let stderrTail = Buffer.alloc(0);
  child.stderr.on('data', (chunk: Buffer) => {
    stderrTail = Buffer.concat([stderrTail, chunk]).subarray(-STDERR_TAIL_BYTES);
  });
  // A command may end without reading its request (EPIPE). Its answer is used all the same.
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
    else fail(exitReason(code, killedBy, lastLine(stderrTail)));
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

function exitReason(code: number | null, killedBy: NodeJS.Signals | null, stderr: string): string {
  const detail = stderr === '' ? '' : `: ${stderr}`;
  if (killedBy !== null) return `the command was killed by ${killedBy}${detail}`;
  // The exit status of a POSIX shell is 127 for a command that is not found and 126 for one that is not executable (XCU 2.8.2).
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

/** Ends all processes in the group of a command: with SIGTERM, then with SIGKILL. */
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
  // The timer is not unref'ed, so that this process does not exit before SIGKILL is sent.
  setTimeout(() => signalGroup(pid, 'SIGKILL'), TERM_GRACE_MS);
}

/** Returns whether the group still has a process. */
function signalGroup(groupId: number, name: NodeJS.Signals): boolean {
  try {
    process.kill(-groupId, name);
    return true;
  } catch {
    return false;
  }
}
