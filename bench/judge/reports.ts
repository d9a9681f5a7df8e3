import type {
  AddressReport,
  Attempt,
  ProbeReport,
  TargetReport,
  VantageAnswer,
} from '../../functions/reachability/report.ts';
import type { Target } from '../../functions/reachability/request.ts';

/** The size of the reports, and how they differ between vantages. */
export interface Shape {
  name: string;
  vantages: number;
  targets: number;
  addresses: number;
  controls: number;
  /** Whether each name has different addresses for each vantage, or the same for all. */
  different: boolean;
  /** Whether only the first vantage sends so many addresses. The others then have one address for each target. */
  onlyFirst: boolean;
  /** The number of which the smaller sizes have a half and a quarter. */
  grows: 'targets' | 'addresses';
}

const SMALL = { vantages: 8, controls: 3, different: false, onlyFirst: false, grows: 'targets' } as const;
/** A probe keeps its answer below 5.9 MB: 64 addresses with three attempts each are 30 KB for one target. */
const FULL = { ...SMALL, targets: 190, addresses: 64, grows: 'addresses' } as const;
const DIFFERENT = { ...FULL, controls: 100, different: true } as const;

export const SHAPES: readonly Shape[] = [
  { ...SMALL, name: 'one address', targets: 1000, addresses: 1 },
  { ...FULL, name: 'the same addresses for all vantages' },
  { ...DIFFERENT, name: 'many addresses for one vantage', onlyFirst: true },
  { ...DIFFERENT, name: 'different addresses for each vantage' },
  { ...DIFFERENT, name: 'the same, 30 vantages', vantages: 30, targets: 40 },
];

export function targetsOf(count: number): Target[] {
  return Array.from({ length: count }, (_, index) => ({ host: `t${index}.example`, port: 443 }));
}

/** The answers of one round. A third of the attempts fail, so that every step of the judgement is used. */
export function answersOf(shape: Shape, targets: readonly Target[]): VantageAnswer[] {
  return Array.from({ length: shape.vantages }, (_, vantage) => ({
    vantage: `v${vantage}`,
    network: 'aws',
    report: reportOf(shape, targets, vantage),
  }));
}

function reportOf(shape: Shape, targets: readonly Target[], vantage: number): ProbeReport {
  const length = shape.onlyFirst && vantage > 0 ? 1 : shape.addresses;
  const texts = Array.from({ length }, (_, index) => `10.${shape.different ? vantage : 0}.0.${index + 1}`);
  const probed = (target: Target): TargetReport => ({
    ...target,
    name: { outcome: 'resolved', addresses: texts, elapsedMs: 1.25, servers: ['169.254.78.1'] },
    addresses: texts.map((address, index) => addressReport(address, vantage + index)),
  });
  return {
    startedAt: '2026-01-01T00:00:00.000Z',
    elapsedMs: 4321,
    targets: targets.map(probed),
    controls: Array.from({ length: shape.controls }, (_, index) => {
      const control = { host: `c${shape.different ? vantage : 0}-${index}.example`, port: 53 };
      const before = { ...control, addresses: [addressReport('192.0.2.53', 0)] };
      return { ...control, before, after: before };
    }),
    system: { platform: 'linux', kernel: '6.8.0', node: 'v24.1.0', evidence: ['icmp', 'tcp-info'] },
  };
}

function addressReport(address: string, turn: number): AddressReport {
  const outcome = turn % 3 === 2 ? 'timed-out' : 'connected';
  const attempt: Attempt = {
    outcome,
    stage: outcome === 'connected' ? 'remote' : 'path',
    startedMs: 12.25,
    elapsedMs: 40.5,
    localPort: 40_000,
    synRetransmits: outcome === 'connected' ? 0 : 2,
    socketState: 'SYN_SENT',
  };
  return { address, family: 4, attempts: [attempt, attempt, attempt] };
}
