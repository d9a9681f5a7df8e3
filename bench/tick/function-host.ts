import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Query, Reply, Usage } from './function-process.ts';

/** The time limit of an invocation. */
const REMAINING_MS = 60_000;

/** Builds the program that runs a function; resolves to its file. It is JavaScript, so that type stripping is not part of a measured start. */
export async function buildFunctionProcess(directory: string): Promise<string> {
  const outfile = join(directory, 'function-process.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'function-process.ts')],
    outfile,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    logLevel: 'silent',
  });
  return outfile;
}

/** A bundled function in a separate process, as in Lambda. */
export class FunctionHost {
  /** What the function wrote to stdout since this was last cleared. */
  log = '';
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  #lastId = 0;

  /** `index`: the bundle's file. `env`: the function's environment in addition to PATH. */
  constructor(runner: string, index: string, env: Record<string, string>) {
    this.#child = fork(runner, [index], {
      env: { PATH: process.env['PATH'] ?? '', ...env },
      execArgv: [],
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.log += text;
    });
    this.#child.on('message', (reply: Reply) => {
      this.#waiting.get(reply.id)?.(reply);
      this.#waiting.delete(reply.id);
    });
    this.#child.on('exit', () => {
      for (const [id, settle] of this.#waiting) settle({ id, error: 'the function process ended' });
      this.#waiting.clear();
    });
  }

  /** Rejects with the message of the handler's error. */
  async invoke(event: unknown): Promise<unknown> {
    const reply = await this.#send((id) => ({ id, event, remainingMs: REMAINING_MS }));
    if ('error' in reply) throw new Error(reply.error);
    return 'result' in reply ? reply.result : undefined;
  }

  async usage(): Promise<Usage> {
    const reply = await this.#send((id) => ({ id, usage: true }));
    if ('usage' in reply) return reply.usage;
    throw new Error('error' in reply ? reply.error : 'no usage');
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }

  #send(make: (id: number) => Query): Promise<Reply> {
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      if (!this.#child.connected && this.#child.exitCode !== null) {
        resolve({ id, error: 'the function process ended' });
        return;
      }
      this.#waiting.set(id, resolve);
      this.#child.send(make(id));
    });
  }
}
