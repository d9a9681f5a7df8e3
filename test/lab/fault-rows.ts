import * as plant from '../../lab/catalogue/plants.ts';

/** While a fault is on, the results of connects from `near` and from `far` to port 80, over IPv4 and IPv6. */
export type FaultRow = [name: string, plant: plant.Plant, near: string, far: string];

export const WELL = 'connected connected';
const SILENT = 'silent silent';
const REFUSED = 'ECONNREFUSED ECONNREFUSED';
const UNREACHABLE = 'EHOSTUNREACH EHOSTUNREACH';

export const BY_ROUTE: FaultRow[] = [
  ['a router near one vantage that drops traffic', plant.blackhole('edge-near'), SILENT, WELL],
  [
    'an unreachable route for one source',
    ({ to }) => ({ type: 'route', at: 'core', answer: 'unreachable', to, from: 'far' }),
    WELL,
    'EHOSTUNREACH ENETUNREACH',
  ],
  ['a prohibiting route', plant.route('border', 'prohibit'), 'EHOSTUNREACH EACCES', 'EHOSTUNREACH EACCES'],
  [
    'no route to one address',
    plant.route('core', 'no-route', plant.overIpv4),
    'ENETUNREACH connected',
    'ENETUNREACH connected',
  ],
  ['no route at the vantage', plant.route('near', 'no-route'), 'ENETUNREACH ENETUNREACH', WELL],
  ['a routing loop', plant.loop('core', 'border'), UNREACHABLE, UNREACHABLE],
  ['a host that has left its LAN', plant.hostGone, UNREACHABLE, UNREACHABLE],
  ['a router that answers in place of the host', plant.impostor('edge-far'), WELL, REFUSED],
  [
    'a service that stops',
    plant.service('closed', plant.overIpv4),
    'ECONNREFUSED connected',
    'ECONNREFUSED connected',
  ],
  [
    'two faults at once',
    plant.together(
      plant.blackhole('edge-near', plant.overIpv4),
      plant.service('accept-then-close', plant.overIpv6),
    ),
    'silent closed',
    'connected closed',
  ],
];

export const BY_FILTER: FaultRow[] = [
  ['a drop by source', plant.drop('border', 'near'), SILENT, WELL],
  [
    'a reset by port',
    ({ to, port }) => ({ type: 'reject', at: 'border', with: 'tcp-reset', match: { to, port } }),
    REFUSED,
    REFUSED,
  ],
  ['a broken return path', plant.brokenReturnPath('edge-far'), WELL, SILENT],
  [
    'every SYN lost',
    ({ v4 }) => ({ type: 'lose-syns', at: 'core', every: 1, match: { to: v4 } }),
    'silent connected',
    'silent connected',
  ],
  [
    'a handshake that is reset',
    ({ to }) => ({ type: 'handshake-reset', at: 'border', match: { to, from: 'far' } }),
    WELL,
    'ECONNRESET ECONNRESET',
  ],
  [
    'a SYN proxy in front of a host that has left its LAN',
    plant.together(plant.hostGone, ({ to, port }) => ({
      type: 'syn-proxy',
      at: 'core',
      match: { to, port },
    })),
    WELL,
    WELL,
  ],
];
