import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Verdict } from '../functions/reachability/verdict.ts';
import { KINDS } from '../functions/reachability/words.ts';
import { caseOf, casesAsMarkdown } from './verdict-case.ts';

interface DemoOutput {
  results: { planted: string; right: boolean; verdict: Verdict }[];
}

/** Runs the demo in the lab and writes one correct verdict of every kind to `verdict-cases.json` and `docs/verdicts.md`. */
async function writeVerdictCases(): Promise<void> {
  const demo = [join(import.meta.dirname, 'main.ts'), 'demo', '--json'];
  const { stdout } = await promisify(execFile)(process.execPath, demo, {
    timeout: 120_000,
    maxBuffer: 64 * 1024 * 1024,
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the output of our own command
  const { results } = JSON.parse(stdout) as DemoOutput;
  const cases = KINDS.map((kind) => {
    const result = results.find(({ verdict, right }) => verdict.kind === kind && right);
    if (!result) throw new Error(`the demo gave no correct verdict of the kind ${kind}; it needs the lab`);
    return caseOf(result.planted, result.verdict);
  });
  await writeFile(
    join(import.meta.dirname, 'verdict-cases.json'),
    `${JSON.stringify(cases, undefined, 2)}\n`,
  );
  await writeFile(join(import.meta.dirname, '../docs/verdicts.md'), casesAsMarkdown(cases));
}

await writeVerdictCases();
