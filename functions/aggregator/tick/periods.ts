import type { Verdict } from '../../reachability/verdict.ts';
import { pack } from '../store/pack.ts';
import type { ArchiveEntry, ServiceState, SubjectState, StoredPeriod } from '../store/records.ts';

/** Verdicts that wait for the archive with all their evidence; a state must fit into one item. */
const MAX_FULL = 4;

/**
 * What makes two verdicts the same to the history: the kind, what else holds, whether that is as expected, and whose fault it is.
 * Not how sure we are, and not which vantage happened to abstain: these come and go with every throttle.
 */
export function signatureOf(verdict: Verdict): string {
  const faults = verdict.vantages
    .filter(({ counted, fault }) => counted && fault !== 'none')
    .map(({ vantage, fault }) => `${vantage}:${fault}`)
    .toSorted();
  return JSON.stringify([verdict.kind, verdict.asExpected, verdict.also.toSorted(), faults]);
}

/** Takes one verdict into the history of a target: the stretch goes on, or it is over and another begins. */
export function extend(
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
  return { ...end(state, service, expiresAt), stretch };
}

/** Ends the current stretch, if there is one, at the last tick that was completed. */
export function end(
  state: SubjectState,
  { sequence, lastTickAt }: ServiceState,
  expiresAt: number,
): SubjectState {
  const { stretch, ...rest } = state;
  if (!stretch || state.subject.type !== 'target') return state;
  const over: ArchiveEntry = {
    type: 'history',
    target: state.subject.target,
    stretch,
    to: lastTickAt !== undefined && lastTickAt > stretch.from ? lastTickAt : stretch.from,
    ticks: Math.max(1, sequence - stretch.sequence),
    expiresAt,
  };
  return { ...rest, archive: [...lean(state.archive), over] };
}

function lean(archive: readonly ArchiveEntry[]): ArchiveEntry[] {
  return archive.map((entry, index) => {
    if (entry.type !== 'history' || index >= archive.length - MAX_FULL + 1) return entry;
    const { packed: _packed, ...stretch } = entry.stretch;
    return { ...entry, stretch: { ...stretch, trimmed: 'the verdict' } };
  });
}
