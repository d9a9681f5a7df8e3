import { describe, expect, test } from 'vitest';
import {
  advance,
  FRESH_INCIDENT_STATE,
  retire,
  type IncidentSettings,
  type Reading,
  type IncidentState,
} from '../../../functions/aggregator/incidents/advance.ts';
import type {
  Change,
  Evidence,
  Incident,
  Subject,
} from '../../../functions/aggregator/incidents/incident.ts';

const SUBJECT: Subject = { type: 'target', target: 'api.example:443' };
const SETTINGS: IncidentSettings = { confirmTicks: 1, flappingChanges: 4, flappingWindowMinutes: 60 };
const START = Date.parse('2026-05-01T10:00:00.000Z');

/** One character a tick: what the verdict is. A capital is the same inside a maintenance window. */
const READINGS: Record<string, Reading> = {
  w: { type: 'well', evidence: evidence('well') },
  s: { type: 'bad', kind: 'unresponsive', evidence: evidence('silent') },
  r: { type: 'bad', kind: 'remote-refusal', evidence: evidence('refused') },
  p: { type: 'bad', kind: 'split-reachability', evidence: evidence('split') },
  l: { type: 'bad', kind: 'unresponsive', evidence: evidence('alone'), extraTicks: 1 },
  q: { type: 'suspect' },
  u: { type: 'unsure' },
  '-': { type: 'none' },
};

function evidence(summary: string): Evidence {
  return { summary, because: [], notRuledOut: [], vantages: [] };
}

interface Played {
  watch: IncidentState;
  /** `tick:type:kind` of everything that was told. */
  told: string[];
  changes: Change[];
  closed: Incident[];
}

function play(ticks: string, part: Partial<IncidentSettings> = {}, minutes = (tick: number) => tick): Played {
  const played: Played = { watch: FRESH_INCIDENT_STATE, told: [], changes: [], closed: [] };
  for (const [tick, letter] of Array.from(ticks.replaceAll(' ', '')).entries()) {
    const reading = READINGS[letter.toLowerCase()];
    if (!reading) throw new Error(`no reading ${letter}`);
    const moment = {
      now: new Date(START + minutes(tick) * 60_000),
      quiet: letter !== letter.toLowerCase(),
      incidentId: `i${tick}`,
    };
    const step = advance(played.watch, reading, SUBJECT, moment, { ...SETTINGS, ...part });
    played.watch = step.watch;
    played.changes.push(...step.changes);
    played.closed.push(...step.closed);
    for (const { type, incident } of step.changes) played.told.push(`${tick}:${type}:${incident.kind}`);
  }
  return played;
}

describe('what is told of a row of readings', () => {
  test.each<[string, string, Partial<IncidentSettings>, string[]]>([
    ['nothing while well', 'wwwww', {}, []],
    ['an opening and a closing, once', 'wsssww', {}, ['1:opened:unresponsive', '4:closed:unresponsive']],
    ['one bad tick is no incident where two are asked for', 'wswsww', { confirmTicks: 2 }, []],
    [
      'opens and closes on the second of two',
      'wsswsww',
      { confirmTicks: 2 },
      ['2:opened:unresponsive', '6:closed:unresponsive'],
    ],
    ['bad ticks count together whatever their kind', 'wsrs', { confirmTicks: 3 }, ['3:opened:unresponsive']],
    [
      'a change of kind',
      'wssrrw',
      {},
      ['1:opened:unresponsive', '3:updated:remote-refusal', '5:closed:remote-refusal'],
    ],
    [
      'a change of kind is confirmed too',
      'wssrsrrw w',
      { confirmTicks: 2 },
      ['2:opened:unresponsive', '6:updated:remote-refusal', '8:closed:remote-refusal'],
    ],
    [
      'silence about the subject changes nothing',
      '--s--w-',
      {},
      ['2:opened:unresponsive', '5:closed:unresponsive'],
    ],
    [
      'silence does not break a row',
      's-s w-w',
      { confirmTicks: 2 },
      ['2:opened:unresponsive', '5:closed:unresponsive'],
    ],
    ['what is not confirmed opens nothing', 'wqqqqq', {}, []],
    ['what is not confirmed breaks no row of bad', 'sqs', { confirmTicks: 2 }, ['2:opened:unresponsive']],
    [
      'what is not confirmed breaks a row of well',
      'sswqww',
      { confirmTicks: 2 },
      ['1:opened:unresponsive', '5:closed:unresponsive'],
    ],
    ['a weak well closes nothing', 'suuuu', {}, ['0:opened:unresponsive']],
    ['a weak well breaks a row of bad', 'sus', { confirmTicks: 2 }, []],
    ['a lone vantage needs one tick more', 'wll', {}, ['2:opened:unresponsive']],
    ['a lone vantage that sees it once says nothing', 'wlwlw', {}, []],
    [
      'flapping, once, and its end',
      `swsw ${'swsw'.repeat(3)} ${'w'.repeat(61)}`,
      {},
      [
        '0:opened:unresponsive',
        '1:closed:unresponsive',
        '2:opened:unresponsive',
        '3:flapping:unresponsive',
        '75:closed:unresponsive',
      ],
    ],
    [
      'flapping that settles badly',
      `swsw s ${'s'.repeat(61)}w`,
      {},
      [
        '0:opened:unresponsive',
        '1:closed:unresponsive',
        '2:opened:unresponsive',
        '3:flapping:unresponsive',
        '64:updated:unresponsive',
        '66:closed:unresponsive',
      ],
    ],
    [
      'slow changes are no flapping',
      Array.from({ length: 4 }, () => `s${'w'.repeat(60)}`).join(''),
      {},
      [0, 61, 122, 183].flatMap((tick) => [`${tick}:opened:unresponsive`, `${tick + 1}:closed:unresponsive`]),
    ],
    [
      'kinds that alternate are flapping',
      'srsrs r',
      { flappingChanges: 3 },
      [
        '0:opened:unresponsive',
        '1:updated:remote-refusal',
        '2:updated:unresponsive',
        '3:flapping:remote-refusal',
      ],
    ],
    [
      'an outage that goes through many kinds is not',
      'srpw',
      { flappingChanges: 3 },
      [
        '0:opened:unresponsive',
        '1:updated:remote-refusal',
        '2:updated:split-reachability',
        '3:closed:split-reachability',
      ],
    ],
    ['maintenance: over before its end', 'wSSWWww', {}, []],
    [
      'maintenance: what is still true is told at its end',
      'wSSSsw',
      {},
      ['4:opened:unresponsive', '5:closed:unresponsive'],
    ],
    [
      'maintenance: what is still true is told though the tick says nothing',
      'wSS--',
      {},
      ['3:opened:unresponsive'],
    ],
    [
      'maintenance: closed inside, told at its end',
      'sSWWww',
      {},
      ['0:opened:unresponsive', '4:closed:unresponsive'],
    ],
    [
      'maintenance: closed inside and another is open',
      'sSWWRrw',
      {},
      [
        '0:opened:unresponsive',
        '5:closed:unresponsive',
        '5:opened:remote-refusal',
        '6:closed:remote-refusal',
      ],
    ],
    [
      'maintenance: another kind at its end',
      'sSRRr',
      {},
      ['0:opened:unresponsive', '4:updated:remote-refusal'],
    ],
    ['maintenance: the same kind again at its end', 'sSRSs', {}, ['0:opened:unresponsive']],
    ['maintenance: flapping inside, well at its end, never told', `SWSWSW ${'W'.repeat(70)} www`, {}, []],
  ])('%s', (_name, ticks, settings, told) => {
    expect(play(ticks, settings).told).toEqual(told);
  });
});

