import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { labProblem, filterProblemHere } from '../lab/available.ts';
import { SITUATIONS } from '../lab/matrix/plant.ts';
import { renderMatrix } from './lab-matrix/page.ts';
import { runMatrix } from './lab-matrix/run.ts';

const USAGE = 'usage: npm run lab:matrix -- [--only NAME]... [--json]';

/** Plants every situation in the lab, checks them all, and prints what was planted beside what was said. Status 1 where one is wrong. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { only: { type: 'string', multiple: true }, json: { type: 'boolean' } },
  });
  const problem = labProblem() ?? filterProblemHere();
  if (problem !== undefined) {
    process.stderr.write(`lab:matrix needs the whole lab: ${problem}\n`);
    return 2;
  }
  const chosen = SITUATIONS.filter(({ name }) => values.only === undefined || values.only.includes(name));
  if (chosen.length === 0) {
    process.stderr.write(`no situation of that name; ${USAGE}\n`);
    return 2;
  }
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort());
  const started = performance.now();
  const results = await runMatrix(chosen, join(import.meta.dirname, '../cli/main.ts'), interrupted.signal);
  const text = values.json
    ? JSON.stringify(results, undefined, 2)
    : renderMatrix(results, performance.now() - started);
  process.stdout.write(`${text}\n`);
  return results.every(({ wrong }) => wrong.length === 0) ? 0 : 1;
}

process.exitCode = await main();
