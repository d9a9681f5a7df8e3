import type { Trace, TraceRequest } from '../reachability/report.ts';
import type { EvidenceSource, TraceOptions } from './evidence.ts';

let source: Promise<EvidenceSource | undefined> | undefined;

/** Opens the kernel's evidence once, where it can be had. Never in Lambda: koffi is no part of that bundle. Never rejects. */
export function loadEvidence(): Promise<EvidenceSource | undefined> {
  if (inLambda()) return Promise.resolve(undefined);
  source ??= openEvidence();
  return source;
}

/** Walks the way to one address; what hinders the walk stands in `unavailable`. Never rejects. */
export async function walk(request: TraceRequest, options: TraceOptions): Promise<Trace> {
  const nowhere = { address: request.address, port: request.port, hops: [], reached: false };
  if (inLambda()) return { ...nowhere, unavailable: 'a Lambda function cannot set the TTL of its SYNs' };
  try {
    const { trace } = await import('./trace.ts');
    return await trace(request, options);
  } catch (error) {
    return { ...nowhere, unavailable: error instanceof Error ? error.message : String(error) };
  }
}

function inLambda(): boolean {
  return process.env['AWS_LAMBDA_FUNCTION_NAME'] !== undefined;
}

async function openEvidence(): Promise<EvidenceSource | undefined> {
  try {
    const { openKernelEvidence } = await import('./kernel-evidence.ts');
    return await openKernelEvidence();
  } catch {
    return undefined;
  }
}
