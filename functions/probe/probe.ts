import { cleanText } from '../reachability/clean-text.ts';
import type { ProbeReport, Trace } from '../reachability/report.ts';
import type { ProbeRequest, TraceRequest } from '../reachability/request.ts';
import type { EvidenceSource } from './evidence/evidence.ts';
import { runRound, type ProbeOptions } from './round.ts';
import type { TraceOptions } from './trace/trace.ts';

export type { ProbeOptions } from './round.ts';

let evidence: Promise<EvidenceSource | undefined> | undefined;

/**
 * One round of one vantage: resolves every name, checks every address against the policy, and connects to exactly the allowed ones,
 * all in parallel under one deadline, with the kernel's evidence where it is available. A fault of a target becomes part of the
 * report; the promise rejects only when `signal` aborts.
 */
export async function probe(request: ProbeRequest, options: ProbeOptions = {}): Promise<ProbeReport> {
  options.signal?.throwIfAborted();
  evidence ??= openEvidence();
  return await runRound(request, options, { evidence: await evidence, trace: traceHere });
}

/** Never rejects. */
async function openEvidence(): Promise<EvidenceSource | undefined> {
  try {
    const { openKernelEvidence } = await import('./evidence/kernel-evidence.ts');
    return await openKernelEvidence();
  } catch {
    return undefined;
  }
}

/** Never rejects: what prevents the trace is in `unavailable`. */
async function traceHere(request: TraceRequest, options: TraceOptions): Promise<Trace> {
  try {
    const { trace } = await import('./trace/trace.ts');
    return await trace(request, options);
  } catch (error) {
    const { address, port } = request;
    const unavailable = cleanText(error instanceof Error ? error.message : String(error));
    return { address, port, hops: [], reached: false, unavailable };
  }
}
