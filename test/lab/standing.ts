import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { World } from '../../lab/build.ts';
import { HOSTS } from '../../lab/world.ts';
import type { WorldSpec } from '../../lab/world.ts';

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

/** The namespaces of a world, as the kernel numbers them: network and user. */
export function standing(world: World): string[] {
  return ['here', 'edge', HOSTS].flatMap((place) => {
    const target = world.argvFor(place, []).find((word) => word.startsWith('--target='));
    const pid = Number(target?.slice('--target='.length));
    return [namespaceOf(pid, 'net'), namespaceOf(pid, 'user')].flatMap((name) => name ?? []);
  });
}

/** Processes that are in any of the namespaces. */
export function processesIn(namespaces: readonly string[]): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) =>
      [namespaceOf(pid, 'net'), namespaceOf(pid, 'user')].some(
        (name) => name !== undefined && namespaces.includes(name),
      ),
    );
}

/** Processes that this one started and that still run, by the name of their program. */
export function childrenNamed(name: string): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => {
      try {
        const status = readFileSync(`/proc/${pid}/status`, 'utf8');
        return status.startsWith(`Name:\t${name}\n`) && status.includes(`\nPPid:\t${process.pid}\n`);
      } catch {
        return false;
      }
    });
}

function namespaceOf(pid: number, kind: 'net' | 'user'): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/${kind}`);
  } catch {
    // Ended, or somebody else's.
    return undefined;
  }
}
