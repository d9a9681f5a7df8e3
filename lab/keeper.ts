import { spawn } from 'node:child_process';
import { readdirSync, readlinkSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Answer, Behaviour, NameSpec } from './world.ts';
import { HOSTS } from './world.ts';
import { NameServer } from './name-server.ts';
import { Services } from './services.ts';
import { Shell } from './shell.ts';

/**
 * The keeper holds a world's namespaces: it is the first process in them, hosts the services and the name server, and does what
 * the World object asks, one JSON object a line on stdin, answered on stdout. It ends when stdin closes, whatever became of its
 * owner, and everything in its PID namespace ends with it.
 */
export interface StartRequest {
  /** Namespaces to make, beside this one. */
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

/** What the keeper can be asked for, by `op`: what goes in, what comes out. */
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

/** `value` is what the operation returns; only the one who asked knows which that is. */
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

  /** Builds the world; resolves to the process that holds each place open, by its number in this PID namespace. */
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

/** One process for all of them: each `ip` takes longer to start than to work. */
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

/** Ends whoever else is in this user namespace. With a PID namespace the kernel would do it; without one, nobody else does. */
function endEverybody(): void {
  const own = readlinkSync('/proc/self/ns/user');
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry) || entry === String(process.pid)) continue;
    try {
      if (readlinkSync(`/proc/${entry}/ns/user`) === own) process.kill(Number(entry), 'SIGKILL');
    } catch {
      // Gone, or somebody else's.
    }
  }
}

const keeper = new Keeper();
process.on('exit', endEverybody);
const reply = (answer: { id: number; value: unknown } | { id: number; error: string }) =>
  process.stdout.write(`${JSON.stringify(answer)}\n`);
process.stdout.on('error', () => process.exit(0));
// A name server or service that fails to send to a place whose link is down must not take the world with it.
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
