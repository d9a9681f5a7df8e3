import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  advance,
  FRESH_INCIDENT_STATE,
  type IncidentSettings,
  type Reading,
  type IncidentState,
} from '../../../functions/aggregator/incidents/advance.ts';
import type { Change, Incident, IncidentKind } from '../../../functions/aggregator/incidents/incident.ts';

const START = Date.parse('2026-05-01T10:00:00.000Z');
const EVIDENCE = { summary: 'seen', because: [], notRuledOut: [], vantages: [] };

const reading = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Reading>({ type: 'well', evidence: EVIDENCE }) },
  {
    weight: 3,
    arbitrary: fc
      .constantFrom<IncidentKind>('unresponsive', 'remote-refusal', 'unroutable')
      .map((kind): Reading => ({ type: 'bad', kind, evidence: EVIDENCE })),
  },
  fc.constantFrom<Reading>({ type: 'none' }, { type: 'suspect' }, { type: 'unsure' }),
);

/** A tick: what was seen, whether it is quiet, and how far the clock went, jumps both ways included. */
const tick = fc.record({
  reading,
  quiet: fc.boolean(),
  minutes: fc.oneof(
    { weight: 6, arbitrary: fc.constant(1) },
    { weight: 1, arbitrary: fc.integer({ min: -3000, max: 3000 }) },
  ),
});
const settings = fc.record<IncidentSettings>({
  confirmTicks: fc.integer({ min: 1, max: 3 }),
  flappingChanges: fc.integer({ min: 2, max: 6 }),
  flappingWindowMinutes: fc.integer({ min: 5, max: 120 }),
});
const history = fc.array(tick, { maxLength: 60 });

interface Step {
  watch: IncidentState;
  changes: Change[];
  closed: Incident[];
  quiet: boolean;
  reading: Reading;
}

function play(
  ticks: { reading: Reading; quiet: boolean; minutes: number }[],
  given: IncidentSettings,
): Step[] {
  let watch: IncidentState = FRESH_INCIDENT_STATE;
  let nowMs = START;
  return ticks.map(({ reading: seen, quiet, minutes }, index) => {
    nowMs += minutes * 60_000;
    const moment = { now: new Date(nowMs), quiet, incidentId: `i${index}` };
    const step = advance(watch, seen, { type: 'target', target: 'a.example:1' }, moment, given);
    watch = step.watch;
    return { ...step, quiet, reading: seen };
  });
}

function forAll(holds: (steps: Step[], given: IncidentSettings) => void): void {
  fc.assert(
    fc.property(history, settings, (ticks, given) => holds(play(ticks, given), given)),
    { numRuns: 2000 },
  );
}

test('no change is told twice', () =>
  forAll((steps) => {
    const ids = steps.flatMap(({ changes }) => changes.map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
  }));

test('of each incident a beginning is told first and an end last, or nothing at all', () =>
  forAll((steps) => {
    const told = Map.groupBy(
      steps.flatMap(({ changes }) => changes),
      ({ incident }) => incident.id,
    );
    for (const changes of told.values()) {
      const types = changes.map(({ type }) => type);
      expect(types[0]).toMatch(/^(opened|flapping)$/);
      expect(types.slice(1).filter((type) => type === 'opened')).toEqual([]);
      const closing = types.indexOf('closed');
      if (closing >= 0) expect(closing).toBe(types.length - 1);
    }
  }));

test('nothing is told in a maintenance window', () =>
  forAll((steps) => {
    for (const { quiet, changes } of steps) if (quiet) expect(changes).toEqual([]);
  }));

test('outside of one, what was told is what is true', () =>
  forAll((steps) => {
    const known = new Map<string, Change>();
    for (const { quiet, changes, watch } of steps) {
      for (const change of changes) {
        if (change.type === 'closed') known.delete(change.incident.id);
        else known.set(change.incident.id, change);
      }
      if (quiet) continue;
      const { incident } = watch;
      expect([...known.keys()]).toEqual(incident ? [incident.id] : []);
      const told = incident && known.get(incident.id);
      if (incident && told) {
        expect(told.incident.flapping).toBe(incident.flapping);
        if (!incident.flapping) expect(told.incident.kind).toBe(incident.kind);
      }
    }
  }));

test('no incident is lost: each that was open is open still, or closed once', () =>
  forAll((steps) => {
    const opened = new Set(steps.flatMap(({ watch }) => watch.incident?.id ?? []));
    const closed = steps.flatMap((step) => step.closed.map(({ id }) => id));
    expect(new Set(closed).size).toBe(closed.length);
    const last = steps.at(-1)?.watch;
    const open = [last?.incident?.id, last?.untoldClosing?.id].filter((id) => id !== undefined);
    expect([...closed, ...open].toSorted()).toEqual([...opened].toSorted());
  }));

test('only a confirmed reading opens or closes', () =>
  forAll((steps) => {
    let before: IncidentState = FRESH_INCIDENT_STATE;
    for (const { watch, reading: seen } of steps) {
      if (before.status !== watch.status) expect(seen.type).toBe(watch.status);
      before = watch;
    }
  }));

test('flapping is told once until it has settled', () =>
  forAll((steps) => {
    let flapping = false;
    for (const { changes } of steps) {
      for (const { type } of changes) {
        if (flapping) expect(type).toMatch(/^(closed|updated)$/);
        flapping = type === 'flapping';
      }
    }
  }));

test('so many readings in a row that agree decide, unless it flaps', () =>
  forAll((steps, { confirmTicks }) => {
    const last = steps.slice(-confirmTicks);
    if (last.length < confirmTicks) return;
    const wanted = last[0]?.reading.type;
    if ((wanted !== 'bad' && wanted !== 'well') || last.some(({ reading: { type } }) => type !== wanted))
      return;
    const { watch } = last.at(-1) ?? {};
    expect(watch?.status).toBe(wanted);
    if (!watch?.incident?.flapping) expect(watch?.incident !== undefined).toBe(wanted === 'bad');
  }));
