import type { Target } from '../functions/reachability/request.ts';
import type { Answer, HostSpec, WorldSpec } from './world.ts';

export const EAST = ['tokyo', 'sydney', 'frankfurt'] as const;
export const WEST = ['ohio', 'dublin', 'saopaulo'] as const;

/** Up as long as their backbone is: one each, in either family. */
export const CONTROLS: Target[] = [
  { host: '192.0.2.53', port: 53 },
  { host: '192.0.2.153', port: 53 },
  { host: '2001:db8:53::53', port: 53 },
  { host: '2001:db8:153::53', port: 53 },
];

/**
 * The internet of the demo and of the standing lab: six cities with an access router each (`edge-CITY`), a backbone in the east and
 * one in the west (`core-…`), and two data centres behind a border router each (`border-…`, `dc-…`).
 */
export function cities(
  content: { acme: HostSpec[]; globex: HostSpec[] } & Pick<WorldSpec, 'names' | 'faults' | 'maxLifetimeMs'>,
): WorldSpec {
  const { acme: acmeHosts, globex: globexHosts, ...rest } = content;
  return {
    ...rest,
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
      {
        name: 'acme',
        router: 'dc-acme',
        prefix4: '203.0.113.0/24',
        prefix6: '2001:db8:acc::/64',
        hosts: acmeHosts,
      },
      {
        name: 'globex',
        router: 'dc-globex',
        prefix4: '198.51.100.0/24',
        prefix6: '2001:db8:b0b::/64',
        hosts: globexHosts,
      },
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

/** The two addresses of a host in the data centre `acme`. */
export function acme(last: number): string[] {
  return [`203.0.113.${last}`, `2001:db8:acc::${last}`];
}

/** The two addresses of a host in the data centre `globex`. */
export function globex(last: number): string[] {
  return [`198.51.100.${last}`, `2001:db8:b0b::${last}`];
}

/** A host's addresses as a name server tells them. */
export function addressesOf(host: HostSpec): Answer {
  return {
    a: host.addresses.filter((address) => !address.includes(':')),
    aaaa: host.addresses.filter((address) => address.includes(':')),
  };
}

function control(name: string, ...addresses: string[]): HostSpec {
  return { name, addresses, services: { 53: 'open' } };
}
