import type { ProbeReport, ProbeRequest } from '../../reachability/report.ts';
import type { Vantage } from './vantage.ts';

/** The shape of the probe's own `probe()`, which the aggregator is handed and does not know. */
export type ProbeFunction = (request: ProbeRequest, options: { signal: AbortSignal }) => Promise<ProbeReport>;

/** This process as a vantage. */
export function inProcessVantage(name: string, probe: ProbeFunction): Vantage {
  return { name, probe: (request, signal) => probe(request, { signal }) };
}
