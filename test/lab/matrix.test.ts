import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runScene } from '../../cli/demo/run-scene.ts';
import { shellQuote } from '../../lab/shell-quote.ts';
import { KINDS } from '../../functions/reachability/words.ts';
import { filterProblemHere, labProblem } from '../../lab/available.ts';
import { MATRIX, matrixScene } from '../../lab/catalogue/matrix.ts';
import { requirement } from '../support/requirements.ts';

const runnable = requirement('the matrix of situations', labProblem() ?? filterProblemHere());
const BENCH = join(import.meta.dirname, '../../bench/lab-matrix.ts');
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

  it.skipIf(!runnable)(
    'prints the situations that are asked for, by a command',
    { timeout: 60_000 },
    async () => {
      const { status, stdout, stderr } = await bench(['--only', 'closed-4', '--only', 'healthy-6']);
      expect(stderr).toBe('');
      expect(stdout).toContain(
        ['   expected / actual   1  2', ' 1 remote-refusal      1  .', ' 2 reachable           .  1'].join(
          '\n',
        ),
      );
      expect(stdout).toMatch(/\n2 of 2 verdicts are correct, in \d+ s\n$/);
      expect(status).toBe(0);
      expect(await bench(['--only', 'none'])).toMatchObject({
        status: 2,
        stderr: 'no situation has this name; usage: npm run lab:matrix -- [--only NAME]... [--json]\n',
      });
    },
  );
});

function bench(args: readonly string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [BENCH, ...args], { timeout: 60_000 }, (error, stdout, stderr) =>
      resolve({ status: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}
