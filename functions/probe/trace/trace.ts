import { parseAddress } from '../../reachability/address.ts';
import { cleanText } from '../../reachability/clean-text.ts';
import type { Trace } from '../../reachability/report.ts';
import type { TraceRequest } from '../../reachability/request.ts';
import type { TraceOptions } from '../evidence/evidence.ts';
import { openCalls } from '../evidence/kernel-evidence.ts';
import { TraceWalk } from './trace-walk.ts';

/** As far as traceroute(8) goes. */
const MAX_HOPS = 30;

/**
 * Walks the way to one address with TCP SYNs of rising TTL, without privileges: every hop with its router, its time, or
 * `silence`; the target's own answer, or an ICMP error that ends the way, ends the walk. A few seconds at most where nobody answers.
 * Never rejects: what cannot be walked has `unavailable`, what `deadlineMs` or `signal` cut short has the hops known by then.
 */
export async function trace(request: TraceRequest, options: TraceOptions): Promise<Trace> {
  const { port, maxHops = MAX_HOPS } = request;
  const address = parseAddress(request.address);
  const nowhere = { address: address?.text ?? cleanText(request.address), port, hops: [], reached: false };
  if (!address) return { ...nowhere, unavailable: 'not an IP address' };
  const denied = options.policy.deny(address, port);
  if (denied !== undefined) return { ...nowhere, unavailable: `denied: ${denied}` };
  const calls = await openCalls();
  if (!calls) return { ...nowhere, unavailable: 'needs Linux and the optional package koffi' };
  if (options.signal?.aborted) return { ...nowhere, unavailable: 'interrupted' };
  return await new TraceWalk(calls, address, port, maxHops).run(options);
}
