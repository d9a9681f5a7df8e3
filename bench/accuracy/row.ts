import { isEveryoneCutOff } from './expected-kind.ts';
import type { Planted } from './rates.ts';
import { truthOf } from './truth.ts';
import type { World } from './world.ts';

/** The rows of the tables: what is the matter with a world. The first that fits. */
export const ROWS = {
  'target-refuses': 'target refuses',
  'target-silent': 'target silent: down or filtered for all',
  'target-unreachable': 'target’s network says unreachable',
  'target-hangs-up': 'target accepts and hangs up',
  'name-gone': 'name leads nowhere at its own servers',
  'target-turns': 'target goes down or comes back between the rounds',
  'some-addresses-dead': 'some addresses dead, others work',
  'target-degraded': 'target loses SYNs, or some of its back ends refuse',
  'all-cut-off': 'all who count are cut off from a target, or an address of it, that is up',
  'filter-refuses': 'target refuses some sources',
  'filter-drops': 'target drops some sources',
  'interceptor-refuses': 'someone near a vantage refuses in the target’s name',
  'peering-cut': 'link between a transit and the target’s network cut',
  'transit-down': 'transit network down',
  'ecmp-half-broken': 'some of several equal paths broken',
  'way-cut': 'way from single vantages cut',
  'uplink-dead': 'access lines of vantages dead',
  'vantages-crash': 'vantages crash or are throttled',
  'resolver-fails': 'resolvers of some vantages fail',
  'resolver-lies': 'resolvers of some vantages lie',
  'resolver-slow': 'resolvers of some vantages slow in one round',
  'base-rate-miss': 'nothing planted, but some vantage kept away by its way, line or resolver',
  'passing-noise': 'nothing planted, passing noise only',
} as const satisfies Record<Planted | 'all-cut-off' | 'base-rate-miss' | 'passing-noise', string>;
export type Row = keyof typeof ROWS;
export const ROW_NAMES: readonly Row[] = Object.keys(ROWS).filter((row): row is Row => row in ROWS);

/** In the order in which they take a world that has several: what breaks the target first. */
const ORDER: readonly Planted[] = [
  'target-refuses',
  'target-silent',
  'target-unreachable',
  'target-hangs-up',
  'name-gone',
  'target-turns',
  'some-addresses-dead',
  'target-degraded',
];

export function rowOf(world: World): Row {
  if (isEveryoneCutOff(world, 0) || isEveryoneCutOff(world, 1)) return 'all-cut-off';
  const own = ORDER.find((planted) => world.planted.includes(planted));
  if (own) return own;
  const [planted] = world.planted;
  if (planted) return planted;
  return truthOf(world, 1).affected.size > 0 || truthOf(world, 0).affected.size > 0
    ? 'base-rate-miss'
    : 'passing-noise';
}
