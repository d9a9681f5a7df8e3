import type { Confidence, Fault, Kind, Sighting } from '../../reachability/words.ts';

/** What is wrong with a place that probes run in, apart from any target. */
export const VANTAGE_TROUBLES = ['vantage-abstaining', 'vantage-path-fault'] as const;
export type VantageTrouble = (typeof VANTAGE_TROUBLES)[number];

export type IncidentKind = Kind | VantageTrouble;

/** What an incident is about: one target (`host:port`), or one vantage. */
export type Subject = { type: 'target'; target: string } | { type: 'vantage'; vantage: string };

/** What a person needs of a verdict to believe an incident. Bounded in size, so that it fits into a message. */
export interface Evidence {
  summary: string;
  because: string[];
  notRuledOut: string[];
  confidence?: Confidence;
  /** The vantages that were not well; on a vantage's incident, that one alone. */
  vantages: { vantage: string; saw: Sighting; fault: Fault; reason?: string }[];
}

/** Why an incident was closed. */
export type ClosedBecause = 'well' | 'settled' | 'no-longer-watched';

/** One time that a subject was not as expected. Open while `closedAt` is absent. */
export interface Incident {
  id: string;
  subject: Subject;
  kind: IncidentKind;
  /** Every kind it has had, the first first. */
  kinds: IncidentKind[];
  /** ISO 8601, like all times here. */
  openedAt: string;
  updatedAt: string;
  closedAt?: string;
  closedBecause?: ClosedBecause;
  /** It opened and closed too often to be told each time, and stays one incident until it settles. */
  flapping: boolean;
  evidence: Evidence;
  /** How many of its changes have been handed to the announcers; 0 when it never left a maintenance window. */
  announcements: number;
}

export const CHANGE_TYPES = ['opened', 'updated', 'closed', 'flapping'] as const;
export type ChangeType = (typeof CHANGE_TYPES)[number];

/** One change that people are told of, once. */
export interface Change {
  /** Stable: the same change always has the same id, however often it is sent. */
  id: string;
  type: ChangeType;
  at: string;
  /** As it was right after the change. */
  incident: Incident;
  /** What was told before, where it differs. */
  previousKind?: IncidentKind;
  /** What was seen at the change: of a closing, the verdict that is well. */
  evidence: Evidence;
}

/** The one spelling of a subject in keys. */
export function subjectKey(subject: Subject): string {
  return subject.type === 'target' ? `target#${subject.target}` : `vantage#${subject.vantage}`;
}

/** The subject for a person: `api.example.com:443` or `eu-west-1`. */
export function subjectName(subject: Subject): string {
  return subject.type === 'target' ? subject.target : subject.vantage;
}
