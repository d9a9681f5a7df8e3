import type { ProbeReport, Trace } from '../reachability/report.ts';
import type { TraceRequest } from '../reachability/request.ts';
import { fitReport, LAMBDA_RESPONSE_BYTES } from './payload.ts';
import { parsePolicy, withPlatform } from './policy/policy.ts';
import { parseProbeRequest, RANGES } from './request.ts';
import { runRound } from './round.ts';

/** The part of a Lambda context that is used; emulators omit it or return invalid values. */
export interface InvocationContext {
  getRemainingTimeInMillis?: () => number;
}

/** Reserved from the remaining time to serialize and send the response. */
const RESPONSE_SHARE = 0.1;
const RESPONSE_MAX_MS = 1000;
/** Used where neither the context nor the request gives a time. */
const DEFAULT_DEADLINE_MS = 10_000;

/**
 * The Lambda function of one region: takes a {@link ProbeRequest}, returns a {@link ProbeReport}. The address policy comes from the
 * environment (`SYNWHERE_POLICY`) and from what Lambda blocks ({@link withPlatform}), never from the request. An invalid request or
 * policy throws an error of one line, which Lambda returns to the caller as `FunctionError`.
 */
export async function handler(event: unknown, context?: InvocationContext): Promise<ProbeReport> {
  const request = parseProbeRequest(event);
  const policy = withPlatform(parsePolicy(process.env['SYNWHERE_POLICY']), process.env);
  const deadlineMs = timeLeftMs(context, request.deadlineMs);
  const report = await runRound(request, { policy, deadlineMs }, { evidence: undefined, trace: noTrace });
  return fitReport(report, LAMBDA_RESPONSE_BYTES);
}

/** The kernel's evidence needs koffi, which is larger than all the rest and not part of this bundle. */
function noTrace({ address, port }: TraceRequest): Promise<Trace> {
  const unavailable = 'this vantage cannot trace, because it has no kernel evidence';
  return Promise.resolve({ address, port, hops: [], reached: false, unavailable });
}

function timeLeftMs(context: InvocationContext | undefined, askedMs = DEFAULT_DEADLINE_MS): number {
  const remainingMs = Number(context?.getRemainingTimeInMillis?.());
  if (!(remainingMs > 0 && remainingMs <= RANGES.deadlineMs.to)) return askedMs;
  return remainingMs - Math.min(RESPONSE_MAX_MS, remainingMs * RESPONSE_SHARE);
}
