import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import type { Cost, Load } from './load.ts';

/** Length of a kernel tick in /proc/<pid>/stat (sysconf(_SC_CLK_TCK)); 100 on every Linux that Node runs on. */
const TICK_MS = 10;

/** Whether a program is installed. */
export function installed(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}

/** The command line that runs a program on one core, if taskset(1) is installed. */
export function onCore(core: number, argv: string[]): string[] {
  return installed('taskset') ? ['taskset', '-c', String(core), ...argv] : argv;
}

/** Runs a contender, which prints a {@link Cost}. `descriptors`: how many it may open. */
export async function contend(
  script: string,
  load: Load,
  { descriptors, env }: { descriptors?: number; env?: Record<string, string> } = {},
): Promise<Cost> {
  const limit = descriptors === undefined ? ':' : `ulimit -n ${descriptors}`;
  const argv = ['sh', '-c', `${limit}; exec "$0" "$1"`, process.execPath, script];
  const [command = 'sh', ...args] = onCore(0, argv);
  const child = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  child.stdin.end(JSON.stringify(load));
  const [output, [status]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  if (status !== 0) throw new Error(`${script} ended with ${String(status)}`);
  const cost: Cost = JSON.parse(output);
  return cost;
}

/** Runs a program to its end on core 0 and returns what it used, as counted by the kernel. */
export async function measureProgram(argv: string[]): Promise<{ cpuMs: number; wallMs: number }> {
  const [command = '', ...args] = onCore(0, argv);
  const before = cpuMs('self', 'children');
  const start = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const [status] = await once(child, 'exit');
  if (status !== 0) throw new Error(`${command} ended with ${String(status)}`);
  return { cpuMs: cpuMs('self', 'children') - before, wallMs: performance.now() - start };
}

/** User and system time of a process, or of its children that have ended (proc_pid_stat(5), fields 14 to 17). */
export function cpuMs(pid: number | 'self', whose: 'own' | 'children'): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
    .replace(/^.*\) /s, '')
    .split(' ');
  const first = whose === 'own' ? 11 : 13;
  return (Number(fields[first]) + Number(fields[first + 1])) * TICK_MS;
}

/** The peak memory of a running process, in MiB (proc_pid_status(5)). */
export function maxRssMiB(pid: number): number {
  const [, kib = '0'] = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
  return Number(kib) / 1024;
}

/** Starts a server on a core and waits for its first output. */
export async function startServer(argv: string[], core: number): Promise<ChildProcess> {
  const [command = '', ...args] = onCore(core, argv);
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  await Promise.race([once(child.stdout, 'data'), once(child.stderr, 'data')]);
  child.stdout.resume();
  child.stderr.resume();
  return child;
}

export async function stop(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
