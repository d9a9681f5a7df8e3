import type { Kind } from '../../functions/reachability/words.ts';
import { KINDS } from '../../functions/reachability/words.ts';
import type { MatrixResult } from './compare.ts';

/** The confusion matrix (planted down, said across, by the numbers of the rows), then every verdict that is wrong. */
export function renderMatrix(results: readonly MatrixResult[], elapsedMs: number): string {
  const used = KINDS.filter((kind) =>
    results.some(({ expected, said }) => expected === kind || said === kind),
  );
  const width = Math.max(...used.map((kind) => kind.length));
  const count = (expected: Kind, said: Kind): string => {
    const cell = results.filter((result) => result.expected === expected && result.said === said).length;
    return cell === 0 ? '.' : String(cell);
  };
  const columns = used.map((_, index) => String(index + 1).padStart(3)).join('');
  const rows = used.map((expected, index) => {
    const cells = used.map((said) => count(expected, said).padStart(3)).join('');
    return `${String(index + 1).padStart(2)} ${expected.padEnd(width)} ${cells}`;
  });
  const wrong = results.filter((result) => result.wrong.length > 0);
  return [
    `   ${'planted, and said:'.padEnd(width)} ${columns}`,
    ...rows,
    '',
    ...wrong.flatMap(({ name, planted, wrong: why, summary, because }) => [
      `✗ ${name}: ${planted}`,
      ...why.map((line) => `    ${line}`),
      `    ${summary}`,
      ...because.map((line) => `    - ${line}`),
    ]),
    `${results.length - wrong.length} of ${results.length} situations judged right, in ${(elapsedMs / 1000).toFixed(0)} s`,
  ].join('\n');
}
