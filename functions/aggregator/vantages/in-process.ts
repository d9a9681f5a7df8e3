import type { ProbeReport } from '../../reachability/report.ts';
import type { ProbeRequest } from '../../reachability/request.ts';
import type { Vantage } from './vantage.ts';

/** The type of the probe's `probe()`. The aggregator gets it as an argument and does not import it. */
export type ProbeFunction = (request: ProbeRequest, options: { signal: AbortSignal }) => Promise<ProbeReport>;

/** This process as a vantage. `network`: the network that this machine is in, if it is known. */
export function inProcessVantage(name: string, probe: ProbeFunction, network?: string): Vantage {
  return {
    name,
    ...(network !== undefined && { network }),
    probe: (request, signal) => probe(request, { signal }),
  };
}
