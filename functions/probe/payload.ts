import type { AddressReport, Attempt, ProbeReport, TargetReport } from '../reachability/report.ts';

/** Lambda's 6 MB for a synchronous answer, with room for its envelope (AWS Lambda quotas). */
export const LAMBDA_ANSWER_BYTES = 5_900_000;

type Step = { words: string; apply: (report: ProbeReport) => ProbeReport };

/** From what a verdict needs least to what it needs most; each step starts from the one before. */
const STEPS: readonly Step[] = [
  { words: 'evidence of healthy attempts', apply: mapAttempts((one) => (isHealthy(one) ? bare(one) : one)) },
  { words: 'traces', apply: withoutTraces },
  { words: 'the name servers asked', apply: mapTargets(withoutServers) },
  { words: 'evidence of all attempts', apply: mapAttempts(bare) },
  { words: 'attempts that came to the same as another', apply: mapAddresses(oneOfEach) },
  { words: 'all but one healthy address of each target', apply: mapTargets(oneHealthyAddress) },
  { words: 'the addresses that names led to', apply: mapTargets(withoutNameAddresses) },
];

/**
 * Makes the report's JSON at most `limitBytes` long by leaving out ever more, and says what in `omitted`. At the very end whole
 * targets lose their attempts, the last ones first, and are `notTried` with that reason.
 */
export function fitReport(report: ProbeReport, limitBytes: number): ProbeReport {
  if (bytesOf(report) <= limitBytes) return report;
  let fitting = report;
  const left: string[] = report.omitted === undefined ? [] : [report.omitted];
  const prefix = 'left out to fit the answer: ';
  for (const { words, apply } of STEPS) {
    left.push(left.some((text) => text.startsWith(prefix)) ? words : prefix + words);
    fitting = { ...apply(fitting), omitted: left.join('; ') };
    if (bytesOf(fitting) <= limitBytes) return fitting;
  }
  return withoutLastTargets({ ...fitting, omitted: `${left.join('; ')}; the last targets` }, limitBytes);
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

function isHealthy({ outcome }: Attempt): boolean {
  return outcome === 'connected';
}

/** What a verdict reads: the outcome, and what tells a lost SYN. */
function bare({ outcome, stage, startedMs, elapsedMs, errno, synRetransmits }: Attempt): Attempt {
  return {
    outcome,
    stage,
    startedMs: Math.round(startedMs),
    elapsedMs: Math.round(elapsedMs),
    ...(errno === undefined ? undefined : { errno }),
    ...(synRetransmits === undefined || synRetransmits === 0 ? undefined : { synRetransmits }),
  };
}

function oneOfEach(address: AddressReport): AddressReport {
  const outcomes = new Map(address.attempts.map((attempt) => [attempt.outcome, attempt]));
  return { ...address, attempts: [...outcomes.values()] };
}

function isHealthyAddress({ attempts }: AddressReport): boolean {
  return attempts.every(isHealthy);
}

function oneHealthyAddress(target: TargetReport): TargetReport {
  const kept = target.addresses.find(isHealthyAddress);
  return { ...target, addresses: target.addresses.filter((one) => one === kept || !isHealthyAddress(one)) };
}

function withoutTraces(report: ProbeReport): ProbeReport {
  const { traces: _, ...rest } = report;
  return rest;
}

function withoutServers(target: TargetReport): TargetReport {
  if (!target.name) return target;
  const { servers: _, ...name } = target.name;
  return { ...target, name };
}

function withoutNameAddresses(target: TargetReport): TargetReport {
  return target.name ? { ...target, name: { ...target.name, addresses: [] } } : target;
}

function mapTargets(change: (target: TargetReport) => TargetReport): Step['apply'] {
  return (report) => ({
    ...report,
    targets: report.targets.map(change),
    controls: report.controls.map(({ before, after, ...control }) => ({
      ...control,
      before: change(before),
      ...(after ? { after: change(after) } : undefined),
    })),
  });
}

function mapAddresses(change: (address: AddressReport) => AddressReport): Step['apply'] {
  return mapTargets((target) => ({ ...target, addresses: target.addresses.map(change) }));
}

function mapAttempts(change: (attempt: Attempt) => Attempt): Step['apply'] {
  return mapAddresses((address) => ({ ...address, attempts: address.attempts.map(change) }));
}

function withoutLastTargets(report: ProbeReport, limitBytes: number): ProbeReport {
  let over = bytesOf(report) - limitBytes;
  const targets = [...report.targets];
  for (let index = targets.length - 1; index >= 0 && over > 0; index--) {
    const target = targets[index];
    if (!target) continue;
    const { host, port } = target;
    const emptied = { host, port, addresses: [], notTried: 'left out: the answer was full' };
    over -= bytesOf(target) - bytesOf(emptied);
    targets[index] = emptied;
  }
  return { ...report, targets };
}
