import { spawn } from 'node:child_process';
import { readdirSync, readlinkSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Answer, Behaviour, NameSpec } from './world.ts';
import { HOSTS } from './world.ts';
import { NameServer } from './name-server.ts';
import { Services } from './services.ts';
import { Shell } from './shell.ts';

/**
 * The keeper is the first process in a world's namespaces. It runs the services and the name server, and executes the requests of
 * the World object: one line of JSON each on stdin, with one line as the answer on stdout. It ends when stdin closes, also if its
 * owner was killed, and everything in its PID namespace ends with it.
 */
export interface StartRequest {
  /** Names of the namespaces to create, in addition to this one. */
  places: string[];
  /** Lines for `ip -batch`, run here. */
  links: string[];
  /** Run once in each place, in the order given, all places at the same time. */
  scripts: Record<string, string[]>;
  services: { address: string; port: number; does: Behaviour }[];
  names: NameSpec[];
  /** Own address of the name server -> address of the vantage that asks there -> its name. */
  nameLines: { server: string; client: string; vantage: string }[];
  maxLifetimeMs: number;
}

/** The operations of the keeper, by `op`: input and output. */
export interface KeeperOperations {
  start: { in: StartRequest; out: Record<string, number> };
  shell: { in: { place: string; script: string }; out: string };
  service: { in: { address: string; port: number; does: Behaviour }; out: null };
  name: { in: { id: string; name: string; answer: Answer; vantages?: string[] }; out: null };
  restoreName: { in: { id: string }; out: null };
  rewindNames: { in: null; out: null };
}

export type KeeperRequest = {
  [Op in keyof KeeperOperations]: { id: number; op: Op; value: KeeperOperations[Op]['in'] };
}[keyof KeeperOperations];

/** `value` is the output of the operation; only the sender of the request knows its type. */
export type KeeperReply = { id: number; value: never } | { id: number; error: string };

class Keeper {
  readonly #shells = new Map<string, Shell>();
  readonly #services = new Services();
  #names = new NameServer([], new Map());

  async handle(request: KeeperRequest): Promise<unknown> {
    switch (request.op) {
      case 'start':
        return this.#start(request.value);
      case 'shell':
        return this.#shell(request.value.place).run(request.value.script);
      case 'service':
        await this.#services.set(request.value.address, request.value.port, request.value.does);
        return null;
      case 'name': {
        const { id, name, answer, vantages } = request.value;
        this.#names.override(id, name, answer, vantages);
        return null;
      }
      case 'restoreName':
        this.#names.restore(request.value.id);
        return null;
      case 'rewindNames':
      default:
        this.#names.rewind();
        return null;
    }
  }

  /** Builds the world; resolves to the id, in this PID namespace, of the process that holds each place open. */
  async #start(request: StartRequest): Promise<Record<string, number>> {
    setTimeout(() => process.exit(0), request.maxLifetimeMs);
    const adds = request.places.map((place) => `netns add ${place}`);
    await ipBatch([...adds, ...request.links]);
    this.#shells.set(HOSTS, new Shell(HOSTS));
    for (const place of request.places) this.#shells.set(place, new Shell(place, place));
    await Promise.all(
      Object.entries(request.scripts).map(async ([place, scripts]) => {
        for (const script of scripts) await this.#shell(place).run(script);
      }),
    );
    this.#names = new NameServer(
      request.names,
      new Map(request.nameLines.map(({ client, vantage }) => [client, vantage])),
    );
    await this.#names.listen(request.nameLines.map(({ server }) => server));
    await Promise.all(
      request.services.map(({ address, port, does }) => this.#services.set(address, port, does)),
    );
    return Object.fromEntries([...this.#shells].map(([place, { pid }]) => [place, pid]));
  }

  #shell(place: string): Shell {
    const shell = this.#shells.get(place);
    if (!shell) throw new Error(`lab: there is no place called ${place}`);
    return shell;
  }
}

/** One process for all lines, because starting `ip` takes longer than its work. */
function ipBatch(lines: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('ip', ['-batch', '-'], { stdio: ['pipe', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    child.on('error', reject);
    child.on('close', (status) => {
      if (status === 0) resolve();
      else reject(new Error(`lab: ip failed: ${errors.trim().replaceAll('\n', '; ')}`));
    });
    child.stdin.on('error', () => undefined).end(`${lines.join('\n')}\n`);
  });
}

/** Ends all other processes in this user namespace. With a PID namespace the kernel does this. */
function endOtherProcesses(): void {
  const own = readlinkSync('/proc/self/ns/user');
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry) || entry === String(process.pid)) continue;
    try {
      if (readlinkSync(`/proc/${entry}/ns/user`) === own) process.kill(Number(entry), 'SIGKILL');
    } catch {
      // It has ended, or another user owns it.
    }
  }
}

const keeper = new Keeper();
process.on('exit', endOtherProcesses);
const reply = (answer: { id: number; value: unknown } | { id: number; error: string }) =>
  process.stdout.write(`${JSON.stringify(answer)}\n`);
process.stdout.on('error', () => process.exit(0));
// A name server or service that fails to send to a place whose link is down must not end the world.
process.on('uncaughtException', (error) => console.error(`lab keeper: ${error.message}`));

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const request: KeeperRequest = JSON.parse(line);
    keeper.handle(request).then(
      (value) => reply({ id: request.id, value }),
      (error: unknown) =>
        reply({ id: request.id, error: error instanceof Error ? error.message : String(error) }),
    );
  })
  .on('close', () => process.exit(0));
