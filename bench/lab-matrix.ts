import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runScene } from '../cli/demo/run-scene.ts';
import { interruption } from '../cli/interruption.ts';
import { shellQuote } from '../lab/shell-quote.ts';
import { labProblem, filterProblemHere } from '../lab/available.ts';
import { MATRIX, matrixScene } from '../lab/catalogue/matrix.ts';
import { asRow, renderMatrix } from './lab-matrix/page.ts';

const USAGE = 'usage: npm run lab:matrix -- [--only NAME]... [--json]';
const PROGRAM = [process.execPath, join(import.meta.dirname, '../cli/main.ts')].map(shellQuote).join(' ');

/** Plants every situation in the lab, checks all of them, and prints the planted faults with the verdicts. Status 1 if one is wrong. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { only: { type: 'string', multiple: true }, json: { type: 'boolean' } },
  });
  const problem = labProblem() ?? filterProblemHere();
  if (problem !== undefined) {
    process.stderr.write(`lab:matrix needs the whole lab: ${problem}\n`);
    return 2;
  }
  const chosen = MATRIX.filter(({ name }) => values.only === undefined || values.only.includes(name));
  if (chosen.length === 0) {
    process.stderr.write(`no situation has this name; ${USAGE}\n`);
    return 2;
  }
  interruption.listen();
  const { signal } = interruption;
  const started = performance.now();
  try {
    const results = await runScene(matrixScene(chosen), { program: PROGRAM, signal });
    const rows = results.map((result, index) => asRow(chosen[index]?.name ?? '', result));
    const text = values.json
      ? JSON.stringify(rows, undefined, 2)
      : renderMatrix(rows, performance.now() - started);
    process.stdout.write(`${text}\n`);
    return rows.every(({ wrong }) => wrong.length === 0) ? 0 : 1;
  } catch (error) {
    if (!signal.aborted) throw error;
    return interruption.exitStatus;
  } finally {
    interruption.end();
  }
}

process.exitCode = await main();
