import { IGNORED } from '../../functions/reachability/because.ts';
import { formatTarget } from '../../functions/reachability/target.ts';
import type { Verdict } from '../../functions/reachability/verdict.ts';

/** Vantages that are ignored for the same reason and the same targets. */
export interface IgnoredVantages {
  vantages: string[];
  reason: string;
  /** For how many of the targets. */
  targets: number;
}

/**
 * Verdicts that differ only in the target, in groups, each in the order of the verdicts: the kind, what each vantage saw, who is at
 * fault and the reasons are the same when names, addresses, times and numbers of packets are left out.
 */
export function groupVerdicts(verdicts: readonly Verdict[]): Verdict[][] {
  return [...Map.groupBy(verdicts, likeness).values()];
}

function likeness(verdict: Verdict): string {
  const { target, kind, also, confidence, asExpected, vantages, because } = verdict;
  const addresses = new Set(vantages.flatMap((view) => view.addresses.map(({ address }) => address)));
  // The longest first: a name can be a part of another.
  const own = [formatTarget(target), target.host, ...addresses].toSorted((a, b) => b.length - a.length);
  const reasons = withoutIgnored(verdict, because).map((line) =>
    own
      .reduce((text, name) => text.replaceAll(name, '@'), line)
      .replaceAll(/[\d.]+(?:–[\d.]+)? ms/g, 'ms')
      .replaceAll(/\d+ (?:SYNs?|attempts?)\b/g, 'packets'),
  );
  const views = vantages.map(({ vantage, counted, saw, fault }) => [vantage, counted, saw, fault]);
  return JSON.stringify([kind, also, confidence, asExpected, views, reasons]);
}

/** The vantages that are ignored, with the reason, once for all verdicts. */
export function ignoredVantages(verdicts: readonly Verdict[]): IgnoredVantages[] {
  const abstentions = verdicts.flatMap(({ vantages }) =>
    vantages
      .filter(({ counted }) => !counted)
      .map(({ vantage, abstained = 'no reason given' }) => ({ vantage, abstained })),
  );
  const byReason = Map.groupBy(abstentions, ({ vantage, abstained }) => JSON.stringify([vantage, abstained]));
  const counted = [...byReason.values()].flatMap((same) => {
    const [first] = same;
    return first ? [{ ...first, targets: same.length }] : [];
  });
  const together = Map.groupBy(counted, ({ abstained, targets }) => JSON.stringify([abstained, targets]));
  return [...together.values()].flatMap((same) => {
    const [first] = same;
    if (!first) return [];
    const vantages = same.map(({ vantage }) => vantage).toSorted();
    return [{ vantages, reason: first.abstained, targets: first.targets }];
  });
}

/** Facts or doubts of a verdict, without those about vantages that are ignored. */
export function withoutIgnored({ vantages }: Verdict, lines: readonly string[]): string[] {
  const ignored = vantages.filter(({ counted }) => !counted);
  if (ignored.length === 0) return [...lines];
  return lines.filter(
    (line) =>
      !(line.startsWith('What ') && line.endsWith(' ignored.')) &&
      !(line.includes(IGNORED) && ignored.some(({ abstained }) => line.includes(abstained ?? IGNORED))) &&
      !line.endsWith('more reasons to ignore vantages were given.'),
  );
}
