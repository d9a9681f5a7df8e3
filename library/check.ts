import type { Problem } from '../configuration/error.ts';
import { show } from '../configuration/expected.ts';
import { LIMITS, VANTAGE_NAME } from '../configuration/limits.ts';
import type { CheckEvent as RoundEvent } from '../functions/aggregator/check/check.ts';
import type { Vantage } from '../functions/aggregator/vantages/vantage.ts';
import type { ProbeRequest } from '../functions/reachability/request.ts';
import type { Verdict } from '../functions/reachability/verdict.ts';
import { refuse } from './input-error.ts';
import type { TargetInput } from './targets.ts';
import { wrongVantageName } from './vantages.ts';

export type { RoundEvent };

/**
 * What happens while a check runs. `asked`: a round begins. `answered`: one vantage gave its report, or the reason why it has none.
 * `judged`: the verdict on one target is final. `tracing`: these vantages trace the paths of targets that are not reachable from
 * everywhere.
 */
export type CheckEvent = RoundEvent | { type: 'tracing'; vantages: string[] };

/** What to check, and from where. */
export interface CheckOptions {
  /** At least one, each of them once. More than 1,000 are checked in batches of 1,000, one batch after the other. */
  targets: readonly TargetInput[];
  /** At least one, each with a name of its own. Three or more are needed for confidence `high`. */
  vantages: readonly Vantage[];
  /**
   * Targets that are known to be up, at most 100. A vantage that cannot reach them is itself at fault and abstains. Default: none, and
   * then a vantage without network counts against the targets.
   */
  controls?: readonly TargetInput[];
  /** Silence is declared this long after the first SYN, in milliseconds; `kernel` waits for the kernel's own time-out. Default: 4000. */
  timeoutMs?: number | 'kernel';
  /** Connects to each address, 1 to 10. Default: 3. */
  attempts?: number;
  /** Whether a verdict about a path says where the path ends. It takes some seconds, where there is such a verdict. Default: false. */
  traces?: boolean;
  /** Ends the check. The promise then rejects with the reason of the signal. */
  signal?: AbortSignal;
  /** Is called with what happens, as it happens. An error that it throws ends the check. */
  onEvent?: (event: CheckEvent) => void;
}

/**
 * Checks every target from every vantage, twice where the vantages disagree or anything failed, and judges the reports. Resolves to
 * one verdict for each target, in the order of the targets. A target or a vantage that fails never rejects it: that is part of a
 * verdict. Rejects with an {@link InputError} where the options are wrong, and with the signal's reason where `signal` aborts.
 */
export async function check(options: CheckOptions): Promise<Verdict[]> {
  const [{ readRequest, readTargets }, { check: checkBatch }] = await Promise.all([
    import('./read-input.ts'),
    import('../functions/aggregator/check/check.ts'),
  ]);
  const problems: Problem[] = [];
  const targets = readTargets(options.targets, 'targets', problems);
  const controls = readTargets(options.controls ?? [], 'controls', problems);
  if (problems.length === 0 && targets.length === 0) {
    problems.push({ path: ['targets'], text: 'is empty; give at least one target' });
  }
  problems.push(...wrongVantages(options.vantages));
  refuse(problems);
  const { timeoutMs, attempts, signal, onEvent } = options;
  const numbers: Pick<ProbeRequest, 'timeoutMs' | 'attempts'> = {
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(attempts !== undefined && { attempts }),
  };
  readRequest({ targets: targets.slice(0, 1), controls, ...numbers });

  const verdicts: Verdict[] = [];
  for (let at = 0; at < targets.length; at += LIMITS.targets) {
    // One batch after the other: together they would need more sockets than one vantage has.
    // oxlint-disable-next-line no-await-in-loop
    const batch = await checkBatch({
      targets: targets.slice(at, at + LIMITS.targets),
      vantages: options.vantages,
      controls: controls.map(({ host, port }) => ({ host, port })),
      ...numbers,
      traces: options.traces ?? false,
      ...(signal && { signal }),
      ...(onEvent && { onEvent, onTracing: (vantages) => onEvent({ type: 'tracing', vantages }) }),
    });
    verdicts.push(...batch);
  }
  return verdicts;
}

function wrongVantages(vantages: unknown): Problem[] {
  if (!Array.isArray(vantages) || vantages.length === 0) {
    return [{ path: ['vantages'], text: 'names no vantage; write [localVantage()]' }];
  }
  const seen = new Map<unknown, number>();
  return vantages.flatMap((vantage: Partial<Vantage> | null | undefined, index): Problem[] => {
    const path = ['vantages', index];
    if (typeof vantage?.probe !== 'function') {
      return [
        { path, text: `${show(vantage)} is not a vantage; make one with localVantage() or another function` },
      ];
    }
    const { name } = vantage;
    if (typeof name !== 'string' || !VANTAGE_NAME.test(name)) {
      return [{ path: [...path, 'name'], text: wrongVantageName(name) }];
    }
    const before = seen.get(name);
    seen.set(name, index);
    return before === undefined
      ? []
      : [{ path, text: `is called ${name}, as is vantages[${before}]; give it another name` }];
  });
}
