import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { faultSteps } from './faults.ts';
import type { FaultSteps, Step } from './fault-steps.ts';
import { labProblem, namespaceFlags } from './available.ts';
import { KeeperClient } from './keeper-client.ts';
import type { StartRequest } from './keeper.ts';
import { hostsRules, linkCommands, setUpScripts } from './namespaces.ts';
import { planWorld } from './plan.ts';
import type { Plan } from './plan.ts';
import { shellQuote } from './shell-quote.ts';
import { HOSTS, LabError } from './world.ts';
import type { PlantedFault, Place, WorldSpec } from './world.ts';

const DEFAULT_LIFETIME_MS = 600_000;
const DEFAULT_RUN_TIMEOUT_MS = 60_000;

export interface RunOptions {
  stdin?: string;
  /** Default 60,000; then the command is killed. */
  timeoutMs?: number;
  cwd?: string;
  env?: NodeJS.ProcessEnv;
}

export interface RunResult {
  status: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/**
 * Builds a world in its own network namespaces. This takes less than a second for about twenty places. Throws {@link LabError} if
 * the description is inconsistent, or if network namespaces are not available (see `labProblem`).
 */
export async function buildWorld(spec: WorldSpec): Promise<World> {
  const problem = labProblem();
  if (problem !== undefined) throw new LabError(`lab: ${problem}`);
  const plan = planWorld(spec);
  const keeper = new KeeperClient();
  try {
    const inner = await keeper.ask('start', startRequest(spec, plan));
    const outer = keeper.childPids();
    const holders = new Map(Object.entries(inner).map(([place, pid]) => [place, outer.get(pid) ?? pid]));
    return new World(spec, plan, keeper, holders);
  } catch (error) {
    await keeper.close();
    throw error;
  }
}

/** A running world. Everything in it ends with `close`, with the process that built it, or after its lifetime. */
export class World {
  readonly spec: WorldSpec;
  readonly plan: Plan;
  readonly #keeper: KeeperClient;
  readonly #holders: Map<Place, number>;
  readonly #active = new Map<string, FaultSteps>();
  #faultCount = 0;

  constructor(spec: WorldSpec, plan: Plan, keeper: KeeperClient, holders: Map<Place, number>) {
    this.spec = spec;
    this.plan = plan;
    this.#keeper = keeper;
    this.#holders = holders;
  }

