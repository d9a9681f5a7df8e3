import { ADVICE } from '../functions/reachability/advice.ts';
import { patternOf } from '../functions/reachability/rules.ts';
import { formatTarget } from '../functions/reachability/target.ts';
import type { VantageView, Verdict } from '../functions/reachability/verdict.ts';
import type { Kind } from '../functions/reachability/words.ts';

/** A verdict that the lab really gave, and the fault that was really there; `verdict-cases.json` holds one of every kind. */
export interface VerdictCase {
  kind: Kind;
  /** What was planted. */
  planted: string;
  target: string;
  /** One row a vantage: its name, what it saw, whose fault that is. */
  seen: { vantage: string; saw: string; fault: string }[];
  confidence: string;
  summary: string;
  because: string[];
  notRuledOut: string[];
}

/** A kind explained: its rule, its meaning, a real case, and what to do next. */
export interface ExplainedKind extends VerdictCase {
  pattern: string;
  meaning: string;
  next: readonly string[];
}

export function caseOf(planted: string, verdict: Verdict): VerdictCase {
  const { kind, summary, because, notRuledOut, confidence } = verdict;
  return {
    kind,
    planted,
    target: formatTarget(verdict.target),
    seen: verdict.vantages.map(seenBy),
    confidence,
    summary,
    because,
    notRuledOut,
  };
}

export function explainKind(given: VerdictCase): ExplainedKind {
  return { ...given, pattern: patternOf(given.kind), ...ADVICE[given.kind] };
}

function seenBy({
  vantage,
  counted,
  abstained,
  saw,
  fault,
  addresses,
}: VantageView): VerdictCase['seen'][number] {
  const views = addresses.map((view) => `${view.address} ${view.saw}`).join(', ');
  const all = saw === 'name-failed' ? ['name-failed', views].filter(Boolean).join('; ') : views;
  return { vantage, saw: counted ? all : `abstains: ${abstained ?? 'no reason given'}`, fault };
}

/** The page `docs/verdicts.md`. */
export function casesAsMarkdown(cases: readonly VerdictCase[]): string {
  return [
    '# Verdicts',
    '',
    'Every kind of verdict, in the order in which the rules are tried, each with a real case from [the lab](lab.md).',
    '`synwhere explain KIND` prints the same. Made by `npm run docs:verdicts`; do not edit by hand.',
    '',
    ...cases.flatMap((each) => kindAsMarkdown(explainKind(each))),
  ].join('\n');
}

function list(items: readonly string[]): string[] {
  return items.map((item) => `- ${item}`);
}

function kindAsMarkdown(explained: ExplainedKind): string[] {
  const { kind, pattern, meaning, planted, target, seen, confidence, summary, because, notRuledOut, next } =
    explained;
  return [
    `## ${kind}`,
    '',
    meaning,
    '',
    `**Rule:** ${pattern}.`,
    '',
    `**Planted:** ${planted}.`,
    '',
    `**Seen of \`${target}\`:**`,
    '',
    '| vantage | saw | fault |',
    '|---|---|---|',
    ...seen.map(({ vantage, saw, fault }) => `| ${vantage} | ${saw} | ${fault} |`),
    '',
    `**Said** (confidence ${confidence}): ${summary}`,
    '',
    ...list(because),
    '',
    '**Not ruled out:**',
    '',
    ...list(notRuledOut),
    '',
    '**What to do next:**',
    '',
    ...list(next),
    '',
  ];
}
