import type { Verdict, VantageView } from '../../reachability/verdict.ts';
import type { LatestVantage, LatestView } from '../store/records.ts';

/** A verdict without its evidence, for the status page and the metrics. */
export function latestView(verdict: Verdict, at: string): LatestView {
  const { kind, asExpected, confidence, summary } = verdict;
  return { at, kind, asExpected, confidence, summary, vantages: verdict.vantages.map(latestVantage) };
}

function latestVantage({ vantage, counted, abstained, saw, fault, addresses }: VantageView): LatestVantage {
  const handshakes = addresses.flatMap(({ attempts }) =>
    attempts.flatMap(({ handshakeMs }) => (handshakeMs === undefined ? [] : [handshakeMs])),
  );
  return {
    vantage,
    counted,
    ...(abstained === undefined ? {} : { abstained }),
    saw,
    fault,
    ...(handshakes.length > 0 ? { handshakeMs: Math.min(...handshakes) } : {}),
  };
}
