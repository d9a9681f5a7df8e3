import type { Problem } from '../configuration/error.ts';
import type { ProbeReport } from '../functions/reachability/report.ts';
import type { ProbeRequest, TargetRequest } from '../functions/reachability/request.ts';
import { refuse } from './input-error.ts';
import type { TargetInput } from './targets.ts';

/**
 * What this machine is asked to do. Everything but `targets` has a default. The request that a vantage gets can be used as it
 * is.
 */
export interface ProbeInput extends Omit<ProbeRequest, 'targets' | 'controls'> {
  /** At least one, each of them once. */
  targets: readonly (TargetInput | TargetRequest)[];
  /** Targets that are known to be up, at most 100. They are probed before and after the targets. Default: none. */
  controls?: readonly TargetInput[];
}

/**
 * One round from this machine: looks up every name and connects to every address. Resolves to what it saw; a target that fails is part
 * of the report. Rejects with an {@link InputError} where the request is wrong, and with the signal's reason where `signal` aborts.
 */
export async function probe(
  request: ProbeInput,
  options: { signal?: AbortSignal } = {},
): Promise<ProbeReport> {
  const [{ readRequest, readTargets }, { probe: probeRound }] = await Promise.all([
    import('./read-input.ts'),
    import('../functions/probe/probe.ts'),
  ]);
  const problems: Problem[] = [];
  const targets = readTargets(request.targets, 'targets', problems);
  const controls = readTargets(request.controls ?? [], 'controls', problems);
  refuse(problems);
  const asked = targets.map(({ host, port }, index) => ({
    host,
    port,
    ...addressesOf(request.targets[index]),
  }));
  return probeRound(readRequest({ ...request, targets: asked, controls }), options);
}

function addressesOf(target: TargetInput | TargetRequest | undefined): Pick<TargetRequest, 'addresses'> {
  if (typeof target !== 'object' || !('addresses' in target) || target.addresses === undefined) return {};
  return { addresses: target.addresses };
}
