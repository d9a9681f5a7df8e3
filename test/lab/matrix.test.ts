import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runMatrix } from '../../bench/lab-matrix/run.ts';
import { KINDS } from '../../functions/reachability/words.ts';
import { filterProblemHere, labProblem } from '../../lab/available.ts';
import { SITUATIONS } from '../../lab/matrix/plant.ts';
import { requirement } from '../support/requirements.ts';

const runnable = requirement('the matrix of truths', labProblem() ?? filterProblemHere());
const PROGRAM = join(import.meta.dirname, '../../cli/main.ts');

describe('the matrix of truths', () => {
  it('plants at least 80 situations, each once, over both families, and every kind of the contract', () => {
    expect(SITUATIONS.length).toBeGreaterThanOrEqual(80);
    expect(new Set(SITUATIONS.map(({ name }) => name)).size).toBe(SITUATIONS.length);
    expect(new Set(SITUATIONS.map(({ families }) => families))).toEqual(new Set(['4', '6', '46']));
    expect(new Set(SITUATIONS.flatMap(({ kind }) => kind))).toEqual(new Set(KINDS));
  });

  it.skipIf(!runnable)(
    'is judged right in every situation: kind, vantages at fault, confidence and doubts',
    async ({ signal }) => {
      const results = await runMatrix(SITUATIONS, PROGRAM, signal);
      expect(results.map(({ name }) => name)).toEqual(SITUATIONS.map(({ name }) => name));
      const wrong = results.flatMap(({ name, wrong: why, summary, because }) =>
        why.length > 0 ? [[name, ...why, summary, ...because]] : [],
      );
      expect(wrong).toEqual([]);
      expect(new Set(results.map(({ said }) => said))).toEqual(new Set(KINDS));
    },
    300_000,
  );
});
