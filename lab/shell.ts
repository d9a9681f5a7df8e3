import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { LabError } from './world.ts';

/**
 * A shell in one namespace that runs scripts there, one after the other. A new process for each command would need longer to enter
 * the namespace than to run.
 */
export class Shell {
  readonly pid: number;
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #place: string;
  #output = '';
  #count = 0;
  #waiting: { marker: string; done: (output: string) => void } | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #ended = false;

  /** `namespace` as `ip netns add` named it; absent: the namespace of this process. */
  constructor(place: string, namespace?: string) {
    this.#place = place;
    const argv = namespace === undefined ? ['sh'] : ['ip', 'netns', 'exec', namespace, 'sh'];
    this.#child = spawn(argv[0] ?? 'sh', argv.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
    this.pid = this.#child.pid ?? 0;
    this.#child.stdin.on('error', () => this.#end());
    this.#child.on('error', () => this.#end());
    this.#child.on('close', () => this.#end());
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#output += text;
      this.#look();
    });
  }

  /**
   * Runs a script (`set -e`) and resolves to what it printed. Throws {@link LabError} with the last line of the output if it
   * failed.
   */
  run(script: string): Promise<string> {
    const turn = this.#queue.then(() => this.#runNow(script));
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  async #runNow(script: string): Promise<string> {
    if (this.#ended) throw new LabError(`lab: the shell in ${this.#place} has ended`);
    const marker = `--- end of script ${++this.#count}`;
    const output = await new Promise<string>((resolve) => {
      this.#waiting = { marker, done: resolve };
      this.#child.stdin.write(`( set -e\n${script}\n) </dev/null 2>&1\necho "${marker} $?"\n`);
    });
    const at = output.lastIndexOf(marker);
    const text = output.slice(0, at);
    const status = Number(output.slice(at + marker.length));
    if (at < 0 || status !== 0) {
      const reason = text.trim().split('\n').at(-1) ?? '';
      throw new LabError(
        `lab: a command in ${this.#place} failed: ${reason === '' ? `status ${status}` : reason}`,
      );
    }
    return text;
  }

  #look(): void {
    if (!this.#waiting) return;
    const at = this.#output.indexOf(this.#waiting.marker);
    const end = at < 0 ? -1 : this.#output.indexOf('\n', at);
    if (end < 0) return;
    const { done } = this.#waiting;
    this.#waiting = undefined;
    const output = this.#output.slice(0, end);
    this.#output = this.#output.slice(end + 1);
    done(output);
  }

  #end(): void {
    this.#ended = true;
    this.#waiting?.done('');
    this.#waiting = undefined;
  }
}
