import type { Command } from 'commander';
import { RULES } from '../../functions/reachability/rules.ts';
import { KINDS } from '../../functions/reachability/words.ts';
import type { Page } from '../render/text.ts';
import { pageOf, wrap } from '../render/text.ts';
import { UsageError } from '../usage-error.ts';
import type { ExplainedKind } from '../verdict-case.ts';

const EXAMPLES = `
Examples:
  synwhere explain                       # every kind, one line each
  synwhere explain local-routing-issue   # one kind, with a real case
`;

/** `synwhere explain`. */
export function register(program: Command): void {
  program
    .command('explain')
    .description('explain what a verdict means, with a real case from the lab, and what to do next')
    .argument('[KIND]', 'a kind of verdict; without it, all kinds are listed')
    .option('--json', 'print the explanation as JSON')
    .addHelpText('after', EXAMPLES)
    .action(explain);
}

async function explain(kind: string | undefined, { json }: { json?: true }): Promise<void> {
  const page = pageOf(process.stdout);
  if (kind === undefined) {
    const kinds = RULES.map((rule) => ({ kind: rule.kind, pattern: rule.pattern }));
    const lines = kinds.flatMap((rule) => wrap(rule.pattern, page.columns, `${rule.kind.padEnd(20)} `));
    print(json ? JSON.stringify(kinds, undefined, 2) : lines.join('\n'));
    return;
  }
  const [{ default: cases }, { explainKind }] = await Promise.all([
    import('../verdict-cases.json', { with: { type: 'json' } }),
    import('../verdict-case.ts'),
  ]);
  const known = KINDS.find((each) => each === kind);
  const found = cases.find((each) => each.kind === known);
  if (!known || !found) {
    const { nearest } = await import('../../configuration/nearest.ts');
    const meant = nearest(kind, KINDS);
    const advice = meant === undefined ? `write one of ${KINDS.join(', ')}` : `did you mean ${meant}?`;
    throw new UsageError(`explain: there is no kind ${JSON.stringify(kind)}; ${advice}`);
  }
  const explained = explainKind({ ...found, kind: known });
  print(json ? JSON.stringify(explained, undefined, 2) : onPage(explained, page).join('\n'));
}

function onPage(explained: ExplainedKind, page: Page): string[] {
  const { kind, pattern, meaning, planted, target, seen, confidence, summary, because, notRuledOut, next } =
    explained;
  const paragraph = (text: string): string[] => wrap(text, page.columns, '  ');
  const list = (items: readonly string[]): string[] =>
    items.flatMap((item) => wrap(item, page.columns, '  - '));
  const section = (title: string, lines: string[]): string[] => ['', page.style('dim', title), ...lines];
  return [
    page.style('bold', kind),
    ...paragraph(meaning),
    ...section('Rule', paragraph(`${pattern}.`)),
    ...section(`A real case: ${target}`, paragraph(`Planted: ${planted}.`)),
    ...section(
      'What the vantages saw',
      list(
        seen.map(
          ({ vantage, saw, fault }) => `${vantage}: ${saw}${fault === 'none' ? '' : ` (fault: ${fault})`}`,
        ),
      ),
    ),
    ...section(`Verdict (confidence ${confidence})`, [...paragraph(summary), ...list(because)]),
    ...section('Not ruled out', list(notRuledOut)),
    ...section('What to do next', list(next)),
  ];
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
