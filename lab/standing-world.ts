import type { Target } from '../functions/reachability/request.ts';
import { filterProblemHere } from './available.ts';
import { acme, addressesOf, cities, CONTROLS, globex } from './cities.ts';
import { needsFilter } from './faults.ts';
import type { Fault, HostSpec, WorldSpec } from './world.ts';

/** A lab that stands until it is ended: all is well in it, until someone breaks something. */
export interface StandingScene {
  world: WorldSpec;
  targets: Target[];
  controls: Target[];
  /** What each fault does, by its name. */
  faults: Record<string, string>;
}

const SERVICES: Record<string, { port: number; host: HostSpec }> = {
  'www.acme.example': {
    port: 443,
    host: { name: 'www', addresses: acme(10), services: { 443: 'open' } },
  },
  'mail.acme.example': {
    port: 25,
    host: { name: 'mail', addresses: acme(14), services: { 25: 'banner' } },
  },
  'api.globex.example': {
    port: 443,
    host: { name: 'api', addresses: globex(20), services: { 443: 'open' } },
  },
  'db.globex.example': {
    port: 5432,
    host: { name: 'db', addresses: globex(21), services: { 5432: 'open' } },
  },
};

const FAULTS: Record<string, [does: string, fault: Fault]> = {
  'service-down': [
    'the service at www.acme.example:443 stops',
    acme(10).map((address): Fault => ({ type: 'service', address, port: 443, does: 'closed' })),
  ],
  'service-hangs-up': [
    'the service at db.globex.example:5432 closes every connection',
    globex(21).map((address): Fault => ({ type: 'service', address, port: 5432, does: 'accept-then-close' })),
  ],
  'machine-off': ['mail.acme.example is switched off', { type: 'host-gone', address: 'mail' }],
  'data-centre-dark': [
    'everything for globex vanishes at its border',
    { type: 'route', at: 'border-globex', answer: 'blackhole', to: 'globex' },
  ],
  'frankfurt-route': [
    "frankfurt's access router swallows what goes to acme",
    { type: 'route', at: 'edge-frankfurt', answer: 'blackhole', to: 'acme' },
  ],
  'east-route': [
    'the eastern backbone has lost the way to acme',
    { type: 'route', at: 'core-east', answer: 'blackhole', to: 'acme' },
  ],
  'tokyo-impostor': [
    "tokyo's access router refuses in the name of api.globex.example",
    { type: 'impostor', at: 'edge-tokyo', to: 'api' },
  ],
  'saopaulo-offline': [
    "saopaulo's uplink is dead",
    { type: 'link-down', at: 'edge-saopaulo', link: 'core-west' },
  ],
  'dublin-name': [
    'www.acme.example does not exist for dublin',
    { type: 'name', name: 'www.acme.example', answer: 'nxdomain', vantages: ['dublin'] },
  ],
  'name-gone': [
    'api.globex.example does not exist',
    { type: 'name', name: 'api.globex.example', answer: 'nxdomain' },
  ],
  'lost-syns': [
    "every connection's first SYN to acme is lost",
    { type: 'lose-syns', at: 'dc-acme', every: 'first', match: { to: 'acme' } },
  ],
  firewall: [
    'a firewall before globex says "administratively prohibited"',
    { type: 'reject', at: 'dc-globex', with: 'admin-prohibited', match: { to: 'globex' } },
  ],
};

/** The standing lab as data; without nftables it lacks the faults that need it. */
export function standingScene(maxLifetimeMs: number): StandingScene {
  const possible = Object.entries(FAULTS).filter(
    ([, [, fault]]) => filterProblemHere() === undefined || !needsFilter(fault),
  );
  const services = Object.entries(SERVICES);
  const hosts = services.map(([, { host }]) => host);
  return {
    targets: services.map(([host, { port }]) => ({ host, port })),
    controls: CONTROLS,
    faults: Object.fromEntries(possible.map(([name, [does]]) => [name, does])),
    world: cities({
      acme: hosts.filter(({ addresses }) => addresses[0]?.startsWith('203.')),
      globex: hosts.filter(({ addresses }) => addresses[0]?.startsWith('198.')),
      names: services.map(([name, { host }]) => ({ name, answer: addressesOf(host) })),
      faults: Object.fromEntries(possible.map(([name, [, fault]]) => [name, fault])),
      maxLifetimeMs,
    }),
  };
}
