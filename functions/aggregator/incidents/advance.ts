import type { Change, Evidence, Incident, IncidentKind, Subject } from './incident.ts';

/** What one tick says of a subject. */
export type Reading =
  /** Not as expected, and confirmed by a second round. `extraTicks`: what it needs beyond `confirmTicks`. */
  | { type: 'bad'; kind: IncidentKind; evidence: Evidence; extraTicks?: number }
  /** Not as expected, but not confirmed: opens nothing, and nothing closes on it. */
  | { type: 'suspect' }
  /** As expected, but weakly: closes nothing, and nothing opens across it. */
  | { type: 'unsure' }
  | { type: 'well'; evidence: Evidence }
  /** Says nothing about the subject, so nothing changes. */
  | { type: 'none' };

export interface IncidentSettings {
  /** Ticks in a row that must agree before an incident opens, changes its kind or closes. */
  confirmTicks: number;
  flappingChanges: number;
  flappingWindowMinutes: number;
}

/** The moment in which a reading is taken. */
export interface Moment {
  /** Any clock; it may jump both ways. */
  now: Date;
  /** Inside a maintenance window: nothing is told. */
  quiet: boolean;
  /** No tick ran for so long that the ticks before this one are not in a row with it. Absent: false. */
  gap?: boolean;
  /** Makes the id of an incident that opens now; the same tick must give the same id. */
  incidentId: string;
}

/** What is remembered of one subject between ticks. Plain data. */
export interface IncidentState {
  status: 'well' | 'bad';
  /** Ticks in a row that speak for a change of status or of kind. */
  streak?: { to: 'well' | 'bad' | IncidentKind; ticks: number };
  incident?: Incident;
  /** When the status changed, or the kind went back to one it had; as many as decide on flapping. */
  flips: string[];
  /** What people were last told of the open incident. */
  told?: { incident: string; kind: IncidentKind; flapping: boolean };
  /** Closed, but its opening was told and its closing was not yet: a maintenance window lies over it. */
  untoldClosing?: Incident;
}

export interface Advance {
  watch: IncidentState;
  /** To be told, in this order. */
  changes: Change[];
  /** Closed for good, to be kept. */
  closed: Incident[];
}

export const FRESH_INCIDENT_STATE: IncidentState = { status: 'well', flips: [] };

/**
 * The life of incidents as one pure step. Which status is true follows from the readings alone; what is told follows from the
 * difference between what is true and what was told last. So nothing that was silent for a while (a maintenance window,
 * flapping) is lost or told twice when the silence ends.
 *
 * Returns the same `watch` object when nothing changed, so that nothing needs to be written.
 */
export function advance(
  before: IncidentState,
  reading: Reading,
  subject: Subject,
  moment: Moment,
  settings: IncidentSettings,
): Advance {
  const step = new Step(before, subject, moment, settings);
  step.read(reading);
  step.settle(reading);
  step.tell(reading);
  return step.result(before);
}

/** Ends what is known of a subject that is not watched any more; an open incident is closed, and told where it was told. */
export function retire(
  before: IncidentState,
  subject: Subject,
  moment: Moment,
  settings: IncidentSettings,
): Advance {
  const step = new Step(before, subject, { ...moment, quiet: false }, settings);
  step.close('no-longer-watched');
  step.tell({ type: 'none' });
  return step.result(before);
}

class Step {
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
    if (moment.gap) this.#streak(undefined);
    // A clock that was set back would keep flips of "the future" within the window for as long as the jump is wide.
    if (before.flips.some((at) => at > this.#now)) {
      this.#put({ flips: before.flips.map((at) => (at > this.#now ? this.#now : at)) });
    }
  }

