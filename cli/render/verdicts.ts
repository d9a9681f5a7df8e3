import { printable } from '../../functions/reachability/one-line.ts';
import { formatTarget } from '../../functions/reachability/target.ts';
import type { VantageView, Verdict } from '../../functions/reachability/verdict.ts';
import type { Sighting } from '../../functions/reachability/words.ts';
import { saysNothing } from '../exit-status.ts';
import { table, type Cell } from './table.ts';
import { wrap, type Page, type Style } from './text.ts';

/** In a pipe a table may be this wide before it becomes a list: the same whatever the terminal. */
const PIPE_COLUMNS = 200;

const SIGHTING_STYLES: Record<Sighting, Style> = {
  open: 'green',
  closing: 'yellow',
  refused: 'red',
  unreachable: 'red',
  silent: 'red',
  'name-failed': 'red',
  nothing: 'yellow',
};

/**
 * Verdicts for a person: targets down, vantages across, and below them the reasons of each target that is not plainly fine. Where the
 * table is too wide for the page, each target becomes a short list instead.
 */
export function renderVerdicts(verdicts: readonly Verdict[], page: Page): string {
  const lines = overview(verdicts, page) ?? verdicts.flatMap((verdict) => inList(verdict, page));
  const reasons = verdicts
    .filter((verdict) => !plainlyFine(verdict))
    .flatMap((verdict) => ['', ...explain(verdict, page)]);
  const count = verdicts.length > 1 ? ['', tally(verdicts)] : [];
  return [...lines, ...reasons, ...count].map((line) => `${line}\n`).join('');
}

function overview(verdicts: readonly Verdict[], page: Page): string[] | undefined {
  const names = [...new Set(verdicts.flatMap(({ vantages }) => vantages.map(({ vantage }) => vantage)))];
  const head = ['TARGET', ...names, 'VERDICT'].map((text): Cell => ({ text, style: 'dim' }));
  const rows = verdicts.map((verdict): Cell[] => {
    const views = new Map(verdict.vantages.map((view) => [view.vantage, view]));
    return [
      { text: markOf(verdict), style: markStyle(verdict) },
      { text: formatTarget(verdict.target) },
      ...names.map((name) => sighting(views.get(name))),
      conclusion(verdict),
    ];
  });
  return table([[{ text: ' ' }, ...head], ...rows], page, Math.min(page.columns, PIPE_COLUMNS));
}

function inList(verdict: Verdict, page: Page): string[] {
  const bySaw = new Map<string, { style: Style; names: string[] }>();
  for (const view of verdict.vantages) {
    const { text: saw, style = 'reset' } = sighting(view);
    const text = printable(saw);
    const entry = bySaw.get(text) ?? { style, names: [] };
    entry.names.push(view.vantage);
    bySaw.set(text, entry);
  }
  const head = page.style(markStyle(verdict), markOf(verdict));
  return [
    `${head} ${printable(formatTarget(verdict.target))}`,
    ...wrap(conclusion(verdict).text, page.columns, '  '),
    ...[...bySaw].flatMap(([saw, { style, names }]) => {
      const [first = '', ...rest] = wrap(names.join(', '), page.columns, `  ${saw}: `);
      return [first.replace(`${saw}:`, () => page.style(style, `${saw}:`)), ...rest];
    }),
  ];
}

function explain(verdict: Verdict, page: Page): string[] {
  const list = (title: string, items: readonly string[]) =>
    items.length === 0
      ? []
      : [page.style('dim', `  ${title}`), ...items.flatMap((item) => wrap(item, page.columns, '    - '))];
  const also = verdict.also.length > 0 ? `, also ${verdict.also.join(', ')}` : '';
  return [
    page.style('bold', formatTarget(verdict.target)),
    ...wrap(`${verdict.kind}, confidence ${verdict.confidence}${also}`, page.columns, '  '),
    ...wrap(verdict.summary, page.columns, '  '),
    ...list('Because', verdict.because),
    ...list('Not ruled out', verdict.asExpected ? [] : verdict.notRuledOut),
  ];
}

function plainlyFine({ kind, asExpected, also, vantages }: Verdict): boolean {
  return kind === 'reachable' && asExpected && also.length === 0 && vantages.every(({ counted }) => counted);
}

function sighting(view: VantageView | undefined): Cell {
  if (!view) return { text: '' };
  // A newer service may see what this version does not know.
  const style = Object.hasOwn(SIGHTING_STYLES, view.saw) ? SIGHTING_STYLES[view.saw] : 'yellow';
  return { text: view.counted ? view.saw : 'abstains', style };
}

function conclusion({ kind, confidence }: Verdict): Cell {
  return { text: `${kind} (${confidence})` };
}

function markOf(verdict: Verdict): string {
  if (saysNothing(verdict)) return '?';
  return verdict.asExpected ? '✓' : '✗';
}

function markStyle(verdict: Verdict): Style {
  if (saysNothing(verdict)) return 'yellow';
  return verdict.asExpected ? 'green' : 'red';
}

function tally(verdicts: readonly Verdict[]): string {
  const silent = verdicts.filter(saysNothing).length;
  const fine = verdicts.filter((verdict) => verdict.asExpected && !saysNothing(verdict)).length;
  const unknown = silent > 0 ? `, ${silent} of which nothing can be said` : '';
  return `${fine} of ${verdicts.length} targets as expected${unknown}`;
}
