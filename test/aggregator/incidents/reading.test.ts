import { describe, expect, test } from 'vitest';
import { evidenceOf, readVerdict } from '../../../functions/aggregator/incidents/read-verdict.ts';
import { readVantages } from '../../../functions/aggregator/incidents/read-vantages.ts';
import type { Verdict } from '../../../functions/reachability/verdict.ts';
import { makeVerdict, type VerdictShape } from '../tick/verdicts.ts';

const TARGET = 'api.example:443';
const VANTAGES = ['eu', 'us', 'ap', 'sa'];
const NOBODY: ReadonlySet<string> = new Set();
const PATH_FAULT = { saw: 'silent', fault: 'path' } as const;
const ABSTAINS = { counted: false, saw: 'nothing', fault: 'vantage', abstained: 'throttled (429)' } as const;

function verdict(kind: Verdict['kind'], shape: VerdictShape = {}): Verdict {
  return makeVerdict(TARGET, kind, { vantages: VANTAGES, ...shape });
}

/** As many targets, all alike. */
function many(
  count: number,
  views: NonNullable<VerdictShape['views']>,
  kind: Verdict['kind'] = 'local-routing-issue',
): Verdict[] {
  return Array.from({ length: count }, (_, i) =>
    makeVerdict(`t${i}.example:443`, kind, { vantages: VANTAGES, views }),
  );
}

describe('what a verdict means for the incident of its target', () => {
  test.each<[string, Verdict, object]>([
    ['as expected', verdict('reachable'), { type: 'well' }],
    ['as expected, confirmed or not', verdict('unstable', { rounds: 2 }), { type: 'well' }],
    ['refused where that is expected', verdict('remote-refusal', { asExpected: true }), { type: 'well' }],
    [
      'open where refused is expected',
      verdict('reachable', { asExpected: false, rounds: 2 }),
      { type: 'bad', kind: 'reachable' },
    ],
    ['not as expected, confirmed', verdict('unresponsive'), { type: 'bad', kind: 'unresponsive' }],
    ['of medium confidence', verdict('unresponsive', { confidence: 'medium' }), { type: 'bad' }],
    ['without a second round', verdict('unresponsive', { rounds: 1 }), { type: 'suspect' }],
    [
      'rounds that contradict each other',
      verdict('unresponsive', { confidence: 'low' }),
      { type: 'suspect' },
    ],
    ['weakly as expected', verdict('reachable', { confidence: 'low' }), { type: 'unsure' }],
    ['nobody could say', verdict('insufficient-data', { asExpected: false }), { type: 'none' }],
    ['nobody counted', verdict('vantage-fault', { asExpected: false }), { type: 'none' }],
  ])('%s', (_name, given, reading) => {
    expect(readVerdict(given, NOBODY)).toMatchObject(reading);
  });

  test('a single vantage takes one tick more, for there is nobody to ask', () => {
    const alone = makeVerdict(TARGET, 'unresponsive', { vantages: ['here'], confidence: 'low' });
    expect(readVerdict(alone, NOBODY)).toMatchObject({ type: 'bad', extraTicks: 1 });
    const well = makeVerdict(TARGET, 'reachable', { vantages: ['here'], confidence: 'low' });
    expect(readVerdict(well, NOBODY)).toMatchObject({ type: 'well' });
  });

  test('what a vantage in trouble alone sees is not news about the target, and everything else is', () => {
    const local = verdict('local-routing-issue', { views: { us: PATH_FAULT } });
    expect(readVerdict(local, new Set(['us']))).toMatchObject({ type: 'well' });
    expect(readVerdict(local, new Set(['eu']))).toMatchObject({ type: 'bad' });
    const two = verdict('local-routing-issue', { views: { us: PATH_FAULT, sa: PATH_FAULT } });
    expect(readVerdict(two, new Set(['us']))).toMatchObject({ type: 'bad' });
    const more = verdict('local-routing-issue', { views: { us: PATH_FAULT }, also: ['partial-outage'] });
    expect(readVerdict(more, new Set(['us']))).toMatchObject({ type: 'bad' });
    const refused = verdict('remote-refusal', { views: { us: PATH_FAULT } });
    expect(readVerdict(refused, new Set(['us']))).toMatchObject({ type: 'bad', kind: 'remote-refusal' });
  });

  test('evidence names those that were not well, and stays small whatever it is made of', () => {
    const mixed = verdict('local-routing-issue', { views: { us: PATH_FAULT, sa: ABSTAINS } });
    expect(evidenceOf(mixed).vantages).toEqual([
      { vantage: 'us', saw: 'silent', fault: 'path' },
      { vantage: 'sa', saw: 'nothing', fault: 'vantage', reason: 'throttled (429)' },
    ]);
    const wordy = {
      ...makeVerdict(TARGET, 'unresponsive', { regions: 500 }),
      summary: 'x'.repeat(100_000),
      because: Array.from({ length: 1000 }, (_, i) => `${i} ${'y'.repeat(5000)}`),
      notRuledOut: Array.from({ length: 1000 }, () => 'z'.repeat(5000)),
      nextSteps: Array.from({ length: 1000 }, () => `restart\u001B[2J ${'z'.repeat(5000)}`),
    };
    const evidence = evidenceOf(wordy);
    expect(JSON.stringify(evidence).length).toBeLessThan(20_000);
    expect(evidence.nextSteps).toHaveLength(11);
    expect(evidence.nextSteps?.[0]).toMatch(/^restart z{391}…$/);
    expect(evidence.because.at(-1)).toBe('… and 990 more');
  });
});

