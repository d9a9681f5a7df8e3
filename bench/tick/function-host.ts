import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Ask, Reply, Usage } from './function-process.ts';

/** An invocation may take as long; what hangs beyond it is an error of the bench. */
const REMAINING_MS = 60_000;

/** Makes what runs a function, once; resolves to its file. Not TypeScript any more, so that its start is no part of a start. */
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

/** A bundled function in a process of its own, as Lambda would run it. */
export class FunctionHost {
  /** What the function wrote to stdout since this was last emptied. */
  log = '';
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  #asked = 0;

  /** `index`: the bundle's file. `env`: all that the function sees beside PATH. */
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

  /** Rejects with the message of what the handler threw. */
  async invoke(event: unknown): Promise<unknown> {
    const reply = await this.#ask((id) => ({ id, event, remainingMs: REMAINING_MS }));
    if ('error' in reply) throw new Error(reply.error);
    return 'result' in reply ? reply.result : undefined;
  }

  async usage(): Promise<Usage> {
    const reply = await this.#ask((id) => ({ id, usage: true }));
    if ('usage' in reply) return reply.usage;
    throw new Error('error' in reply ? reply.error : 'no usage');
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }

  #ask(make: (id: number) => Ask): Promise<Reply> {
    const id = ++this.#asked;
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
