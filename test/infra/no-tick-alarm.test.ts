import { describe, expect, test } from 'vitest';
import {
  evaluate,
  readAlarm,
  type AlarmState,
  type EvaluatedAlarm,
  type Series,
} from './alarm-evaluation.ts';
import { asText, isRecord, synthesised } from './synthesised.ts';

function alarmOf(everyMinutes: number, noTickMinutes: number): EvaluatedAlarm {
  const { home } = synthesised(
    `regions: [eu-west-1]\ntargets: [a.example:1]\nschedule: {everyMinutes: ${everyMinutes}}\nalarms: {noTickMinutes: ${noTickMinutes}, abstainingMinutes: 1440}`,
  );
  const found = Object.values(home.findResources('AWS::CloudWatch::Alarm')).find(
    ({ Properties: properties }) => asText(properties['AlarmName']).endsWith('-no-tick'),
  );
  const properties: unknown = found?.['Properties'];
  if (!isRecord(properties)) throw new Error('no alarm');
  return readAlarm(properties);
}

interface Course {
  /** When the schedule invoked the function, in minutes after the deployment. */
  calls: readonly number[];
  /** When a tick was finished. */
  ticks: readonly number[];
  /** The delay between an event and its data. */
  lateMinutes?: number;
  /** Periods that CloudWatch retrieves in addition to those that it evaluates: "a higher number". */
  extraPeriods?: number;
  untilMinute: number;
}

/** The minutes at which the alarm changes to each state, evaluated every minute after the deployment. */
function transitions(alarm: EvaluatedAlarm, course: Course): [minute: number, state: AlarmState][] {
  const { calls, ticks, lateMinutes = 0, extraPeriods = 1, untilMinute } = course;
  const { periodMinutes } = alarm;
  const found: [number, AlarmState][] = [];
  let state: AlarmState = 'INSUFFICIENT_DATA';
  for (let now = 1; now <= untilMinute; now++) {
    const last = Math.floor(now / periodMinutes);
    const first = last - alarm.evaluationPeriods - extraPeriods;
    const seriesOf = (events: readonly number[]): Series =>
      Array.from({ length: last - first }, (_, index) => {
        const from = (first + index) * periodMinutes;
        const count = events.filter(
          (at) => at >= from && at < from + periodMinutes && at + lateMinutes <= now,
        ).length;
        return count === 0 ? undefined : count;
      });
    const range = alarm.values({ calls: seriesOf(calls), ticks: seriesOf(ticks) });
    const next = evaluate(alarm, range, state);
    if (next !== state) found.push([now, next]);
    state = next;
  }
  return found;
}

const every = (minutes: number, from: number, until: number): number[] =>
  Array.from({ length: Math.ceil((until - from) / minutes) }, (_, index) => from + index * minutes);

const SETTINGS = [
  { everyMinutes: 1, noTickMinutes: 5 },
  { everyMinutes: 1, noTickMinutes: 2 },
  { everyMinutes: 1, noTickMinutes: 60 },
  { everyMinutes: 5, noTickMinutes: 15 },
  { everyMinutes: 10, noTickMinutes: 20 },
  { everyMinutes: 60, noTickMinutes: 180 },
].flatMap((one) => [1, 2, 5].map((extraPeriods) => ({ ...one, extraPeriods })));

