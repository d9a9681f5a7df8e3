import { expect } from 'vitest';
import type { World } from '../../lab/build.ts';
import type { WorldSpec } from '../../lab/world.ts';
import type { ProbeReport } from '../../functions/reachability/report.ts';
import type { ProbeRequest } from '../../functions/reachability/request.ts';

/** Five routers in a row, a vantage at the first and one at the second, the target behind the last. */
export const CHAIN: WorldSpec = {
  routers: [
    { name: 'r1', links: ['r2'] },
    { name: 'r2', links: ['r3'] },
    { name: 'r3', links: ['r4'] },
    { name: 'r4', links: ['r5'] },
    { name: 'r5' },
  ],
  vantages: [
    { name: 'near', router: 'r1' },
    { name: 'side', router: 'r2' },
  ],
  networks: [
    {
      name: 'acme',
      router: 'r5',
      prefix4: '203.0.113.0/24',
      prefix6: '2001:db8:acc::/64',
      hosts: [
        {
          name: 'www',
          addresses: ['203.0.113.10', '2001:db8:acc::10'],
          services: Object.fromEntries(Array.from({ length: 40 }, (_, i) => [8000 + i, 'open'])),
        },
      ],
    },
  ],
};

export const WWW = { 4: '203.0.113.10', 6: '2001:db8:acc::10' } as const;

/** The address with which a router replies. */
export function routerAddress(world: World, name: string, family: 4 | 6): string {
  const router = world.plan.routers.get(name);
  if (!router) throw new Error(`no router called ${name}`);
  return family === 4 ? router.address4 : router.address6;
}

/** One report of `synwhere probe -` from a namespace of the world. */
export async function probeAt(
  world: World,
  place: string,
  request: ProbeRequest,
  env: NodeJS.ProcessEnv = {},
): Promise<ProbeReport> {
  const { status, stdout, stderr } = await world.run(place, [process.execPath, 'cli/main.ts', 'probe', '-'], {
    stdin: JSON.stringify(request),
    env: { ...process.env, ...env },
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  const report: unknown = JSON.parse(stdout);
  return report as ProbeReport;
}