describe('what verdicts mean for the vantages', () => {
  test('one that counts for no target abstains, with its reason', () => {
    const reading = readVantages(many(2, { us: ABSTAINS }, 'reachable')).get('us');
    expect(reading).toMatchObject({
      type: 'bad',
      kind: 'vantage-abstaining',
      evidence: {
        summary: 'us is ignored for every target: throttled (429)',
        because: ['throttled (429)'],
        nextSteps: [
          'Find out why us cannot be used, and repair the cause: the probe, its network connection or its controls.',
        ],
      },
    });
  });

  test('one without IPv6 counts for the others, and that is no trouble', () => {
    const noRoute = { ...ABSTAINS, abstained: 'no route for IPv6' };
    const verdicts = [...many(1, {}, 'reachable'), ...many(5, { us: noRoute }, 'reachable')];
    expect(readVantages(verdicts).get('us')).toMatchObject({ type: 'well' });
  });

  test.each([
    [2, 0, 'well'],
    [3, 0, 'bad'],
    [3, 3, 'bad'],
    [3, 4, 'well'],
    [30, 30, 'bad'],
  ])('%i path faults beside %i targets that it reaches: %s', (faulty, fine, type) => {
    const verdicts = [...many(faulty, { us: PATH_FAULT }), ...many(fine, {}, 'reachable')];
    const readings = readVantages(verdicts);
    expect(readings.get('us')).toMatchObject(
      type === 'bad' ? { type, kind: 'vantage-path-fault' } : { type },
    );
    expect(readings.get('eu')).toMatchObject({ type: 'well' });
  });

  test('known trouble goes on while half of its targets are cut off', () => {
    const verdicts = [...many(1, { us: PATH_FAULT }), ...many(1, {}, 'reachable')];
    expect(readVantages(verdicts).get('us')).toMatchObject({ type: 'well' });
    expect(readVantages(verdicts, new Set(['us'])).get('us')).toMatchObject({ type: 'bad' });
    const better = [...verdicts, ...many(1, {}, 'reachable')];
    expect(readVantages(better, new Set(['us'])).get('us')).toMatchObject({ type: 'well' });
  });

  test('what no second round confirmed is no path fault', () => {
    const once = many(5, { us: PATH_FAULT }).map((one) => ({ ...one, rounds: 1 }));
    expect(readVantages(once).get('us')).toMatchObject({ type: 'well' });
  });
});
