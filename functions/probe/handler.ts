import type { ProbeReport } from '../reachability/report.ts';
import { fitReport, LAMBDA_ANSWER_BYTES } from './payload.ts';
import { parsePolicy } from './policy.ts';
import { probe } from './probe.ts';
import { parseProbeRequest } from './request.ts';

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
 * (`SYNWHERE_POLICY`), never from the request. A request or a policy that cannot be read throws one line, which Lambda hands to
 * the caller as `FunctionError`.
 */
export async function handler(event: unknown, context?: InvocationContext): Promise<ProbeReport> {
  const request = parseProbeRequest(event);
  const policy = parsePolicy(process.env['SYNWHERE_POLICY']);
  const report = await probe(request, { policy, deadlineMs: timeLeftMs(context, request.deadlineMs) });
  return fitReport(report, LAMBDA_ANSWER_BYTES);
}

function timeLeftMs(context: InvocationContext | undefined, askedMs = UNKNOWN_MS): number {
  const remainingMs = Number(context?.getRemainingTimeInMillis?.());
  if (!(remainingMs > 0 && remainingMs <= LONGEST_MS)) return askedMs;
  return remainingMs - Math.min(ANSWER_MOST_MS, remainingMs * ANSWER_SHARE);
}
