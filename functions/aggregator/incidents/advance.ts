import type { Change, Evidence, Incident, IncidentKind, Subject } from './incident.ts';

/** The finding of one tick about a subject. */
export type Reading =
  /** Not as expected, and confirmed by a second round. `extraTicks`: the ticks that it needs in addition to `confirmTicks`. */
  | { type: 'bad'; kind: IncidentKind; evidence: Evidence; extraTicks?: number }
  /** Not as expected, but not confirmed. Opens no incident, and ends a streak that would close one. */
  | { type: 'suspect' }
  /** As expected, but with confidence `low`. Closes no incident, and ends a streak that would open one. */
  | { type: 'unsure' }
  | { type: 'well'; evidence: Evidence }
  /** No finding about the subject. Changes nothing. */
  | { type: 'none' };

export interface IncidentSettings {
  /** How many consecutive ticks must agree before an incident opens, changes its kind or closes. */
  confirmTicks: number;
  flappingChanges: number;
  flappingWindowMinutes: number;
}

/** When and under which conditions a reading was taken. */
export interface Moment {
  /** The local clock, which may be set forward or back. */
  now: Date;
  /** A maintenance window covers the subject: nothing is announced. */
  quiet: boolean;
  /** No tick was completed for so long that this tick and the one before are not consecutive. Default: false. */
  gap?: boolean;
  /** The id of an incident that opens now. The same tick must give the same id. */
  incidentId: string;
}

/** The incident state of one subject, which is stored between ticks. */
export interface IncidentState {
  status: 'well' | 'bad';
  /** How many consecutive ticks support a change to another status or kind. */
  streak?: { to: 'well' | 'bad' | IncidentKind; ticks: number };
  incident?: Incident;
  /** The latest times at which the status changed or the kind returned to an earlier one: as many as flapping needs. */
  flips: string[];
  /** The last announcement about the incident. */
  told?: { incident: string; kind: IncidentKind; flapping: boolean };
  /** A closed incident. Its opening was announced; its closing is not, because a maintenance window covers the subject. */
  untoldClosing?: Incident;
}

export interface Advance {
  watch: IncidentState;
  /** The changes to announce, in this order. */
  changes: Change[];
  /** Closed incidents for the archive. */
  closed: Incident[];
}

export const FRESH_INCIDENT_STATE: IncidentState = { status: 'well', flips: [] };

/**
 * Computes the next incident state of a subject. The status depends only on the readings. What is announced is the difference between
 * the current state and the last announcement. So after a time without announcements (a maintenance window, flapping), no change is
 * lost and none is announced twice.
 *
 * Returns the same `watch` object if nothing changed: then nothing needs to be written.
 */
export function advance(
  before: IncidentState,
  reading: Reading,
  subject: Subject,
  moment: Moment,
  settings: IncidentSettings,
): Advance {
  const update = new IncidentUpdate(before, subject, moment, settings);
  update.applyReading(reading);
  update.endFlapping(reading);
  update.announce(reading);
  return update.result(before);
}

/** Closes the open incident of a subject that is no longer watched. The closing is announced if the opening was. */
export function retire(
  before: IncidentState,
  subject: Subject,
  moment: Moment,
  settings: IncidentSettings,
): Advance {
  const update = new IncidentUpdate(before, subject, { ...moment, quiet: false }, settings);
  update.close('no-longer-watched');
  update.announce({ type: 'none' });
  return update.result(before);
}

class IncidentUpdate {
  readonly #subject: Subject;
  readonly #now: string;
  readonly #moment: Moment;
  readonly #settings: IncidentSettings;
  readonly #changes: Change[] = [];
  readonly #closed: Incident[] = [];
  #watch: IncidentState;
  #flipped = false;

