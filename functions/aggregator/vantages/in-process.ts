import type { ProbeReport } from '../../reachability/report.ts';
import type { ProbeRequest } from '../../reachability/request.ts';
import type { Vantage } from './vantage.ts';

/** The shape of the probe's own `probe()`, which the aggregator is handed and does not know. */
export type ProbeFunction = (request: ProbeRequest, options: { signal: AbortSignal }) => Promise<ProbeReport>;

/** This process as a vantage. `network`: whose network this machine is in, where that is known. */
export function inProcessVantage(name: string, probe: ProbeFunction, network?: string): Vantage {
  return {
    name,
    ...(network !== undefined && { network }),
    probe: (request, signal) => probe(request, { signal }),
  };
}
