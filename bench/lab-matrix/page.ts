import type { Kind } from '../../functions/reachability/words.ts';
import { KINDS } from '../../functions/reachability/words.ts';
import type { CaseResult } from '../../lab/catalogue/compare.ts';

const HEADER = 'expected / actual';

/** A situation, and the verdict on it. */
export interface MatrixRow {
  name: string;
  planted: string;
  expected: Kind;
  actual: Kind;
  /** What is wrong in the verdict, in a few words; empty if it is correct. */
  wrong: string[];
  summary: string;
  because: string[];
}

export function asRow(name: string, { truth, verdict, expected, wrong }: CaseResult): MatrixRow {
  const { kind: actual, summary, because } = verdict;
  return { name, planted: truth.planted, expected, actual, wrong, summary, because };
}

/** The confusion matrix (a row for each expected kind, a column for each actual one), then every verdict that is wrong. */
export function renderMatrix(results: readonly MatrixRow[], elapsedMs: number): string {
  const used = KINDS.filter((kind) =>
    results.some(({ expected, actual }) => expected === kind || actual === kind),
  );
  const width = Math.max(HEADER.length, ...used.map((kind) => kind.length));
  const count = (expected: Kind, actual: Kind): string => {
    const cell = results.filter((result) => result.expected === expected && result.actual === actual).length;
    return cell === 0 ? '.' : String(cell);
  };
  const columns = used.map((_, index) => String(index + 1).padStart(3)).join('');
  const rows = used.map((expected, index) => {
    const cells = used.map((actual) => count(expected, actual).padStart(3)).join('');
    return `${String(index + 1).padStart(2)} ${expected.padEnd(width)} ${cells}`;
  });
  const wrong = results.filter((result) => result.wrong.length > 0);
  return [
    `   ${HEADER.padEnd(width)} ${columns}`,
    ...rows,
    '',
    ...wrong.flatMap(({ name, planted, wrong: why, summary, because }) => [
      `✗ ${name}: ${planted}`,
      ...why.map((line) => `    ${line}`),
      `    ${summary}`,
      ...because.map((line) => `    - ${line}`),
    ]),
    `${results.length - wrong.length} of ${results.length} verdicts are correct, in ${(elapsedMs / 1000).toFixed(0)} s`,
  ].join('\n');
}
