import { createHash } from 'node:crypto';
import { parseTarget } from '../../../functions/reachability/target.ts';
import type { VantageView, Verdict } from '../../../functions/reachability/verdict.ts';
import type { Confidence, Fault, Kind, Sighting } from '../../../functions/reachability/words.ts';

export interface VerdictShape {
  regions?: number;
  vantages?: string[];
  addresses?: number;
  attempts?: number;
  /** Makes all numbers different, so that the verdict does not compress well. */
  noisy?: boolean;
  rounds?: number;
  confidence?: Confidence;
  asExpected?: boolean;
  also?: Kind[];
  /** Views of single vantages that differ from the rest. */
  views?: Record<string, { counted?: boolean; saw?: Sighting; fault?: Fault; abstained?: string }>;
}

const WELL = new Set<Kind>(['reachable', 'unstable']);

/** A verdict of the given kind, as `judge` would return it. */
export function makeVerdict(target: string, kind: Kind, shape: VerdictShape = {}): Verdict {
  const { regions = 4, addresses = 1, attempts = 3, noisy = false, views = {} } = shape;
  const vantages = shape.vantages ?? Array.from({ length: regions }, (_, i) => `region-${i}`);
  const well = WELL.has(kind);
  const usual: { saw: Sighting; fault: Fault } =
    well || kind === 'local-routing-issue'
      ? { saw: 'open', fault: 'none' }
      : kind === 'remote-refusal'
        ? { saw: 'refused', fault: 'target' }
        : { saw: 'silent', fault: 'unknown' };
  return {
    target: parseTarget(target),
    kind,
    also: shape.also ?? [],
    confidence: shape.confidence ?? 'high',
    asExpected: shape.asExpected ?? well,
    summary: `${target} is ${kind}`,
    because: [`${vantages.length} vantages were asked`],
    notRuledOut: well ? [] : ['a filter on the way'],
    nextSteps: well ? [] : ['Check again.'],
    vantages: vantages.map((vantage, v): VantageView => ({
      vantage,
      counted: true,
      ...usual,
      ...views[vantage],
      addresses: Array.from({ length: addresses }, (_, a) => ({
        address: `192.0.2.${a % 256}`,
        family: 4,
        saw: views[vantage]?.saw ?? usual.saw,
        attempts: Array.from({ length: attempts }, (_attempt, i) => ({
          outcome: well ? 'connected' : 'timed-out',
          stage: 'path',
          startedMs: i * 300,
          elapsedMs: noisy ? noise(v, a, i) : 4000,
          ...(well ? { handshakeMs: 10 + v + i } : {}),
          localPort: noisy ? noise(i, v, a) % 65_536 : 40_000 + i,
        })),
      })),
    })),
    rounds: shape.rounds ?? (well ? 1 : 2),
    startedAt: '2026-05-01T10:00:00.000Z',
    elapsedMs: 5000,
  };
}

/** Text that does not compress, always the same. */
export function randomText(length: number): string {
  let text = '';
  for (let i = 0; text.length < length; i++) text += createHash('sha256').update(String(i)).digest('base64');
  return text.slice(0, length);
}

function noise(...parts: number[]): number {
  return createHash('sha256').update(parts.join(',')).digest().readUInt32BE() / 1000;
}
