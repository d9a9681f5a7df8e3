import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runScene } from '../../cli/demo/run-scene.ts';
import { shellQuote } from '../../cli/self-command.ts';
import { KINDS } from '../../functions/reachability/words.ts';
import { filterProblemHere, labProblem } from '../../lab/available.ts';
import { MATRIX, matrixScene } from '../../lab/catalogue/matrix.ts';
import { requirement } from '../support/requirements.ts';

const runnable = requirement('the matrix of situations', labProblem() ?? filterProblemHere());
const PROGRAM = [process.execPath, join(import.meta.dirname, '../../cli/main.ts')].map(shellQuote).join(' ');

describe('the matrix of situations', () => {
  it('has every situation of the catalogue once, over both families, and every kind of the contract', () => {
    expect(MATRIX).toHaveLength(123);
    expect(new Set(MATRIX.map(({ name }) => name)).size).toBe(MATRIX.length);
    expect(new Set(MATRIX.map(({ families }) => families))).toEqual(new Set(['4', '6', '46']));
    expect(new Set(MATRIX.flatMap(({ situation }) => situation.kind))).toEqual(new Set(KINDS));
  });

  it.skipIf(!runnable)(
    'gets a correct verdict in every situation: kind, blame, abstaining vantages, confidence and doubts',
    async ({ signal }) => {
      const results = await runScene(matrixScene(), { program: PROGRAM, signal });
      expect(results.map(({ verdict }) => verdict.target.host)).toEqual(
        MATRIX.map(({ name }) => `${name}.acme.example`),
      );
      const wrong = results.flatMap(({ verdict, wrong: why }) =>
        why.length > 0 ? [[verdict.target.host, ...why, verdict.summary, ...verdict.because]] : [],
      );
      expect(wrong).toEqual([]);
      expect(new Set(results.map(({ verdict }) => verdict.kind))).toEqual(new Set(KINDS));
    },
    300_000,
  );
});
