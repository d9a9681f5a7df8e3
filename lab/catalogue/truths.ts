import type { Blame, Situation } from './situation.ts';

type Report = Pick<Situation, 'kind' | 'blame' | 'confidence' | 'doubt'>;

/** What correct verdicts report, for situations of the same sort. A situation changes what differs. */
export const REACHABLE = {
  kind: 'reachable',
  confidence: 'high',
  doubt: 'a handshake proves only TCP',
} as const satisfies Report;

export const REFUSED = {
  kind: 'remote-refusal',
  blame: { others: 'target' },
  confidence: 'high',
  doubt: 'Whether the host refuses',
} as const satisfies Report;

export const SILENT = {
  kind: 'unresponsive',
  blame: { others: 'unknown' },
  confidence: 'high',
  doubt: 'Down or filtered',
} as const satisfies Report;

export const UNROUTABLE = {
  kind: 'unroutable',
  blame: { others: 'unknown' },
  confidence: 'high',
  doubt: 'Whether the target itself runs',
} as const satisfies Report;

/** The confidence varies: on a busy machine a probe may see a connection before it is closed. */
export const CLOSED_AT_ONCE = {
  kind: 'accepts-then-closes',
  blame: { others: 'target' },
  doubt: 'Whether the service closes the connection',
} as const satisfies Report;

/** Chance decides about the confidence. */
export const UNSTABLE = { kind: 'unstable', doubt: 'Packet loss on the path' } as const satisfies Report;

export const PARTLY_DOWN = {
  kind: 'partial-outage',
  blame: { others: 'target' },
  confidence: 'high',
  doubt: 'is in the DNS by mistake',
} as const satisfies Report;

export const NO_SUCH_NAME = {
  kind: 'name-failure',
  blame: { others: 'name' },
  confidence: 'high',
  doubt: 'A name that is misspelt, expired or not yet published',
} as const satisfies Report;

export const EAST_CUT_OFF = {
  kind: 'split-reachability',
  blame: { tokyo: 'unknown', sydney: 'unknown', frankfurt: 'unknown' },
  confidence: 'high',
  doubt: 'Whether a transit network fails or the target drops by source',
} as const satisfies Report;

/** Faults of vantages leave nothing to conclude. */
export const NOTHING_SEEN = { confidence: 'low', doubt: 'Anything about' } as const;

/** The paths of these vantages are broken. */
export function cutOff(...vantages: string[]) {
  return {
    kind: 'local-routing-issue',
    blame: Object.fromEntries(vantages.map((vantage): [string, Blame] => [vantage, 'path'])),
    confidence: 'high',
    doubt: 'are lost on the path to the target or the answers on the return path',
  } as const satisfies Report;
}

/** The name does not resolve from this vantage. */
export function unresolvedFrom(vantage: string) {
  return {
    kind: 'name-disagreement',
    blame: { [vantage]: 'name' },
    confidence: 'high',
    doubt: `Whether the resolver of ${vantage} fails`,
  } as const satisfies Report;
}

/** This vantage alone is refused. */
export function refusedFrom(vantage: string) {
  return {
    kind: 'selective-refusal',
    blame: { [vantage]: 'unknown' },
    confidence: 'high',
    doubt: `a device near ${vantage} that answers instead of it`,
  } as const satisfies Report;
}
