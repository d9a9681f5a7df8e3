import { createHash } from 'node:crypto';
import type { MaintenanceWindow } from '../../../configuration/configuration.ts';
import type { Verdict } from '../../reachability/verdict.ts';
import { announcementOf } from '../announce/create-announcement.ts';
import {
  advance,
  FRESH_WATCH,
  retire,
  type Advance,
  type IncidentSettings,
  type Moment,
  type Reading,
} from '../incidents/advance.ts';
import { subjectKey, type Subject } from '../incidents/incident.ts';
import type { ArchiveEntry, Service, State } from '../store/records.ts';
import { enqueue } from '../announce/outbox.ts';
import { end, extend } from './periods.ts';

/** A regional trouble has no second round to confirm it; a second tick does. */
const MIN_VANTAGE_TICKS = 2;

/** What all subjects of one tick have in common. */
export interface Turn {
  tick: string;
  now: Date;
  service: Service;
  /** No tick came for so long that nobody knows what was between. */
  gap: boolean;
  installation: string;
  settings: IncidentSettings & { maintenance: readonly MaintenanceWindow[] };
  /** When something that ends now is forgotten, in seconds of the epoch. */
  expiresAt: number;
  channels: readonly string[];
}

/** A subject as one tick saw it. */
export interface Sight {
  subject: Subject;
  reading: Reading;
  verdict?: Verdict;
  labels?: Record<string, string>;
}

/**
 * The state after a tick, or undefined where nothing changed and nothing is to be written. A tick changes a state once: delivered
 * again, it finds its own id there.
 */
export function observe(before: State | undefined, sight: Sight, turn: Turn): State | undefined {
  const state = before ?? emptyState(sight.subject);
  if (state.tick === turn.tick && before) return undefined;
  const { subject, reading, verdict } = sight;
  const history = verdict ? extend(state, verdict, turn) : state;
  const settings =
    subject.type === 'target'
      ? turn.settings
      : { ...turn.settings, confirmTicks: Math.max(MIN_VANTAGE_TICKS, turn.settings.confirmTicks) };
  const step = advance(state.watch, reading, subject, momentOf(state, turn), settings);
  if (history === state && step.watch === state.watch && step.changes.length === 0) return undefined;
  return follow(history, step, turn, sight.labels);
}

/** The state of a subject that is no longer in the configuration: everything about it is ended, told and archived. */
export function dismiss(state: State, turn: Turn): State | undefined {
  if (!state.stretch && !state.watch.incident && !state.watch.untoldClosing) return undefined;
  const step = retire(state.watch, state.subject, momentOf(state, turn), turn.settings);
  return follow(end(state, turn.service, turn.expiresAt), step, turn);
}

export function isQuiet(subject: Subject, windows: readonly MaintenanceWindow[], now: Date): boolean {
  return windows.some(
    ({ targets, from, until }) =>
      Date.parse(from) <= now.getTime() &&
      now.getTime() < Date.parse(until) &&
      (targets === undefined || (subject.type === 'target' && targets.includes(subject.target))),
  );
}

function follow(state: State, step: Advance, turn: Turn, labels?: Record<string, string>): State {
  const closed = step.closed.map((incident): ArchiveEntry => ({
    type: 'incident',
    incident,
    expiresAt: turn.expiresAt,
  }));
  const announcements = step.changes.map((change) => announcementOf(change, turn.installation, labels));
  return {
    ...state,
    tick: turn.tick,
    watch: step.watch,
    archive: [...state.archive, ...closed],
    outbox: enqueue(state.outbox, announcements, turn.channels),
  };
}

function momentOf(state: State, turn: Turn): Moment {
  return {
    now: turn.now,
    quiet: isQuiet(state.subject, turn.settings.maintenance, turn.now),
    gap: turn.gap,
    incidentId: incidentId(state, turn.tick),
  };
}

/** Two aggregators that see the same change from the same state give it the same id, whichever of them is faster. */
function incidentId({ subject, version }: State, tick: string): string {
  const seed = `${subjectKey(subject)}\n${tick}\n${version}`;
  return `inc-${createHash('sha256').update(seed).digest('hex').slice(0, 16)}`;
}

function emptyState(subject: Subject): State {
  return { subject, version: '', tick: '', watch: FRESH_WATCH, outbox: [], archive: [] };
}
