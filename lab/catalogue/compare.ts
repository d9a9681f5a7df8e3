import { formatTarget } from '../../functions/reachability/target.ts';
import type { Target } from '../../functions/reachability/request.ts';
import type { Verdict } from '../../functions/reachability/verdict.ts';
import type { Kind } from '../../functions/reachability/words.ts';
import type { Blame, Situation } from './situation.ts';

/** What was planted on a target, and what a correct verdict reports. */
export interface Truth extends Pick<Situation, 'planted' | 'kind' | 'also' | 'confidence' | 'doubt'> {
  target: Target;
  /** The verdict's `fault` of every vantage. */
  blame: Record<string, Blame>;
  abstaining: readonly string[];
}

/** A verdict beside the truth. */
export interface CaseResult {
  truth: Truth;
  verdict: Verdict;
  /** The kind of a correct verdict: the verdict's own where that is one of several correct ones. */
  expected: Kind;
  /** Where the verdict is wrong, in a few words; empty where it is correct. */
  wrong: string[];
}

/** The truth of a situation, for a target that is checked from these vantages; `offline` ones have no uplink. */
export function truthOf(
  situation: Situation,
  target: Target,
  vantages: readonly string[],
  offline: readonly string[] = [],
): Truth {
  const { planted, kind, also, confidence, doubt, crashing = [], blame: given = {} } = situation;
  const blameOf = (vantage: string): Blame => {
    if (given[vantage]) return given[vantage];
    if (crashing.includes(vantage) || offline.includes(vantage)) return 'vantage';
    return given['others'] ?? 'none';
  };
  const blame = Object.fromEntries(vantages.map((vantage) => [vantage, blameOf(vantage)]));
  return {
    target,
    planted,
    kind,
    ...(also && { also }),
    ...(confidence && { confidence }),
    doubt,
    blame,
    abstaining: situation.abstaining ?? vantages.filter((vantage) => blame[vantage] === 'vantage'),
  };
}

/** Compares a verdict with the truth. */
export function compareWithTruth(truth: Truth, verdict: Verdict): CaseResult {
  const kinds: readonly Kind[] = [truth.kind].flat();
  const { kind, also, confidence, notRuledOut, vantages } = verdict;
  const abstaining = vantages.filter(({ counted }) => !counted).map(({ vantage }) => vantage);
  const wrong = [
    ...(formatTarget(verdict.target) === formatTarget(truth.target)
      ? []
      : [`a verdict on ${formatTarget(verdict.target)}`]),
    ...(kinds.includes(kind) ? [] : [`${kind}, not ${kinds.join(' or ')}`]),
    ...(truth.also ?? []).filter((each) => !also.includes(each)).map((each) => `\`also\` lacks ${each}`),
    ...(truth.confidence === undefined || truth.confidence === confidence
      ? []
      : [`confidence ${confidence}, not ${truth.confidence}`]),
    ...(kinds.length > 1 ? [] : wrongBlame(truth, verdict)),
    ...(sameNames(abstaining, truth.abstaining)
      ? []
      : [`abstaining: ${listed(abstaining)}, not ${listed(truth.abstaining)}`]),
    ...(notRuledOut.some((line) => line.includes(truth.doubt))
      ? []
      : [`\`notRuledOut\` lacks "${truth.doubt}"`]),
  ];
  return { truth, verdict, expected: kinds.includes(kind) ? kind : (kinds[0] ?? kind), wrong };
}

function wrongBlame({ blame }: Truth, { vantages }: Verdict): string[] {
  const given = new Map(vantages.map(({ vantage, fault }) => [vantage, fault]));
  return [...new Set([...Object.keys(blame), ...given.keys()])].flatMap((vantage) => {
    const [actual = 'missing', right = 'missing'] = [given.get(vantage), blame[vantage]];
    return actual === right ? [] : [`${vantage}: fault ${actual}, not ${right}`];
  });
}

function sameNames(left: readonly string[], right: readonly string[]): boolean {
  return left.toSorted().join(' ') === right.toSorted().join(' ');
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(', ');
}
