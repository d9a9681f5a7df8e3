import type {
  Attempt,
  ControlReport,
  ProbeReport,
  TargetReport,
  VantageAnswer,
} from '../../functions/reachability/report.ts';
import type { Target } from '../../functions/reachability/request.ts';
import { parseAddress } from '../../functions/reachability/address.ts';
import type { NameOutcome, Outcome, Stage } from '../../functions/reachability/words.ts';

/** Outcomes per address, e.g. `{ '203.0.113.10': ['connected', 'timed-out'] }`. */
export type Seen = Record<string, readonly Outcome[]>;

/** A short description of what one vantage saw in one round. */
export interface Sketch {
  seen?: Seen;
  name?: NameOutcome | readonly string[];
  /** host:port of a literal control -> whether it passed; or outcomes before and after. */
  controls?: Record<string, boolean | readonly [Outcome, Outcome]>;
  notTried?: string;
  attempt?: Partial<Attempt>;
}

export const TARGET: Target = { host: 'api.example.com', port: 443 };
export const CLOCK = { startedAt: '2026-01-01T00:00:00.000Z', elapsedMs: 5120 };

const STAGES: Partial<Record<Outcome, Stage>> = {
  'local-fault': 'local',
  denied: 'local',
  'host-unreachable': 'path',
  'network-unreachable': 'path',
  'timed-out': 'path',
};

export function attemptOf(outcome: Outcome, more: Partial<Attempt> = {}): Attempt {
  return { outcome, stage: STAGES[outcome] ?? 'remote', startedMs: 0, elapsedMs: 20, ...more };
}

export function targetReport(target: Target, sketch: Sketch): TargetReport {
  const addresses = Object.entries(sketch.seen ?? {}).map(([address, outcomes]) => ({
    address,
    family: parseAddress(address)?.family ?? 4,
    attempts: outcomes.map((outcome) => attemptOf(outcome, sketch.attempt)),
  }));
  const { name } = sketch;
  return {
    ...target,
    ...(name !== undefined && {
      name:
        typeof name === 'string'
          ? { outcome: name, addresses: [], elapsedMs: 5 }
          : { outcome: 'resolved' as const, addresses: [...name], elapsedMs: 5 },
    }),
    addresses,
    ...(sketch.notTried !== undefined && { notTried: sketch.notTried }),
  };
}

function controlReport(address: string, [before, after]: readonly [Outcome, Outcome]): ControlReport {
  const target = { host: address, port: 443 };
  return {
    ...target,
    before: targetReport(target, { seen: { [address]: [before] } }),
    after: targetReport(target, { seen: { [address]: [after] } }),
  };
}

export function reportOf(sketch: Sketch, target: Target = TARGET): ProbeReport {
  return {
    startedAt: CLOCK.startedAt,
    elapsedMs: 1000,
    targets: [targetReport(target, sketch)],
    controls: Object.entries(sketch.controls ?? {}).map(([address, result]) =>
      controlReport(
        address,
        typeof result === 'boolean'
          ? result
            ? ['connected', 'connected']
            : ['timed-out', 'timed-out']
          : result,
      ),
    ),
  };
}

/** One round: vantage -> sketch, or the reason why it sent no report. */
export function round(answers: Record<string, Sketch | string>, target: Target = TARGET): VantageAnswer[] {
  return Object.entries(answers).map(([vantage, sketch]) =>
    typeof sketch === 'string' ? { vantage, absent: sketch } : { vantage, report: reportOf(sketch, target) },
  );
}

export const A = '203.0.113.10';
export const B = '203.0.113.20';
export const V6 = '2001:db8::10';

/** Three attempts with this outcome at the address A. */
export function sees(...outcomes: Outcome[]): Sketch {
  return { seen: { [A]: outcomes.length === 1 ? [...outcomes, ...outcomes, ...outcomes] : outcomes } };
}
