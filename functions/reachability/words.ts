/**
 * The words of the field and of the contract, as data. Every other file spells them from here.
 */

/** What one attempt came to. The `name-*` outcomes end before there is an address to attempt. */
export const OUTCOMES = [
  'connected',
  'connected-then-reset',
  'connected-then-closed',
  'refused',
  'reset',
  'timed-out',
  'inconclusive',
  'host-unreachable',
  'network-unreachable',
  'prohibited',
  'protocol-unreachable',
  'local-fault',
  'name-not-found',
  'name-without-address',
  'name-server-failed',
  'name-timed-out',
  'denied',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Why a name did not lead to an address. */
export const NAME_OUTCOMES = [
  'name-not-found',
  'name-without-address',
  'name-server-failed',
  'name-timed-out',
] as const satisfies readonly Outcome[];
export type NameOutcome = (typeof NAME_OUTCOMES)[number];

/** Where an attempt ended; `local` means that no SYN left this machine. */
export const STAGES = ['name', 'local', 'path', 'remote'] as const;
export type Stage = (typeof STAGES)[number];

/**
 * What a vantage saw of an address, or of a target as a whole, from the strongest to the weakest: an answer outweighs silence, and
 * the target's answer that of a router.
 */
export const SIGHTINGS = [
  'open',
  'closing',
  'refused',
  'unreachable',
  'silent',
  'name-failed',
  'nothing',
] as const;
export type Sighting = (typeof SIGHTINGS)[number];

/** What the reports of all vantages together say of one target, first that fits first. */
export const KINDS = [
  'vantage-fault',
  'insufficient-data',
  'name-failure',
  'remote-refusal',
  'unroutable',
  'unresponsive',
  'selective-refusal',
  'local-routing-issue',
  'split-reachability',
  'partial-outage',
  'name-disagreement',
  'accepts-then-closes',
  'unstable',
  'reachable',
] as const;
export type Kind = (typeof KINDS)[number];

/** Whose trouble a vantage's view of a target is. */
export const FAULTS = ['none', 'vantage', 'path', 'target', 'name', 'unknown'] as const;
export type Fault = (typeof FAULTS)[number];

export const CONFIDENCES = ['low', 'medium', 'high'] as const;
export type Confidence = (typeof CONFIDENCES)[number];

/** What the owner of a target wants a vantage to see there. */
export const EXPECTATIONS = ['open', 'refused', 'silent'] as const;
export type Expectation = (typeof EXPECTATIONS)[number];

/** The network of a vantage in AWS Lambda. */
export const AWS = 'aws';

/** Kinds that say nothing about the target. */
export const SILENT_KINDS = ['vantage-fault', 'insufficient-data'] as const satisfies readonly Kind[];
