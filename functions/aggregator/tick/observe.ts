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
import { endPeriod, recordVerdict } from './periods.ts';

/** No second round confirms the fault of a vantage, so a second tick must confirm it. */
const MIN_VANTAGE_TICKS = 2;

/** The values that all subjects of one tick share. */
export interface TickContext {
  tick: string;
  now: Date;
  service: ServiceState;
  /** No tick was completed for so long that the state in between is unknown. */
  gap: boolean;
  installation: string;
  settings: IncidentSettings & { maintenance: readonly MaintenanceWindow[] };
  /** When an entry that is archived now expires, in seconds since the epoch. */
  expiresAt: number;
  channels: readonly string[];
}

/** What one tick found about a subject. */
export interface Observation {
  subject: Subject;
  reading: Reading;
  verdict?: Verdict;
  labels?: Record<string, string>;
}

/**
 * Returns the state after a tick, or undefined if nothing changed and nothing must be written. A tick changes a state once: if it is
 * delivered again, it finds its own id in the state.
 */
export function observe(
  before: SubjectState | undefined,
  observation: Observation,
  context: TickContext,
): SubjectState | undefined {
  const state = before ?? emptyState(observation.subject);
  if (state.tick === context.tick && before) return undefined;
  const { subject, reading, verdict } = observation;
  const history = verdict ? recordVerdict(state, verdict, context) : state;
  const settings =
    subject.type === 'target'
      ? context.settings
      : { ...context.settings, confirmTicks: Math.max(MIN_VANTAGE_TICKS, context.settings.confirmTicks) };
  const result = advance(state.watch, reading, subject, momentOf(state, context), settings);
  if (history === state && result.watch === state.watch && result.changes.length === 0) return undefined;
  return applyAdvance(history, result, context, observation.labels);
}

/** Closes the incident and ends the period of a subject that is no longer in the configuration. Undefined: there is nothing to do. */
export function dismiss(state: SubjectState, context: TickContext): SubjectState | undefined {
  if (!state.stretch && !state.watch.incident && !state.watch.untoldClosing) return undefined;
  const result = retire(state.watch, state.subject, momentOf(state, context), context.settings);
  return applyAdvance(endPeriod(state, context.service, context.expiresAt), result, context);
}

/** Whether a maintenance window covers the subject now. */
export function isQuiet(subject: Subject, windows: readonly MaintenanceWindow[], now: Date): boolean {
  return windows.some(
    ({ targets, from, until }) =>
      Date.parse(from) <= now.getTime() &&
      now.getTime() < Date.parse(until) &&
      (targets === undefined || (subject.type === 'target' && targets.includes(subject.target))),
  );
}

function applyAdvance(
  state: SubjectState,
  result: Advance,
  context: TickContext,
  labels?: Record<string, string>,
): SubjectState {
  const closed = result.closed.map((incident): ArchiveEntry => ({
    type: 'incident',
    incident,
    expiresAt: context.expiresAt,
  }));
  const announcements = result.changes.map((change) => announcementOf(change, context.installation, labels));
  return {
    ...state,
    tick: context.tick,
    watch: result.watch,
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

/** Two aggregators that compute the same change of the same state give it the same id. */
function incidentId({ subject, version }: SubjectState, tick: string): string {
  const seed = `${subjectKey(subject)}\n${tick}\n${version}`;
  return `inc-${createHash('sha256').update(seed).digest('hex').slice(0, 16)}`;
}

function emptyState(subject: Subject): SubjectState {
  return { subject, version: '', tick: '', watch: FRESH_INCIDENT_STATE, outbox: [], archive: [] };
}
