import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { renderDemo } from '../../cli/render/demo.ts';
import { widthOf } from '../../cli/render/text.ts';
import { compareWithTruth } from '../../lab/catalogue/compare.ts';
import { demoScene } from '../../lab/catalogue/demo.ts';
import { verdict } from './deployed/lying-service.ts';

const RESULTS = demoScene().cases.map(({ truth }) =>
  compareWithTruth(truth, {
    ...verdict,
    target: truth.target,
    kind: truth.kind === 'unroutable' ? 'reachable' : 'local-routing-issue',
  }),
);

function inRed(_style: unknown, text: string): string {
  return `\u{1b}[31m${text}\u{1b}[39m`;
}

function linesAt(columns: number): string[] {
  return stripVTControlCharacters(renderDemo(RESULTS, { columns, style: inRed })).split('\n');
}

it.each([60, 80, 120])(
  'the page of the demo fits into %i columns and has no spaces at the ends of lines',
  (columns) => {
    const lines = linesAt(columns);
    expect(lines.filter((line) => widthOf(line) > columns)).toEqual([]);
    expect(lines.filter((line) => line.endsWith(' '))).toEqual([]);
  },
);

it('in a pipe, the page of the demo is a table with one line for each fault', () => {
  const rows = linesAt(Infinity).filter((line) => /^[✓✗]/.test(line));
  expect(rows).toHaveLength(RESULTS.length);
  for (const { truth } of RESULTS) expect(rows.join('\n')).toContain(`  ${truth.planted}  `);
});