  /** Names of the faults that are on. */
  get broken(): string[] {
    return [...this.#active.keys()];
  }

  /** Switches a fault on: a fault of the description by its name, or the given fault under a new name. */
  async break(name: string, fault?: PlantedFault): Promise<void> {
    const chosen = fault ?? this.spec.faults?.[name];
    if (!chosen) throw new LabError(this.#unknown(name));
    if (this.#active.has(name)) throw new LabError(`lab: the fault ${name} is already on`);
    const steps = faultSteps(this.plan, chosen, () => ++this.#faultCount);
    this.#active.set(name, steps);
    try {
      await this.#take(steps.break);
    } catch (error) {
      this.#active.delete(name);
      throw error;
    }
  }

  /** Switches a fault off. */
  async heal(name: string): Promise<void> {
    const steps = this.#active.get(name);
    if (!steps) {
      const isKnown = Object.hasOwn(this.spec.faults ?? {}, name);
      throw new LabError(isKnown ? `lab: the fault ${name} is not on` : this.#unknown(name));
    }
    this.#active.delete(name);
    await this.#take(steps.heal.toReversed());
  }

  /** Switches all faults off and resets names that answer in turn to their first answer. */
  async healAll(): Promise<void> {
    for (const name of this.broken) await this.heal(name);
    await this.#keeper.ask('rewindNames', null);
  }

  /** Runs a shell script (`set -e`) at any place; resolves to what it printed. */
  shell(place: Place, script: string): Promise<string> {
    return this.#keeper.ask('shell', { place, script });
  }

  /** Argument list that runs `argv` at a place, from outside. */
  argvFor(place: Place, argv: readonly string[], cwd = process.cwd()): string[] {
    const pid = this.#holders.get(place);
    if (pid === undefined) throw new LabError(`lab: there is no place called ${place}`);
    const spaces = ['--user', '--net', '--mount', ...(namespaceFlags().includes('--pid') ? ['--pid'] : [])];
    return ['nsenter', '--preserve-credentials', ...spaces, `--target=${pid}`, `--wd=${cwd}`, '--', ...argv];
  }

  /** The same as a command line for a shell, without a command: append it. For `--vantage NAME=COMMAND`. */
  commandFor(place: Place, cwd = process.cwd()): string {
    return this.argvFor(place, [], cwd).map(shellQuote).join(' ');
  }

  /** Starts a command at a place; the caller ends it. */
  spawn(place: Place, argv: readonly string[], options: RunOptions = {}): ChildProcessWithoutNullStreams {
    const [command = '', ...rest] = this.argvFor(place, argv, options.cwd);
    // Its own process group, so that the command ends together with the nsenter that waits for it.
    return spawn(command, rest, { stdio: 'pipe', env: options.env ?? process.env, detached: true });
  }

  /** Runs a command at a place to its end. */
  run(place: Place, argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    const child = this.spawn(place, argv, options);
    const timer = setTimeout(() => killGroup(child.pid), options.timeoutMs ?? DEFAULT_RUN_TIMEOUT_MS);
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdin.on('error', () => undefined).end(options.stdin ?? '');
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (status, signal) => {
        clearTimeout(timer);
        resolve({ status, signal, stdout, stderr });
      });
    });
  }

  /** Ends the world and every process in it. */
  close(): Promise<void> {
    return this.#keeper.close();
  }

  async #take(steps: readonly Step[]): Promise<void> {
    const inPlaces = new Map<string, Step[]>();
    for (const step of steps) {
      const key = step.op === 'shell' ? step.place : step.op;
      inPlaces.set(key, [...(inPlaces.get(key) ?? []), step]);
    }
    await Promise.all(
      [...inPlaces.values()].map(async (list) => {
        for (const step of list) await this.#takeOne(step);
      }),
    );
  }

  async #takeOne(step: Step): Promise<void> {
    switch (step.op) {
      case 'shell':
        await this.#keeper.ask('shell', { place: step.place, script: step.script });
        break;
      case 'service':
        await this.#keeper.ask('service', { address: step.address, port: step.port, does: step.does });
        break;
      case 'name': {
        const { op: _op, ...value } = step;
        await this.#keeper.ask('name', value);
        break;
      }
      case 'restoreName':
        await this.#keeper.ask('restoreName', { id: step.id });
        break;
    }
  }

  #unknown(name: string): string {
    const names = Object.keys(this.spec.faults ?? {});
    const advice = names.length === 0 ? 'this world has none' : `there are ${names.join(', ')}`;
    return `lab: there is no fault called ${name}; ${advice}`;
  }
}

function startRequest(spec: WorldSpec, plan: Plan): StartRequest {
  const setUp = setUpScripts(plan);
  const scripts: Record<string, string[]> = {};
  for (const [place, script] of setUp) {
    scripts[place] = place === HOSTS ? [script, hostsRules(plan)] : [script];
  }
  return {
    places: [...plan.routers.keys(), ...plan.vantages.keys()],
    links: linkCommands(plan),
    scripts,
    services: [...plan.hosts.values()].flatMap((host) =>
      host.addresses.flatMap((address) =>
        Object.entries(host.services ?? {}).map(([port, does]) => ({ address, port: Number(port), does })),
      ),
    ),
    names: spec.names ?? [],
    nameLines: [...plan.vantages.values()].map(({ name, nameServer, nameClient }) => ({
      server: nameServer,
      client: nameClient,
      vantage: name,
    })),
    maxLifetimeMs: spec.maxLifetimeMs ?? DEFAULT_LIFETIME_MS,
  };
}

/** Ends a detached command with its children; it may have ended already. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