  read(reading: Reading): void {
    const { status, incident } = this.#watch;
    if (reading.type === 'none') return;
    if (reading.type === 'suspect' || reading.type === 'unsure') {
      const breaks = reading.type === 'suspect' ? 'bad' : 'well';
      if (status === breaks) this.#streak(undefined);
      return;
    }
    if (reading.type === 'well') {
      if (status === 'well') this.#streak(undefined);
      else if (this.#confirmed('well', 0)) this.#becomeWell();
      return;
    }
    if (status === 'well') {
      if (this.#confirmed('bad', reading.extraTicks ?? 0)) this.#becomeBad(reading);
    } else if (incident?.kind === reading.kind) this.#streak(undefined);
    else if (this.#confirmed(reading.kind, reading.extraTicks ?? 0)) this.#changeKind(reading);
  }

  /** Ends flapping once nothing has changed for a whole window. */
  settle(reading: Reading): void {
    const { incident, flips, status } = this.#watch;
    if (!incident?.flapping || this.#flipped || reading.type === 'none') return;
    const last = Date.parse(flips.at(-1) ?? incident.updatedAt);
    if (this.#moment.now.getTime() - last < this.#settings.flappingWindowMinutes * 60_000) return;
    this.#put({ flips: [], incident: { ...incident, flapping: false, updatedAt: this.#now } });
    if (status === 'well') this.close('settled');
  }

  close(because: NonNullable<Incident['closedBecause']>): void {
    const { incident, told, ...rest } = this.#watch;
    if (!incident) return;
    const closedAt = this.#now > incident.openedAt ? this.#now : incident.openedAt;
    const closed = { ...incident, closedAt, updatedAt: closedAt, closedBecause: because, flapping: false };
    this.#watch = rest;
    if (told?.incident === incident.id) this.#put({ untoldClosing: closed });
    else this.#closed.push(closed);
  }

  tell(reading: Reading): void {
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
    const known = told?.incident === id;
    const type = known ? 'updated' : 'opened';
    if (known && told.flapping === flapping && (flapping || told.kind === kind)) return;
    const changed = this.#change(
      flapping ? 'flapping' : type,
      incident,
      evidence,
      known ? told.kind : undefined,
    );
    this.#put({ incident: changed, told: { incident: id, kind, flapping } });
  }

  result(before: IncidentState): Advance {
    const same = this.#watch === before;
    return { watch: same ? before : this.#watch, changes: this.#changes, closed: this.#closed };
  }

  #becomeBad({ kind, evidence }: { kind: IncidentKind; evidence: Evidence }): void {
    const flapping = this.#flip();
    const { incident } = this.#watch;
    const kinds = incident ? withKind(incident.kinds, kind) : [kind];
    this.#put({
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
    const flapping = this.#flip();
    this.#put({ status: 'well' });
    const { incident } = this.#watch;
    if (!incident || incident.flapping) return;
    if (flapping) this.#put({ incident: { ...incident, flapping: true, updatedAt: this.#now } });
    else this.close('well');
  }

  #changeKind({ kind, evidence }: { kind: IncidentKind; evidence: Evidence }): void {
    const { incident } = this.#watch;
    if (!incident) return;
    // An outage may go through many kinds once; going back and forth between them is flapping too.
    const flapping = incident.kinds.includes(kind) && this.#flip();
    this.#put({
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

  /** Remembers a flip and says whether these are too many. */
  #flip(): boolean {
    const { flappingChanges, flappingWindowMinutes } = this.#settings;
    this.#flipped = true;
    // What goes down and up while people work on it is not flapping.
    if (this.#moment.quiet) return false;
    const earliest = this.#moment.now.getTime() - flappingWindowMinutes * 60_000;
    const flips = [...this.#watch.flips.filter((at) => Date.parse(at) > earliest), this.#now];
    this.#put({ flips: flips.slice(-Math.max(1, flappingChanges)) });
    return flips.length >= flappingChanges;
  }

  #confirmed(to: NonNullable<IncidentState['streak']>['to'], extraTicks: number): boolean {
    const { streak } = this.#watch;
    const ticks = (streak?.to === to ? streak.ticks : 0) + 1;
    const confirmed = ticks >= this.#settings.confirmTicks + extraTicks;
    this.#streak(confirmed ? undefined : { to, ticks });
    return confirmed;
  }

  #streak(streak: IncidentState['streak']): void {
    if (streak) this.#put({ streak });
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
    const counted = { ...incident, announcements: incident.announcements + 1 };
    this.#changes.push({
      id: `${incident.id}-${counted.announcements}`,
      type,
      at: this.#now,
      incident: counted,
      ...(previousKind && previousKind !== incident.kind ? { previousKind } : {}),
      evidence,
    });
    return counted;
  }

  #put(part: Partial<IncidentState>): void {
    this.#watch = { ...this.#watch, ...part };
  }
}

function withKind(kinds: readonly IncidentKind[], kind: IncidentKind): IncidentKind[] {
  return kinds.includes(kind) ? [...kinds] : [...kinds, kind];
}
