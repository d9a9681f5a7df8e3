import type { ProbeReport, Trace } from '../reachability/report.ts';
import type { TraceRequest } from '../reachability/request.ts';
import { fitReport, LAMBDA_ANSWER_BYTES } from './payload.ts';
import { withPlatform } from './policy/platform.ts';
import { parsePolicy } from './policy/policy.ts';
import { parseProbeRequest } from './request.ts';
import { runRound } from './round.ts';

/** The part of a Lambda context that counts here; emulators leave it out or make it up. */
export interface InvocationContext {
  getRemainingTimeInMillis?: () => number;
}

/** Kept back from the remaining time to write the answer down and hand it over. */
const ANSWER_SHARE = 0.1;
const ANSWER_MOST_MS = 1000;
/** Lambda's own limit: more cannot be left. */
const LONGEST_MS = 900_000;
/** Without a word on the time from anybody. */
const UNKNOWN_MS = 10_000;

/**
 * The Lambda of one region: takes a {@link ProbeRequest}, gives a {@link ProbeReport}. The address policy comes from the environment
 * (`SYNWHERE_POLICY`) and from what Lambda lets out (platform.ts), never from the request. A request or a policy that cannot be read
 * throws one line, which Lambda hands to the caller as `FunctionError`.
 */
export async function handler(event: unknown, context?: InvocationContext): Promise<ProbeReport> {
  const request = parseProbeRequest(event);
  const policy = withPlatform(parsePolicy(process.env['SYNWHERE_POLICY']), process.env);
  const deadlineMs = timeLeftMs(context, request.deadlineMs);
  const report = await runRound(request, { policy, deadlineMs }, { evidence: undefined, walk: noWalk });
  return fitReport(report, LAMBDA_ANSWER_BYTES);
}

/** The kernel's evidence needs koffi, which is larger than all the rest and no part of this bundle. */
function noWalk({ address, port }: TraceRequest): Promise<Trace> {
  const unavailable = 'this vantage has no kernel evidence to walk with';
  return Promise.resolve({ address, port, hops: [], reached: false, unavailable });
}

function timeLeftMs(context: InvocationContext | undefined, askedMs = UNKNOWN_MS): number {
  const remainingMs = Number(context?.getRemainingTimeInMillis?.());
  if (!(remainingMs > 0 && remainingMs <= LONGEST_MS)) return askedMs;
  return remainingMs - Math.min(ANSWER_MOST_MS, remainingMs * ANSWER_SHARE);
}
