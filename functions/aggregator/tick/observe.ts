import { createHash } from 'node:crypto';
import type { MaintenanceWindow } from '../../../configuration/configuration.ts';
import type { Verdict } from '../../reachability/verdict.ts';
import { announcementOf } from '../announce/create-announcement.ts';
import {
  advance,
  FRESH_INCIDENT_STATE,
  retire,
  type Advance,
  type IncidentSettings,
  type Moment,
  type Reading,
} from '../incidents/advance.ts';
import { subjectKey, type Subject } from '../incidents/incident.ts';
import type { ArchiveEntry, ServiceState, SubjectState } from '../store/records.ts';
import { enqueue } from '../announce/outbox.ts';
import { end, extend } from './periods.ts';

/** A regional trouble has no second round to confirm it; a second tick does. */
const MIN_VANTAGE_TICKS = 2;

/** What all subjects of one tick have in common. */
export interface TickContext {
  tick: string;
  now: Date;
  service: ServiceState;
  /** No tick came for so long that nobody knows what was between. */
  gap: boolean;
  installation: string;
  settings: IncidentSettings & { maintenance: readonly MaintenanceWindow[] };
  /** When something that ends now is forgotten, in seconds of the epoch. */
  expiresAt: number;
  channels: readonly string[];
}

/** A subject as one tick saw it. */
export interface Observation {
  subject: Subject;
  reading: Reading;
  verdict?: Verdict;
  labels?: Record<string, string>;
}

/**
 * The state after a tick, or undefined where nothing changed and nothing is to be written. A tick changes a state once: delivered
 * again, it finds its own id there.
 */
export function observe(
  before: SubjectState | undefined,
  observation: Observation,
  context: TickContext,
): SubjectState | undefined {
  const state = before ?? emptyState(observation.subject);
  if (state.tick === context.tick && before) return undefined;
  const { subject, reading, verdict } = observation;
  const history = verdict ? extend(state, verdict, context) : state;
  const settings =
    subject.type === 'target'
      ? context.settings
      : { ...context.settings, confirmTicks: Math.max(MIN_VANTAGE_TICKS, context.settings.confirmTicks) };
  const step = advance(state.watch, reading, subject, momentOf(state, context), settings);
  if (history === state && step.watch === state.watch && step.changes.length === 0) return undefined;
  return follow(history, step, context, observation.labels);
}

/** The state of a subject that is no longer in the configuration: everything about it is ended, told and archived. */
export function dismiss(state: SubjectState, context: TickContext): SubjectState | undefined {
  if (!state.stretch && !state.watch.incident && !state.watch.untoldClosing) return undefined;
  const step = retire(state.watch, state.subject, momentOf(state, context), context.settings);
  return follow(end(state, context.service, context.expiresAt), step, context);
}

export function isQuiet(subject: Subject, windows: readonly MaintenanceWindow[], now: Date): boolean {
  return windows.some(
    ({ targets, from, until }) =>
      Date.parse(from) <= now.getTime() &&
      now.getTime() < Date.parse(until) &&
      (targets === undefined || (subject.type === 'target' && targets.includes(subject.target))),
  );
}

function follow(
  state: SubjectState,
  step: Advance,
  context: TickContext,
  labels?: Record<string, string>,
): SubjectState {
  const closed = step.closed.map((incident): ArchiveEntry => ({
    type: 'incident',
    incident,
    expiresAt: context.expiresAt,
  }));
  const announcements = step.changes.map((change) => announcementOf(change, context.installation, labels));
  return {
    ...state,
    tick: context.tick,
    watch: step.watch,
    archive: [...state.archive, ...closed],
    outbox: enqueue(state.outbox, announcements, context.channels),
  };
}

function momentOf(state: SubjectState, context: TickContext): Moment {
  return {
    now: context.now,
    quiet: isQuiet(state.subject, context.settings.maintenance, context.now),
    gap: context.gap,
    incidentId: incidentId(state, context.tick),
  };
}

/** Two aggregators that see the same change from the same state give it the same id, whichever of them is faster. */
function incidentId({ subject, version }: SubjectState, tick: string): string {
  const seed = `${subjectKey(subject)}\n${tick}\n${version}`;
  return `inc-${createHash('sha256').update(seed).digest('hex').slice(0, 16)}`;
}

function emptyState(subject: Subject): SubjectState {
  return { subject, version: '', tick: '', watch: FRESH_INCIDENT_STATE, outbox: [], archive: [] };
}
