import type { VantageView, Verdict } from '../../reachability/verdict.ts';
import { SILENT_KINDS } from '../../reachability/words.ts';
import type { Reading } from './advance.ts';
import { printable, shortened } from '../../reachability/one-line.ts';
import type { Evidence } from './incident.ts';

const MAX_FACTS = 10;
const MAX_FACT_CHARS = 400;
const MAX_VANTAGES = 40;

/**
 * What a verdict means for the incident of the target. `bad` needs the second round and a confidence above `low`: from one place,
 * 1.5 to 8.4 % of healthy hosts are missed, half of these only for a short time (Wan et al., IMC 2020).
 *
 * The confidence of an installation with a single vantage is always `low`. There, one more tick in a row takes the place of a second
 * vantage.
 *
 * @param troubled vantages with an incident of their own, which explains what only they see (see {@link readVantages})
 */
export function readVerdict(verdict: Verdict, troubled: ReadonlySet<string>): Reading {
  if (SILENT_KINDS.some((kind) => kind === verdict.kind)) return { type: 'none' };
  const alone = verdict.vantages.length === 1;
  const weak = verdict.confidence === 'low' && !alone;
  if (verdict.asExpected || explainedByVantages(verdict, troubled)) {
    return weak ? { type: 'unsure' } : { type: 'well', evidence: evidenceOf(verdict) };
  }
  if (weak || verdict.rounds < 2) return { type: 'suspect' };
  return {
    type: 'bad',
    kind: verdict.kind,
    evidence: evidenceOf(verdict),
    ...(verdict.confidence === 'low' ? { extraTicks: 1 } : {}),
  };
}

/** Whether the target is well except from vantages that fail for many targets at once. */
function explainedByVantages(verdict: Verdict, troubled: ReadonlySet<string>): boolean {
  if (verdict.kind !== 'local-routing-issue') return false;
  if (verdict.also.some((kind) => kind !== 'unstable')) return false;
  return verdict.vantages.every(
    (view) => !view.counted || view.fault === 'none' || troubled.has(view.vantage),
  );
}

/** The part of a verdict that a message needs. */
export function evidenceOf(verdict: Verdict): Evidence {
  const notWell = verdict.vantages.filter((view) => !view.counted || view.fault !== 'none');
  return {
    summary: factLine(verdict.summary),
    because: facts(verdict.because),
    notRuledOut: facts(verdict.notRuledOut),
    nextSteps: facts(verdict.nextSteps),
    confidence: verdict.confidence,
    vantages: notWell.slice(0, MAX_VANTAGES).map(seenBy),
  };
}

export function seenBy(view: VantageView): Evidence['vantages'][number] {
  return {
    vantage: view.vantage,
    saw: view.saw,
    fault: view.fault,
    ...(view.abstained === undefined ? {} : { reason: factLine(view.abstained) }),
  };
}

function facts(lines: readonly string[]): string[] {
  const kept = lines.slice(0, MAX_FACTS).map(factLine);
  return lines.length > MAX_FACTS ? [...kept, `… and ${lines.length - MAX_FACTS} more`] : kept;
}

/** One piece of evidence as one printable line. Parts of it come from a vantage, which can send any text. */
export function factLine(text: string): string {
  return shortened(printable(text), MAX_FACT_CHARS);
}
