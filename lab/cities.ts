import type { Target } from '../functions/reachability/request.ts';
import type { HostSpec, WorldSpec } from './world.ts';

const EAST = ['tokyo', 'sydney', 'frankfurt'] as const;
const WEST = ['ohio', 'dublin', 'saopaulo'] as const;

/** One host at each backbone router, in both families. */
export const CONTROLS: Target[] = [
  { host: '192.0.2.53', port: 53 },
  { host: '192.0.2.153', port: 53 },
  { host: '2001:db8:53::53', port: 53 },
  { host: '2001:db8:153::53', port: 53 },
];

/** The two networks of the targets: the prefixes of their LANs, without the part of the host. */
const NETWORKS = {
  acme: { v4: '203.0.113.', v6: '2001:db8:acc::' },
  globex: { v4: '198.51.100.', v6: '2001:db8:b0b::' },
} as const;
export type CityNetwork = keyof typeof NETWORKS;

/** The IPv4 and the IPv6 address of a host; `last` is from 1 to 254. */
export function addressesIn(network: CityNetwork, last: number): string[] {
  return [`${NETWORKS[network].v4}${last}`, `${NETWORKS[network].v6}${last}`];
}

/**
 * The internet of every scene: six cities with an access router each (`edge-CITY`), a backbone router in the east and one in the west
 * (`core-…`), and two data centres behind a border router each (`border-…`, `dc-…`).
 */
export function cities({
  hosts,
  names,
}: {
  hosts: Record<CityNetwork, HostSpec[]>;
  names: NonNullable<WorldSpec['names']>;
}): WorldSpec {
  return {
    names,
    routers: [
      ...EAST.map((city) => ({ name: `edge-${city}`, links: ['core-east'] })),
      ...WEST.map((city) => ({ name: `edge-${city}`, links: ['core-west'] })),
      { name: 'core-east', links: ['core-west', 'border-acme', 'border-globex'] },
      { name: 'core-west', links: ['border-acme', 'border-globex'] },
      { name: 'border-acme', links: ['dc-acme'] },
      { name: 'border-globex', links: ['dc-globex'] },
      { name: 'dc-acme' },
      { name: 'dc-globex' },
    ],
    vantages: [...EAST, ...WEST].map((name) => ({ name, router: `edge-${name}` })),
    networks: [
      ...(['acme', 'globex'] as const).map((name) => ({
        name,
        router: `dc-${name}`,
        prefix4: `${NETWORKS[name].v4}0/24`,
        prefix6: `${NETWORKS[name].v6}/64`,
        hosts: hosts[name],
      })),
      {
        name: 'root-west',
        router: 'core-west',
        prefix4: '192.0.2.0/25',
        prefix6: '2001:db8:53::/64',
        hosts: [control('control-west', '192.0.2.53', '2001:db8:53::53')],
      },
      {
        name: 'root-east',
        router: 'core-east',
        prefix4: '192.0.2.128/25',
        prefix6: '2001:db8:153::/64',
        hosts: [control('control-east', '192.0.2.153', '2001:db8:153::53')],
      },
    ],
  };
}

function control(name: string, ...addresses: string[]): HostSpec {
  return { name, addresses, services: { 53: 'open' } };
}