describe.each(SETTINGS)(
  'every $everyMinutes min, alarm after $noTickMinutes min, $extraPeriods more periods retrieved',
  ({ everyMinutes, noTickMinutes, extraPeriods }) => {
    const alarm = (): EvaluatedAlarm => alarmOf(everyMinutes, noTickMinutes);
    const phase = everyMinutes / 2;
    const long = 40 * everyMinutes + 4 * noTickMinutes;
    const healthy = every(everyMinutes, phase, long);
    const stop = phase + 20 * everyMinutes;
    const before = healthy.filter((at) => at < stop);
    const lastTick = before.at(-1) ?? 0;
    const [earliest, latest] = [noTickMinutes, noTickMinutes + 2 * everyMinutes];

    test.each([0, 1])(
      'stays OK after a deployment and while ticks run, with data %d min late',
      (lateMinutes) => {
        const course = { calls: healthy, ticks: healthy, lateMinutes, extraPeriods, untilMinute: long };
        expect(transitions(alarm(), course).map(([, state]) => state)).toEqual(['OK']);
      },
    );

    test.each([
      ['the schedule stops', before],
      ['ticks are not finished', healthy],
    ])('goes to ALARM in time when %s, once, until a tick is finished', (_what, calls) => {
      const again = lastTick + 3 * noTickMinutes + 10 * everyMinutes;
      const ticks = [...before, again];
      const course = {
        calls: [...calls, again],
        ticks,
        extraPeriods,
        untilMinute: Math.ceil(again + everyMinutes),
      };
      const [ok, alarmed, end, ...more] = transitions(alarm(), course);
      expect(ok?.[1]).toBe('OK');
      expect(alarmed?.[1]).toBe('ALARM');
      expect((alarmed?.[0] ?? 0) - lastTick).toBeGreaterThanOrEqual(earliest);
      expect((alarmed?.[0] ?? 0) - lastTick).toBeLessThanOrEqual(latest);
      expect(end?.[1]).toBe('OK');
      expect(end?.[0]).toBeGreaterThanOrEqual(again);
      expect(more).toEqual([]);
    });

    test('goes to ALARM if no tick was ever finished, but not before this time has passed since the deployment', () => {
      const course = { calls: healthy, ticks: [], extraPeriods, untilMinute: long };
      const [alarmed, ...more] = transitions(alarm(), course);
      expect(alarmed?.[1]).toBe('ALARM');
      expect(alarmed?.[0]).toBeGreaterThanOrEqual(earliest);
      expect(alarmed?.[0]).toBeLessThanOrEqual(latest + everyMinutes);
      expect(more).toEqual([]);
    });

    test('stays OK if one tick is missing, also with late data', () => {
      const missing = healthy.filter((at) => at !== lastTick);
      const course = { calls: missing, ticks: missing, lateMinutes: 1, extraPeriods, untilMinute: long };
      expect(transitions(alarm(), course).map(([, state]) => state)).toEqual(['OK']);
    });
  },
);

test('a plain alarm with missing data as breaching goes to ALARM at once, and late: these rules show the difference', () => {
  const plain: EvaluatedAlarm = {
    evaluationPeriods: 5,
    periodMinutes: 1,
    treatMissingData: 'breaching',
    values: ({ ticks = [] }) => ticks,
  };
  const ticks = every(1, 2.5, 20);
  const found = transitions(plain, { calls: ticks, ticks, extraPeriods: 5, untilMinute: 40 });
  expect(found[0]).toEqual([1, 'ALARM']);
  expect(found.at(-1)?.[0]).toBeGreaterThanOrEqual(29);
});

/** The tables of the CloudWatch User Guide; X breaching, 0 not, - missing; three of three, five retrieved. */
test.each([
  ['0-X-X', 'missing', 'OK'],
  ['0----', 'breaching', 'OK'],
  ['-----', 'missing', 'INSUFFICIENT_DATA'],
  ['-----', 'ignore', 'RETAIN'],
  ['-----', 'breaching', 'ALARM'],
  ['-----', 'notBreaching', 'OK'],
  ['0XX-X', 'ignore', 'ALARM'],
  ['0XX-X', 'notBreaching', 'ALARM'],
  ['----X', 'missing', 'INSUFFICIENT_DATA'],
  ['----X', 'ignore', 'RETAIN'],
  ['----X', 'breaching', 'ALARM'],
] as const)('%s with missing data %s is %s', (range, treatMissingData, expected) => {
  const alarm = { evaluationPeriods: 3, periodMinutes: 1, treatMissingData, values: () => [] };
  const values = range.split('').map((one) => (one === '-' ? undefined : Number(one === '0')));
  for (const state of ['OK', 'ALARM'] as const) {
    expect(evaluate(alarm, values, state)).toBe(expected === 'RETAIN' ? state : expected);
  }
});