  constructor(before: IncidentState, subject: Subject, moment: Moment, settings: IncidentSettings) {
    this.#subject = subject;
    this.#moment = moment;
    this.#now = moment.now.toISOString();
    this.#settings = settings;
    this.#watch = before;
    if (moment.gap) this.#setStreak(undefined);
    // After a clock was set back, flips would be in the future and stay within the window for too long.
    if (before.flips.some((at) => at > this.#now)) {
      this.#set({ flips: before.flips.map((at) => (at > this.#now ? this.#now : at)) });
    }
  }

  applyReading(reading: Reading): void {
    const { status, incident } = this.#watch;
    if (reading.type === 'none') return;
    if (reading.type === 'suspect' || reading.type === 'unsure') {
      const current = reading.type === 'suspect' ? 'bad' : 'well';
      if (status === current) this.#setStreak(undefined);
      return;
    }
    if (reading.type === 'well') {
      if (status === 'well') this.#setStreak(undefined);
      else if (this.#confirmed('well', 0)) this.#becomeWell();
      return;
    }
    if (status === 'well') {
      if (this.#confirmed('bad', reading.extraTicks ?? 0)) this.#becomeBad(reading);
    } else if (incident?.kind === reading.kind) this.#setStreak(undefined);
    else if (this.#confirmed(reading.kind, reading.extraTicks ?? 0)) this.#changeKind(reading);
  }

  /** Ends flapping after a whole window without a change. */
  endFlapping(reading: Reading): void {
    const { incident, flips, status } = this.#watch;
    if (!incident?.flapping || this.#flipped || reading.type === 'none') return;
    const last = Date.parse(flips.at(-1) ?? incident.updatedAt);
    if (this.#moment.now.getTime() - last < this.#settings.flappingWindowMinutes * 60_000) return;
    this.#set({ flips: [], incident: { ...incident, flapping: false, updatedAt: this.#now } });
    if (status === 'well') this.close('settled');
  }

  close(because: NonNullable<Incident['closedBecause']>): void {
    const { incident, told, ...rest } = this.#watch;
    if (!incident) return;
    const closedAt = this.#now > incident.openedAt ? this.#now : incident.openedAt;
    const closed = { ...incident, closedAt, updatedAt: closedAt, closedBecause: because, flapping: false };
    this.#watch = rest;
    if (told?.incident === incident.id) this.#set({ untoldClosing: closed });
    else this.#closed.push(closed);
  }

  /** Adds the changes between the last announcement and the current state. */
  announce(reading: Reading): void {
    if (this.#moment.quiet) return;
    const { untoldClosing, ...rest } = this.#watch;
    if (untoldClosing) {
      this.#watch = rest;
      const evidence = reading.type === 'well' ? reading.evidence : untoldClosing.evidence;
      this.#closed.push(this.#change('closed', untoldClosing, evidence));
    }
    const { incident, told } = this.#watch;
    if (!incident) return;
    const { id, kind, flapping, evidence } = incident;
    const announced = told?.incident === id;
    const type = announced ? 'updated' : 'opened';
    if (announced && told.flapping === flapping && (flapping || told.kind === kind)) return;
    const changed = this.#change(
      flapping ? 'flapping' : type,
      incident,
      evidence,
      announced ? told.kind : undefined,
    );
    this.#set({ incident: changed, told: { incident: id, kind, flapping } });
  }

  result(before: IncidentState): Advance {
    const unchanged = this.#watch === before;
    return { watch: unchanged ? before : this.#watch, changes: this.#changes, closed: this.#closed };
  }

  #becomeBad({ kind, evidence }: { kind: IncidentKind; evidence: Evidence }): void {
    const flapping = this.#recordFlip();
    const { incident } = this.#watch;
    const kinds = incident ? withKind(incident.kinds, kind) : [kind];
    this.#set({
      status: 'bad',
      incident: {
        ...(incident ?? {
          id: this.#moment.incidentId,
          subject: this.#subject,
          openedAt: this.#now,
          announcements: 0,
        }),
        kind,
        kinds,
        updatedAt: this.#now,
        flapping: flapping || incident?.flapping === true,
        evidence,
      },
    });
  }

  #becomeWell(): void {
    const flapping = this.#recordFlip();
    this.#set({ status: 'well' });
    const { incident } = this.#watch;
    if (!incident || incident.flapping) return;
    if (flapping) this.#set({ incident: { ...incident, flapping: true, updatedAt: this.#now } });
    else this.close('well');
  }

  #changeKind({ kind, evidence }: { kind: IncidentKind; evidence: Evidence }): void {
    const { incident } = this.#watch;
    if (!incident) return;
    // An outage may change to many new kinds. Only a return to an earlier kind counts as a flip.
    const flapping = incident.kinds.includes(kind) && this.#recordFlip();
    this.#set({
      incident: {
        ...incident,
        kind,
        kinds: withKind(incident.kinds, kind),
        updatedAt: this.#now,
        evidence,
        flapping: flapping || incident.flapping,
      },
    });
  }

  /** Records a flip. Returns whether there are enough of them for flapping. */
  #recordFlip(): boolean {
    const { flappingChanges, flappingWindowMinutes } = this.#settings;
    this.#flipped = true;
    // Changes during maintenance are expected and are not flapping.
    if (this.#moment.quiet) return false;
    const earliest = this.#moment.now.getTime() - flappingWindowMinutes * 60_000;
    const flips = [...this.#watch.flips.filter((at) => Date.parse(at) > earliest), this.#now];
    this.#set({ flips: flips.slice(-Math.max(1, flappingChanges)) });
    return flips.length >= flappingChanges;
  }

  #confirmed(to: NonNullable<IncidentState['streak']>['to'], extraTicks: number): boolean {
    const { streak } = this.#watch;
    const ticks = (streak?.to === to ? streak.ticks : 0) + 1;
    const confirmed = ticks >= this.#settings.confirmTicks + extraTicks;
    this.#setStreak(confirmed ? undefined : { to, ticks });
    return confirmed;
  }

  #setStreak(streak: IncidentState['streak']): void {
    if (streak) this.#set({ streak });
    else if (this.#watch.streak) {
      const { streak: _ended, ...rest } = this.#watch;
      this.#watch = rest;
    }
  }

  #change(
    type: Change['type'],
    incident: Incident,
    evidence: Evidence,
    previousKind?: IncidentKind,
  ): Incident {
    const announced = { ...incident, announcements: incident.announcements + 1 };
    this.#changes.push({
      id: `${incident.id}-${announced.announcements}`,
      type,
      at: this.#now,
      incident: announced,
      ...(previousKind && previousKind !== incident.kind ? { previousKind } : {}),
      evidence,
    });
    return announced;
  }

  #set(values: Partial<IncidentState>): void {
    this.#watch = { ...this.#watch, ...values };
  }
}

function withKind(kinds: readonly IncidentKind[], kind: IncidentKind): IncidentKind[] {
  return kinds.includes(kind) ? [...kinds] : [...kinds, kind];
}
