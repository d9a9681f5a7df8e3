import type { Verdict } from '../../reachability/verdict.ts';
import { pack } from '../store/pack.ts';
import type { ArchiveEntry, ServiceState, SubjectState, StoredPeriod } from '../store/records.ts';

/** How many periods wait for the archive with their full verdicts. A state must fit into one item. */
const MAX_FULL = 4;

/**
 * Verdicts with the same signature belong to the same period. It has the kind, what else holds, whether that is as expected, and the
 * fault of each vantage. It has neither the confidence nor the vantages that abstain: these change with every throttled request.
 */
export function signatureOf(verdict: Verdict): string {
  const faults = verdict.vantages
    .filter(({ counted, fault }) => counted && fault !== 'none')
    .map(({ vantage, fault }) => `${vantage}:${fault}`)
    .toSorted();
  return JSON.stringify([verdict.kind, verdict.asExpected, verdict.also.toSorted(), faults]);
}

/** Adds a verdict to the history of a target: the current period continues, or it ends and another one begins. */
export function recordVerdict(
  state: SubjectState,
  verdict: Verdict,
  { now, service, gap, expiresAt }: { now: Date; service: ServiceState; gap: boolean; expiresAt: number },
): SubjectState {
  const signature = signatureOf(verdict);
  if (state.stretch?.signature === signature && !gap) return state;
  const stretch: StoredPeriod = {
    from: now.toISOString(),
    sequence: service.sequence,
    signature,
    kind: verdict.kind,
    asExpected: verdict.asExpected,
    confidence: verdict.confidence,
    summary: verdict.summary,
    ...pack(verdict),
  };
  return { ...endPeriod(state, service, expiresAt), stretch };
}

/** Ends the current period, if there is one, at the last completed tick. */
export function endPeriod(
  state: SubjectState,
  { sequence, lastTickAt }: ServiceState,
  expiresAt: number,
): SubjectState {
  const { stretch, ...rest } = state;
  if (!stretch || state.subject.type !== 'target') return state;
  const ended: ArchiveEntry = {
    type: 'history',
    target: state.subject.target,
    stretch,
    to: lastTickAt !== undefined && lastTickAt > stretch.from ? lastTickAt : stretch.from,
    ticks: Math.max(1, sequence - stretch.sequence),
    expiresAt,
  };
  return { ...rest, archive: [...withoutOldVerdicts(state.archive), ended] };
}

function withoutOldVerdicts(archive: readonly ArchiveEntry[]): ArchiveEntry[] {
  return archive.map((entry, index) => {
    if (entry.type !== 'history' || index >= archive.length - MAX_FULL + 1) return entry;
    const { packed: _packed, ...stretch } = entry.stretch;
    return { ...entry, stretch: { ...stretch, trimmed: 'the verdict' } };
  });
}
