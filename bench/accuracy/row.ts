import { isBlockedForAll } from './expected-kind.ts';
import type { Planted } from './rates.ts';
import { truthOf } from './truth.ts';
import type { World } from './world.ts';

/** The rows of the tables: the fault of a world. {@link rowOf} chooses the first that matches. */
export const ROWS = {
  'target-refuses': 'target refuses connections',
  'target-silent': 'target gives no answer: down, or filtered for all',
  'target-unreachable': 'target’s network reports unreachable',
  'target-closes': 'target accepts and closes connections',
  'name-unresolvable': 'name does not resolve at its authoritative servers',
  'target-changes': 'target goes down or recovers between the rounds',
  'some-addresses-down': 'some addresses down, others work',
  'target-degraded': 'target loses SYNs, or some of its back ends refuse',
  'all-blocked': 'all usable vantages blocked from a target, or an address of it, that is up',
  'filter-refuses': 'target refuses some sources',
  'filter-drops': 'target drops some sources',
  'interceptor-refuses': 'a device near a vantage refuses instead of the target',
  'peering-broken': 'link between a transit network and the target’s network broken',
  'transit-down': 'transit network down',
  'ecmp-half-broken': 'some of several equal paths broken',
  'path-broken': 'paths of single vantages broken',
  'uplink-down': 'access lines of vantages down',
  'vantages-crash': 'vantages crash or are throttled',
  'resolver-fails': 'resolvers of some vantages fail',
  'resolver-false-address': 'resolvers of some vantages return false addresses',
  'resolver-slow': 'resolvers of some vantages slow in one round',
  'base-rate-miss': 'no planted fault, but a vantage blocked by its path, access line or resolver',
  'transient-noise': 'no planted fault, only transient noise',
} as const satisfies Record<Planted | 'all-blocked' | 'base-rate-miss' | 'transient-noise', string>;
export type Row = keyof typeof ROWS;
export const ROW_NAMES: readonly Row[] = Object.keys(ROWS).filter((row): row is Row => row in ROWS);

/** The order for a world with several: faults of the target come first. */
const ORDER: readonly Planted[] = [
  'target-refuses',
  'target-silent',
  'target-unreachable',
  'target-closes',
  'name-unresolvable',
  'target-changes',
  'some-addresses-down',
  'target-degraded',
];

export function rowOf(world: World): Row {
  if (isBlockedForAll(world, 0) || isBlockedForAll(world, 1)) return 'all-blocked';
  const own = ORDER.find((planted) => world.planted.includes(planted));
  if (own) return own;
  const [planted] = world.planted;
  if (planted) return planted;
  return truthOf(world, 1).affected.size > 0 || truthOf(world, 0).affected.size > 0
    ? 'base-rate-miss'
    : 'transient-noise';
}
