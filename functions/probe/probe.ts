import type { ProbeReport } from '../reachability/report.ts';
import type { ProbeRequest } from '../reachability/request.ts';
import { loadEvidence, walk } from './evidence/optional.ts';
import { runRound, type ProbeOptions } from './round.ts';

export type { ProbeOptions } from './round.ts';

/**
 * One round of one vantage: looks every name up, vets every address, and connects to exactly the vetted ones, everything side by
 * side under one deadline, with the kernel's evidence where it can be had. Whatever a target does or is becomes part of the
 * report; it rejects only when `signal` aborts.
 */
export async function probe(request: ProbeRequest, options: ProbeOptions = {}): Promise<ProbeReport> {
  options.signal?.throwIfAborted();
  return await runRound(request, options, { evidence: await loadEvidence(), walk });
}
