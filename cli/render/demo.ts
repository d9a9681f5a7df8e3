import { printable } from '../../functions/reachability/one-line.ts';
import { formatTarget } from '../../functions/reachability/target.ts';
import { KINDS } from '../../functions/reachability/words.ts';
import type { CaseResult } from '../../lab/catalogue/compare.ts';
import { pad, widthOf, wrap } from './text.ts';
import type { Page, Style } from './text.ts';

const GAP = '  ';
/** With fewer columns for the planted fault, each case is a short list and not a row of a table. */
const LEAST_PLANTED_COLUMNS = 18;

/** The results of the demo: each target, the planted fault, and the kind of the verdict. */
export function renderDemo(results: readonly CaseResult[], page: Page): string {
  const lines = [...tableOf(results, page), '', ...wrap(closing(results), page.columns)];
  return lines.map((line) => `${line}\n`).join('');
}

function tableOf(results: readonly CaseResult[], page: Page): string[] {
  const targets = results.map(({ truth }) => printable(formatTarget(truth.target)));
  const targetWidth = Math.max(...targets.map(widthOf), 'TARGET'.length);
  const verdictWidth = Math.max(...results.map(({ verdict }) => verdict.kind.length), 'VERDICT'.length);
  const longest = Math.max(...results.map(({ truth }) => widthOf(truth.planted)), 'PLANTED'.length);
  const room = page.columns - 1 - targetWidth - verdictWidth - 3 * GAP.length;
  if (room < LEAST_PLANTED_COLUMNS) return results.flatMap((result) => inList(result, page));
  const plantedWidth = Math.min(longest, room);
  const row = (cells: [mark: string, target: string, planted: string, verdict: string], style: Style) => {
    const [mark, target, planted, verdict] = cells;
    const left = [pad(target, targetWidth), pad(planted, plantedWidth)].join(GAP);
    return `${page.style(style, mark)}${GAP}${left}${GAP}${page.style(style, verdict)}`;
  };
  return [
    page.style('dim', [' ', pad('TARGET', targetWidth), pad('PLANTED', plantedWidth), 'VERDICT'].join(GAP)),
    ...results.flatMap((result, index) => {
      const style = styleOf(result);
      const [first = '', ...rest] = wrap(result.truth.planted, plantedWidth);
      return [
        row([markOf(result), targets[index] ?? '', first, result.verdict.kind], style),
        ...rest.map((more) => ' '.repeat(1 + targetWidth + 2 * GAP.length) + more),
        ...result.wrong
          .flatMap((what) => wrap(what, page.columns, '     wrong: '))
          .map((text) => page.style('red', text)),
      ];
    }),
  ];
}

function inList(result: CaseResult, page: Page): string[] {
  const { truth, verdict, wrong } = result;
  return [
    `${page.style(styleOf(result), markOf(result))} ${printable(formatTarget(truth.target))}`,
    ...wrap(truth.planted, page.columns, '  planted: '),
    ...wrap(verdict.kind, page.columns, '  verdict: '),
    ...wrong.flatMap((what) => wrap(what, page.columns, '  wrong: ')),
  ];
}

function closing(results: readonly CaseResult[]): string {
  const right = results.filter(({ wrong }) => wrong.length === 0).length;
  const shown = new Set(results.map(({ verdict }) => verdict.kind)).size;
  return `${right} of ${results.length} verdicts are correct; they show ${shown} of the ${KINDS.length} kinds of verdict.`;
}

function markOf({ wrong }: CaseResult): string {
  return wrong.length === 0 ? '✓' : '✗';
}

function styleOf({ wrong }: CaseResult): Style {
  return wrong.length === 0 ? 'green' : 'red';
}
