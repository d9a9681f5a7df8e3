import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../functions/reachability/verdict.ts';
import { CATALOGUE } from '../../lab/catalogue/catalogue.ts';
import { compareWithTruth, truthOf } from '../../lab/catalogue/compare.ts';
import { EVERYWHERE } from '../../lab/catalogue/everywhere.ts';
import { NAMES } from '../../lab/catalogue/names.ts';
import { OFFLINE, WITH_OFFLINE } from '../../lab/catalogue/situation.ts';
import { SOMEWHERE } from '../../lab/catalogue/somewhere.ts';
import { TIMED, VANTAGES } from '../../lab/catalogue/vantages.ts';

const TARGET = { host: 'closed.acme.example', port: 443 };
const TRUTH = truthOf(CATALOGUE['closed-and-cut'], TARGET, WITH_OFFLINE, [OFFLINE]);

/** A verdict that is correct for TRUTH. */
const CORRECT: Verdict = {
  target: TARGET,
  kind: 'remote-refusal',
  also: [],
  confidence: 'high',
  asExpected: false,
  summary: '',
  because: [],
  notRuledOut: [`Before. ${TRUTH.doubt}. After.`],
  nextSteps: [],
  vantages: WITH_OFFLINE.map((vantage) => ({
    vantage,
    counted: vantage !== OFFLINE,
    saw: 'refused',
    fault: vantage === OFFLINE ? 'vantage' : vantage === 'frankfurt' ? 'path' : 'target',
    addresses: [],
  })),
  rounds: 2,
  startedAt: '2026-01-01T00:00:00.000Z',
  elapsedMs: 1,
};

const withVantage = (name: string, change: Partial<Verdict['vantages'][number]>): Verdict['vantages'] =>
  CORRECT.vantages.map((view) => (view.vantage === name ? { ...view, ...change } : view));

describe('a verdict compared with the truth', () => {
  it('is correct where everything is as it should be', () => {
    expect(compareWithTruth(TRUTH, CORRECT)).toMatchObject({ expected: 'remote-refusal', wrong: [] });
  });

  it.each<[what: string, change: Partial<Verdict>, wrong: string]>([
    ['the target', { target: { ...TARGET, port: 80 } }, 'a verdict on closed.acme.example:80'],
    ['the kind', { kind: 'unroutable' }, 'unroutable, not remote-refusal'],
    ['the confidence', { confidence: 'low' }, 'confidence low, not high'],
    ['a doubt', { notRuledOut: ['something else'] }, `\`notRuledOut\` lacks "${TRUTH.doubt}"`],
    [
      'a named blame',
      { vantages: withVantage('frankfurt', { fault: 'target' }) },
      'frankfurt: fault target, not path',
    ],
    ['a common blame', { vantages: withVantage('ohio', { fault: 'none' }) }, 'ohio: fault none, not target'],
    [
      'the vantage without uplink',
      { vantages: withVantage(OFFLINE, { fault: 'target' }) },
      'saopaulo: fault target, not vantage',
    ],
    [
      'a vantage that should not abstain',
      { vantages: withVantage('ohio', { counted: false }) },
      'abstaining: ohio, saopaulo, not saopaulo',
    ],
    [
      'a vantage that should abstain',
      { vantages: withVantage(OFFLINE, { counted: true }) },
      'abstaining: none, not saopaulo',
    ],
    ['a missing vantage', { vantages: CORRECT.vantages.slice(1) }, 'tokyo: fault missing, not target'],
  ])('is wrong in %s alone', (_what, change, wrong) => {
    expect(compareWithTruth(TRUTH, { ...CORRECT, ...change }).wrong).toEqual([wrong]);
  });

  it('is wrong without a further kind that also holds', () => {
    const truth = { ...TRUTH, also: ['name-disagreement'] as const };
    expect(compareWithTruth(truth, CORRECT).wrong).toEqual(['`also` lacks name-disagreement']);
  });

  it('has any of several correct kinds where chance decides, and its blame is not compared', () => {
    const truth = { ...TRUTH, kind: ['unstable', 'remote-refusal'] as const, blame: {} };
    expect(compareWithTruth(truth, CORRECT)).toMatchObject({ expected: 'remote-refusal', wrong: [] });
    const other = compareWithTruth(truth, { ...CORRECT, kind: 'reachable' });
    expect(other).toMatchObject({
      expected: 'unstable',
      wrong: ['reachable, not unstable or remote-refusal'],
    });
  });
});

it('no name of the catalogue is used twice', () => {
  const parts = [EVERYWHERE, SOMEWHERE, NAMES, VANTAGES, TIMED].flatMap(Object.keys);
  expect(parts).toHaveLength(Object.keys(CATALOGUE).length);
});
