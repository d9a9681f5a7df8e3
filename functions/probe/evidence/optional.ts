import { cleanText } from '../../reachability/clean-text.ts';
import type { Trace } from '../../reachability/report.ts';
import type { TraceRequest } from '../../reachability/request.ts';
import type { EvidenceSource, TraceOptions } from './evidence.ts';

let source: Promise<EvidenceSource | undefined> | undefined;

/** Opens the kernel's evidence once, where it can be had. Never rejects. */
export function loadEvidence(): Promise<EvidenceSource | undefined> {
  source ??= openEvidence();
  return source;
}

/** Walks the way to one address; what hinders the walk stands in `unavailable`. Never rejects. */
export async function walk(request: TraceRequest, options: TraceOptions): Promise<Trace> {
  try {
    const { trace } = await import('../trace/trace.ts');
    return await trace(request, options);
  } catch (error) {
    const { address, port } = request;
    const unavailable = cleanText(error instanceof Error ? error.message : String(error));
    return { address, port, hops: [], reached: false, unavailable };
  }
}

async function openEvidence(): Promise<EvidenceSource | undefined> {
  try {
    const { openKernelEvidence } = await import('./kernel-evidence.ts');
    return await openKernelEvidence();
  } catch {
    return undefined;
  }
}
