import type { Attempt } from './report.ts';
import type { Outcome, Sighting } from './words.ts';
import { SIGHTINGS } from './words.ts';

const CLOSED_AT_ONCE: ReadonlySet<Outcome> = new Set(['connected-then-reset', 'connected-then-closed']);
const UNREACHABLE: ReadonlySet<Outcome> = new Set([
  'host-unreachable',
  'network-unreachable',
  'prohibited',
  'protocol-unreachable',
]);

/**
 * What one attempt shows about the address; `nothing` where it is not evidence. A refusal before a SYN was sent comes from the
 * vantage's own firewall, not from the target.
 */
export function sightingOf({ outcome, stage }: Pick<Attempt, 'outcome' | 'stage'>): Sighting {
  if (outcome === 'connected') return 'open';
  if (CLOSED_AT_ONCE.has(outcome)) return 'closing';
  if (outcome === 'refused' || outcome === 'reset') return stage === 'local' ? 'unreachable' : 'refused';
  if (UNREACHABLE.has(outcome)) return 'unreachable';
  if (outcome === 'timed-out') return 'silent';
  return 'nothing';
}

/** The strongest of several sightings; `nothing` of none. */
export function strongest(sightings: readonly Sighting[]): Sighting {
  return SIGHTINGS.find((saw) => sightings.includes(saw)) ?? 'nothing';
}

/** What a vantage saw of one address in one round. */
export function sawAddress(attempts: readonly Attempt[]): Sighting {
  return strongest(attempts.map(sightingOf));
}

/** Whether the handshake was completed: `open`, or `closing`. */
export function connects(saw: Sighting): boolean {
  return saw === 'open' || saw === 'closing';
}

/** Whether no answer came from the target itself: silence, or a network error. */
export function isCutOff(saw: Sighting): boolean {
  return saw === 'silent' || saw === 'unreachable';
}
