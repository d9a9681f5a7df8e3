import type { AddressReport, Attempt, ProbeReport, TargetReport } from '../reachability/report.ts';

/** Lambda's limit of 6 MB for a synchronous response, with room for its envelope (AWS Lambda quotas). */
export const LAMBDA_RESPONSE_BYTES = 5_900_000;

interface Step {
  text: string;
  apply: (report: ProbeReport) => ProbeReport;
}

/** What is omitted, from what a verdict needs least to what it needs most. Each step includes those before it. */
const STEPS: readonly Step[] = [
  {
    text: 'evidence of successful attempts',
    apply: mapAttempts((one) => (isSuccessful(one) ? bare(one) : one)),
  },
  { text: 'traces', apply: withoutTraces },
  { text: 'name servers', apply: mapTargets(withoutServers) },
  { text: 'evidence of all attempts', apply: mapAttempts(bare) },
  { text: 'attempts with the same outcome as another', apply: mapAddresses(oneOfEach) },
  { text: 'all but one successful address of each target', apply: mapTargets(oneSuccessfulAddress) },
  { text: 'addresses of names', apply: mapTargets(withoutNameAddresses) },
];

/**
 * Makes the report's JSON at most `limitBytes` long. Each step omits more, and `omitted` lists what. In the last step whole targets lose
 * their attempts, the last targets first; they are `notTried` with that reason.
 */
export function fitReport(report: ProbeReport, limitBytes: number): ProbeReport {
  if (bytesOf(report) <= limitBytes) return report;
  let fitting = report;
  const omitted: string[] = report.omitted === undefined ? [] : [report.omitted];
  const prefix = 'omitted to fit the size limit of the response: ';
  for (const { text, apply } of STEPS) {
    omitted.push(omitted.some((earlier) => earlier.startsWith(prefix)) ? text : prefix + text);
    fitting = { ...apply(fitting), omitted: omitted.join('; ') };
    if (bytesOf(fitting) <= limitBytes) return fitting;
  }
  return withoutLastTargets({ ...fitting, omitted: `${omitted.join('; ')}; the last targets` }, limitBytes);
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

function isSuccessful({ outcome }: Attempt): boolean {
  return outcome === 'connected';
}

/** What a verdict needs: the outcome, and evidence of a lost SYN. */
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

function isSuccessfulAddress({ attempts }: AddressReport): boolean {
  return attempts.every(isSuccessful);
}

function oneSuccessfulAddress(target: TargetReport): TargetReport {
  const kept = target.addresses.find(isSuccessfulAddress);
  return {
    ...target,
    addresses: target.addresses.filter((one) => one === kept || !isSuccessfulAddress(one)),
  };
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
    const emptied = { host, port, addresses: [], notTried: 'omitted to fit the size limit of the response' };
    over -= bytesOf(target) - bytesOf(emptied);
    targets[index] = emptied;
  }
  return { ...report, targets };
}
