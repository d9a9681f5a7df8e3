import type { PlantedFault } from '../../lab/world.ts';

/** While a fault is on, what `near` and what `far` sees of port 80, over IPv4 and IPv6. */
export type FaultRow = [
  name: string,
  fault: (host: string, four: string, six: string) => PlantedFault,
  near: string,
  far: string,
];
export const WELL = 'connected connected';
const SILENT = 'silent silent';
const REFUSED = 'ECONNREFUSED ECONNREFUSED';
export const BY_ROUTE: FaultRow[] = [
  [
    'a blackhole near one vantage',
    (to) => ({ type: 'route', at: 'edge-near', answer: 'blackhole', to }),
    SILENT,
    WELL,
  ],
  [
    'an unreachable route for one source',
    (to) => ({ type: 'route', at: 'core', answer: 'unreachable', to, from: 'far' }),
    WELL,
    'EHOSTUNREACH ENETUNREACH',
  ],
  [
    'a prohibiting route',
    (to) => ({ type: 'route', at: 'border', answer: 'prohibit', to }),
    'EHOSTUNREACH EACCES',
    'EHOSTUNREACH EACCES',
  ],
  [
    'no route, for one address',
    (_to, four) => ({ type: 'route', at: 'core', answer: 'no-route', to: four }),
    'ENETUNREACH connected',
    'ENETUNREACH connected',
  ],
  [
    'no route at the vantage',
    (to) => ({ type: 'route', at: 'near', answer: 'no-route', to }),
    'ENETUNREACH ENETUNREACH',
    WELL,
  ],
  [
    'a routing loop',
    (to) => ({ type: 'loop', between: ['core', 'border'], to }),
    'EHOSTUNREACH EHOSTUNREACH',
    'EHOSTUNREACH EHOSTUNREACH',
  ],
  [
    'a host that has gone',
    (address) => ({ type: 'host-gone', address }),
    'EHOSTUNREACH EHOSTUNREACH',
    'EHOSTUNREACH EHOSTUNREACH',
  ],
  ['an impostor', (to) => ({ type: 'impostor', at: 'edge-far', to }), WELL, REFUSED],
  [
    'a service that stops',
    (_to, address) => ({ type: 'service', address, port: 80, does: 'closed' }),
    'ECONNREFUSED connected',
    'ECONNREFUSED connected',
  ],
  [
    'two faults at once',
    (_to, four, six) => [
      { type: 'route', at: 'edge-near', answer: 'blackhole', to: four },
      { type: 'service', address: six, port: 80, does: 'accept-then-close' },
    ],
    'silent closed',
    'connected closed',
  ],
];
export const BY_FILTER: FaultRow[] = [
  ['a drop by source', (to) => ({ type: 'drop', at: 'border', match: { to, from: 'near' } }), SILENT, WELL],
  [
    'a reset by port',
    (to) => ({ type: 'reject', at: 'border', with: 'tcp-reset', match: { to, port: 80 } }),
    REFUSED,
    REFUSED,
  ],
  ['a way back that is cut', (to) => ({ type: 'cut-way-back', at: 'edge-far', match: { to } }), WELL, SILENT],
  [
    'every SYN lost',
    (_to, four) => ({ type: 'lose-syns', at: 'core', every: 1, match: { to: four } }),
    'silent connected',
    'silent connected',
  ],
  [
    'a handshake that is reset',
    (to) => ({ type: 'handshake-reset', at: 'border', match: { to, from: 'far' } }),
    WELL,
    'ECONNRESET ECONNRESET',
  ],
  [
    'a SYN proxy before a host that is gone',
    (to) => [
      { type: 'host-gone', address: to },
      { type: 'syn-proxy', at: 'core', match: { to, port: 80 } },
    ],
    WELL,
    WELL,
  ],
];