test('every closed incident is kept, told or not, with its times and kinds', () => {
  const { closed } = play('srw SW w');
  expect(closed).toMatchObject([
    {
      id: 'i0',
      kind: 'remote-refusal',
      kinds: ['unresponsive', 'remote-refusal'],
      openedAt: '2026-05-01T10:00:00.000Z',
      closedAt: '2026-05-01T10:02:00.000Z',
      closedBecause: 'well',
      announcements: 3,
    },
    { id: 'i3', kind: 'unresponsive', announcements: 0 },
  ]);
});

test('a change tells what was before, what was seen, and has an id of its own', () => {
  const { changes } = play('srw');
  expect(changes.map(({ id }) => id)).toEqual(['i0-1', 'i0-2', 'i0-3']);
  expect(changes[1]).toMatchObject({ previousKind: 'unresponsive', evidence: { summary: 'refused' } });
  expect(changes[2]).toMatchObject({ evidence: { summary: 'well' }, incident: { closedBecause: 'well' } });
});

test('nothing changed is the same object, so that nothing is written', () => {
  for (const ticks of ['w', 'sss', 's-', 'wq'] as const) {
    const { watch } = play(ticks);
    const last = READINGS[ticks.at(-1) ?? ''];
    if (!last) throw new Error('no reading');
    const moment = { now: new Date(START + 600_000), quiet: false, incidentId: 'later' };
    expect(advance(watch, last, SUBJECT, moment, SETTINGS).watch).toBe(watch);
  }
});

describe('a subject that is not watched any more', () => {
  const moment = { now: new Date(START + 600_000), quiet: false, incidentId: 'x' };

  test('has its incident closed and told', () => {
    const step = retire(play('s').watch, SUBJECT, moment, SETTINGS);
    expect(step.changes).toMatchObject([
      { type: 'closed', incident: { closedBecause: 'no-longer-watched' } },
    ]);
    expect(step.closed).toHaveLength(1);
    expect(step.watch.incident).toBeUndefined();
  });

  test('says nothing where nothing was told', () => {
    const step = retire(play('S').watch, SUBJECT, { ...moment, quiet: true }, SETTINGS);
    expect(step.changes).toEqual([]);
    expect(step.closed).toHaveLength(1);
  });
});

describe('a clock that jumps', () => {
  test('back by a day: flapping ends a window later, not a day later', () => {
    const { told } = play(`swsws${'s'.repeat(70)}`, {}, (tick) => (tick < 5 ? tick : tick - 1440));
    expect(told).toContain('65:updated:unresponsive');
  });

  test('forward by a day: an incident stays one incident', () => {
    expect(play('wsssw', {}, (tick) => (tick < 2 ? tick : tick + 1440)).told).toEqual([
      '1:opened:unresponsive',
      '4:closed:unresponsive',
    ]);
  });

  test('back while an incident is open: it never ends before it began', () => {
    const { closed } = play('wssww', {}, (tick) => (tick < 3 ? tick : tick - 1440));
    expect(closed[0]?.closedAt).toBe(closed[0]?.openedAt);
  });
});
