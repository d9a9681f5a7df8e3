import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { World } from '../../lab/build.ts';
import { HOSTS } from '../../lab/world.ts';
import type { WorldSpec } from '../../lab/world.ts';

const GONE_WITHIN_MS = 10_000;

export const SMALL_WORLD: WorldSpec = {
  routers: [{ name: 'edge' }],
  vantages: [{ name: 'here', router: 'edge' }],
  networks: [
    {
      name: 'lan',
      router: 'edge',
      prefix4: '203.0.113.0/24',
      hosts: [{ name: 'web', addresses: ['203.0.113.10'], services: { 80: 'open', 81: 'full-queue' } }],
    },
  ],
};

/** The namespaces of a world, by the kernel's numbers: network and user. */
export function standing(world: World): string[] {
  return ['here', 'edge', HOSTS].flatMap((place) => {
    const target = world.argvFor(place, []).find((word) => word.startsWith('--target='));
    const pid = Number(target?.slice('--target='.length));
    return [namespaceOf(pid, 'net'), namespaceOf(pid, 'user')].flatMap((name) => name ?? []);
  });
}

/** Processes that are in any of the namespaces. Zombies are in none. */
export function processesIn(namespaces: readonly string[]): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => !isDead(pid))
    .filter((pid) =>
      [namespaceOf(pid, 'net'), namespaceOf(pid, 'user')].some(
        (name) => name !== undefined && namespaces.includes(name),
      ),
    );
}

/** Running children of a process (default: this one), by the name of their program. */
export function childrenNamed(name: string, parent = process.pid): number[] {
  return childrenOf(parent).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/comm`, 'utf8') === `${name}\n`;
    } catch {
      return false;
    }
  });
}

/** The words of a process's command line, each followed by a zero byte (proc_pid_cmdline(5)); empty where it has ended. */
export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

/** The namespaces of a process that another one started: network and user. */
export function namespacesBelow(parent: number): string[] {
  const [child = parent] = childrenOf(parent);
  return [namespaceOf(child, 'net'), namespaceOf(child, 'user')].flatMap((name) => name ?? []);
}

/** Waits for a limited time until no process is in the namespaces; resolves to those that are left. */
export async function untilGone(namespaces: readonly string[]): Promise<number[]> {
  const end = performance.now() + GONE_WITHIN_MS;
  let left = processesIn(namespaces);
  while (left.length > 0 && performance.now() < end) {
    await sleep(50);
    left = processesIn(namespaces);
  }
  return left;
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/status`, 'utf8').includes(`\nPPid:\t${parent}\n`);
      } catch {
        return false;
      }
    });
}

/** Whether it is a zombie (proc_pid_stat(5): the state follows the name in parentheses). */
function isDead(pid: number): boolean {
  try {
    return /\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
}

function namespaceOf(pid: number, kind: 'net' | 'user'): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/${kind}`);
  } catch {
    // It has ended, or another user owns it.
    return undefined;
  }
}
