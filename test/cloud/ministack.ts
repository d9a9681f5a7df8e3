import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pythonProgram } from './python.ts';
import { freePort } from '../support/ports.ts';

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 5_000;

/** A local AWS on loopback, and the environment in which every AWS client uses it. */
export interface LocalAws {
  endpoint: string;
  env: NodeJS.ProcessEnv;
  /** Ends it and everything that it started. */
  stop(): Promise<void>;
}

/** Starts MiniStack on a free port; its log goes to a file in `directory`. Rejects when it is not healthy within a minute. */
export async function startLocalAws(directory: string): Promise<LocalAws> {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const node = join(process.execPath, '..');
  const child = spawn(pythonProgram('ministack'), [], {
    // A separate process group, so that the functions that it starts can be ended with it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: `${node}:${process.env['PATH'] ?? ''}`,
      HOME: directory,
      TMPDIR: directory,
      LAMBDA_EXECUTOR: 'local',
      BIND_HOST: '127.0.0.1',
      IOT_MTLS_ENABLED: '0',
      GATEWAY_PORT: String(port),
    },
  });
  const log = createWriteStream(join(directory, 'ministack.log'));
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const stop = (): Promise<void> => stopGroup(child);
  try {
    await healthy(endpoint, child);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    endpoint,
    stop,
    env: {
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
    },
  };
}

async function healthy(endpoint: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null)
      throw new Error(`MiniStack ended with status ${child.exitCode} before it was healthy`);
    const ok = await fetch(`${endpoint}/_ministack/health`, { signal: AbortSignal.timeout(2_000) }).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ok) return;
    await sleep(200);
  }
  throw new Error(`MiniStack was not healthy within ${START_TIMEOUT_MS / 1000} s`);
}

async function stopGroup(child: ChildProcess): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;
  const ended =
    child.exitCode === null && child.signalCode === null ? once(child, 'exit') : Promise.resolve();
  signalGroup(pid, 'SIGTERM');
  await Promise.race([ended, sleep(STOP_TIMEOUT_MS)]);
  // Its workers may run longer. The group's id is not reused, because the group is not empty until they exit.
  signalGroup(pid, 'SIGKILL');
  await ended;
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
