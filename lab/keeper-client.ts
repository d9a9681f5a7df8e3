import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { KeeperOperations, KeeperReply } from './keeper.ts';
import { namespaceFlags } from './available.ts';
import { LabError } from './world.ts';

/** In the same directory: as source, or as a bundle in the published package. */
const KEEPER = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './keeper.ts' : './lab-keeper.cjs', import.meta.url),
);
const STOP_WITHIN_MS = 2000;

interface Pending {
  resolve(value: never): void;
  reject(error: Error): void;
}

/** Starts a keeper and sends requests to it. */
export class KeeperClient {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #pending = new Map<number, Pending>();
  readonly #closed: Promise<void>;
  #nextId = 1;
  #errors = '';
  #ended = false;

  /** Starts a keeper in its own namespaces. It is root inside them, for any user outside. */
  constructor() {
    // Hides the system's /run, because `ip netns` writes there.
    const start = 'mount -t tmpfs tmpfs /run && exec "$0" "$@"';
    const node = [process.execPath, '--disable-warning=ExperimentalWarning', KEEPER];
    this.#child = spawn('unshare', [...namespaceFlags(), 'sh', '-c', start, ...node], {
      stdio: ['pipe', 'pipe', 'pipe'],
      // A Ctrl-C at the terminal must reach only the owner; the keeper ends when the owner closes its stdin.
      detached: true,
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    this.#child.stdin.on('error', () => undefined);
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#errors = (this.#errors + text).slice(-4000);
    });
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#settle(line));
    this.#closed = new Promise((resolve) => {
      this.#child.on('error', (error) => {
        this.#end(error.message);
        resolve();
      });
      this.#child.on('close', () => {
        this.#end(this.#errors.trim().split('\n').at(-1) ?? '');
        resolve();
      });
    });
  }

  /** Rejects with {@link LabError} if the keeper fails to do it, or has ended. */
  ask<Op extends keyof KeeperOperations>(
    op: Op,
    value: KeeperOperations[Op]['in'],
  ): Promise<KeeperOperations[Op]['out']> {
    if (this.#ended) return Promise.reject(new LabError('lab: this world has ended'));
    const id = this.#nextId++;
    return new Promise<never>((resolve, reject) => {
      // The keeper is our own code: the result has the type of the operation.
      this.#pending.set(id, { resolve: (result: never) => resolve(result), reject });
      this.#child.stdin.write(`${JSON.stringify({ id, op, value })}\n`);
    });
  }

  /** Process ids of the keeper's direct children outside its PID namespace, by their ids inside. */
  childPids(): Map<number, number> {
    const unshare = this.#child.pid ?? 0;
    const processes = readdirSync('/proc')
      .filter((entry) => /^\d+$/.test(entry))
      .flatMap((entry) => statusOf(Number(entry)));
    const keeper = namespaceFlags().includes('--fork')
      ? processes.find(({ parent }) => parent === unshare)?.pid
      : unshare;
    return new Map(
      processes.filter(({ parent }) => parent === keeper).map((child) => [child.inner, child.pid]),
    );
  }

  /** Ends the keeper and everything in its namespaces. */
  async close(): Promise<void> {
    this.#child.stdin.end();
    // With --kill-child the kernel ends all of the PID namespace. unshare must not wait for that: for commands whose parents have
    // ended it depends on an init process, which can be slow. Without --kill-child the keeper ends the processes, and then itself.
    if (namespaceFlags().includes('--kill-child')) this.#child.kill('SIGKILL');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_WITHIN_MS);
    await this.#closed;
    clearTimeout(timer);
  }

  #settle(line: string): void {
    const reply: KeeperReply = JSON.parse(line);
    const pending = this.#pending.get(reply.id);
    this.#pending.delete(reply.id);
    if ('error' in reply) pending?.reject(new LabError(reply.error));
    else pending?.resolve(reply.value);
  }

  #end(reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const pending of this.#pending.values()) {
      pending.reject(new LabError(`lab: this world has ended${reason === '' ? '' : `: ${reason}`}`));
    }
    this.#pending.clear();
  }
}

/** From proc(5): a process, its parent, and its id in the innermost PID namespace. */
function statusOf(pid: number): { pid: number; parent: number; inner: number }[] {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const parent = Number(/^PPid:\t(\d+)$/m.exec(status)?.[1]);
    const inner = Number(/^NSpid:.*\t(\d+)$/m.exec(status)?.[1] ?? pid);
    return [{ pid, parent, inner }];
  } catch {
    // It ended after the directory was listed.
    return [];
  }
}
