import { printable } from '../../functions/reachability/one-line.ts';
import { names } from '../../functions/reachability/phrases.ts';
import { formatTarget } from '../../functions/reachability/target.ts';
import type { VantageView, Verdict } from '../../functions/reachability/verdict.ts';
import type { Sighting } from '../../functions/reachability/words.ts';
import { saysNothing } from '../exit-status.ts';
import { table, type Cell } from './table.ts';
import { wrap, type Page, type Style } from './text.ts';
import { groupVerdicts, ignoredVantages, withoutIgnored } from './verdict-groups.ts';

/** In a pipe a table may be this wide before it becomes a list: the same for each terminal. */
const PIPE_COLUMNS = 200;

/** So many targets of a group are named above its reasons; the overview names all. */
const MOST_NAMES = 6;

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
 * Verdicts for a person: an overview with a row for each target and a column for each vantage, and below it the reasons, once for all
 * targets with the same fault. Targets without a fault have no reasons. Vantages that are ignored stand once at the end. Where the table is
 * wider than the page, the overview is a list.
 */
export function renderVerdicts(verdicts: readonly Verdict[], page: Page): string {
  const groups = groupVerdicts(verdicts);
  const lines = overview(verdicts, page) ?? groups.flatMap((group) => inList(group, verdicts, page));
  const reasons = groups
    .filter(([first]) => first !== undefined && !isPlainlyFine(first))
    .flatMap((group) => ['', ...explain(group, page)]);
  const count = verdicts.length > 1 ? ['', tally(verdicts)] : [];
  return [...lines, ...reasons, ...ignored(verdicts, page), ...count].map((line) => `${line}\n`).join('');
}

/** One line for each target, in order: mark, target, kind and confidence. A line is never broken. */
export function renderBriefly(verdicts: readonly Verdict[], page: Page): string {
  return verdicts
    .map((verdict) => {
      const mark = page.style(markStyle(verdict), markOf(verdict));
      return `${mark} ${printable(formatTarget(verdict.target))} ${printable(conclusion(verdict).text)}\n`;
    })
    .join('');
}

function overview(verdicts: readonly Verdict[], page: Page): string[] | undefined {
  const vantages = shownVantages(verdicts);
  const head = ['TARGET', ...vantages, 'VERDICT'].map((text): Cell => ({ text, style: 'dim' }));
  const rows = verdicts.map((verdict): Cell[] => {
    const views = new Map(verdict.vantages.map((view) => [view.vantage, view]));
    return [
      { text: markOf(verdict), style: markStyle(verdict) },
      { text: formatTarget(verdict.target) },
      ...vantages.map((name) => sighting(views.get(name))),
      conclusion(verdict),
    ];
  });
  return table([[{ text: ' ' }, ...head], ...rows], page, Math.min(page.columns, PIPE_COLUMNS));
}

/** A vantage that is ignored for every target has no place in the overview. */
function shownVantages(verdicts: readonly Verdict[]): string[] {
  const used = verdicts.flatMap(({ vantages }) => vantages.filter(({ counted }) => counted));
  return [...new Set(used.map(({ vantage }) => vantage))].toSorted();
}

function inList(group: readonly Verdict[], all: readonly Verdict[], page: Page): string[] {
  const [verdict] = group;
  if (!verdict) return [];
  const shown = new Set(shownVantages(all));
  const bySaw = new Map<string, { style: Style; names: string[] }>();
  for (const view of verdict.vantages.filter(({ vantage }) => shown.has(vantage))) {
    const { text: saw, style = 'reset' } = sighting(view);
    const text = printable(saw);
    const entry = bySaw.get(text) ?? { style, names: [] };
    entry.names.push(view.vantage);
    bySaw.set(text, entry);
  }
  const targets = group.map(({ target }) => formatTarget(target)).join(', ');
  const [first = '', ...rest] = wrap(targets, page.columns, '  ');
  return [
    `${page.style(markStyle(verdict), markOf(verdict))} ${first.slice(2)}`,
    ...rest,
    ...wrap(conclusion(verdict).text, page.columns, '  '),
    ...[...bySaw].flatMap(([saw, { style, names: vantages }]) => {
      const [line = '', ...more] = wrap(vantages.join(', '), page.columns, `  ${saw}: `);
      return [line.replace(`${saw}:`, () => page.style(style, `${saw}:`)), ...more];
    }),
  ];
}

function explain(group: readonly Verdict[], page: Page): string[] {
  const [verdict] = group;
  if (!verdict) return [];
  const section = (title: string, items: readonly string[]) =>
    items.length === 0
      ? []
      : [page.style('dim', `  ${title}`), ...items.flatMap((item) => wrap(item, page.columns, '    - '))];
  const also = verdict.also.length > 0 ? `, also ${verdict.also.join(', ')}` : '';
  return [
    ...heading(group, page),
    ...wrap(`${verdict.kind}, confidence ${verdict.confidence}${also}`, page.columns, '  '),
    ...wrap(verdict.summary, page.columns, '  '),
    ...section('Because', withoutIgnored(verdict, verdict.because)),
    ...section('Not ruled out', verdict.asExpected ? [] : withoutIgnored(verdict, verdict.notRuledOut)),
    ...section('Next steps', verdict.nextSteps),
  ];
}

/** The target, or of several with the same fault their names, and the one that the text is about. */
function heading(group: readonly Verdict[], page: Page): string[] {
  const targets = group.map(({ target }) => formatTarget(target));
  const [first = '', ...others] = targets;
  if (others.length === 0) return [page.style('bold', first)];
  const shown = names(targets, MOST_NAMES);
  const text = `These ${targets.length} targets: ${shown}. The text below is about ${first}; it applies to each of them.`;
  return wrap(text, page.columns).map((line) => page.style('bold', line));
}

function ignored(verdicts: readonly Verdict[], page: Page): string[] {
  const found = ignoredVantages(verdicts);
  if (found.length === 0) return [];
  const lines = found.map(({ vantages, reason, targets }) => {
    const some = targets < verdicts.length ? ` (for ${targets} of ${verdicts.length} targets)` : '';
    return `${vantages.join(', ')}${some}: ${reason}`;
  });
  return [
    '',
    page.style('bold', 'Ignored vantages'),
    ...wrap('They gave no usable evidence. What they would see is not ruled out.', page.columns, '  '),
    ...lines.flatMap((line) => wrap(line, page.columns, '    - ')),
  ];
}

function isPlainlyFine({ kind, asExpected, also }: Verdict): boolean {
  return kind === 'reachable' && asExpected && also.length === 0;
}

function sighting(view: VantageView | undefined): Cell {
  if (!view) return { text: '' };
  // A newer service can send words that this version does not have.
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
  const unknown = verdicts.filter(saysNothing).length;
  const fine = verdicts.filter((verdict) => verdict.asExpected && !saysNothing(verdict)).length;
  const rest = unknown > 0 ? `, ${unknown} without a conclusion` : '';
  return `${fine} of ${verdicts.length} targets as expected${rest}`;
}
