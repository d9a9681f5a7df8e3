import { check } from '../../functions/aggregator/check/check.ts';
import type { CheckEvent } from '../../functions/aggregator/check/check.ts';
import { commandVantage } from '../../functions/aggregator/vantages/command.ts';
import type { Vantage } from '../../functions/aggregator/vantages/vantage.ts';
import type { Verdict } from '../../functions/reachability/verdict.ts';
import { buildWorld } from '../../lab/build.ts';
import type { World } from '../../lab/build.ts';
import { compareWithTruth } from '../../lab/catalogue/compare.ts';
import type { CaseResult } from '../../lab/catalogue/compare.ts';
import type { PlantedCase, Scene } from '../../lab/catalogue/scene.ts';
import { shellQuote } from '../../lab/shell-quote.ts';

/** A probe that ends before it answers, as a Lambda function that runs out of memory does. */
export const CRASH = 'kill -9 $$';

/** More targets than this in one check keep two cores busy; such a check runs alone. */
const LARGE = 50;
/** Smaller checks mostly wait for silence. */
const CHECKS_AT_ONCE = 2;

export interface RunOptions {
  /** The command line of this program, quoted for a shell: `PROGRAM probe -` runs at each vantage. */
  program: string;
  signal: AbortSignal;
  /** Trace the paths as well. Default false. */
  traces?: boolean;
  /** Called when the faults are planted, with their number. */
  onPlanted?: (world: World, faults: number) => void;
  /** Events of the check with the most targets. */
  onEvent?: (event: CheckEvent) => void;
}

/**
 * Builds the scene's world, plants every fault, checks all cases as `synwhere check` does with `--vantage` commands, and compares
 * the verdicts with the truths; the results have the order of the cases. Cases with the same vantages and controls share one check.
 * The world has ended when the promise settles, also after an error or an abort.
 */
export async function runScene(scene: Scene, options: RunOptions): Promise<CaseResult[]> {
  const world = await buildWorld(scene.world);
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  try {
    await plantAll(scene, world, options);
    const results = new Map<PlantedCase, CaseResult>();
    const checks = [...Map.groupBy(scene.cases, groupOf).values()].toSorted((a, b) => b.length - a.length);
    const [largest] = checks;
    const runOne = async (cases: readonly PlantedCase[]): Promise<void> => {
      const { onEvent } = options;
      const verdicts = await checkTogether(cases, world, {
        ...options,
        signal,
        ...(onEvent && { onEvent: (event) => cases === largest && onEvent(event) }),
      });
      for (const [index, each] of cases.entries()) {
        const verdict = verdicts[index];
        if (!verdict) throw new Error(`no verdict on ${each.name}`);
        results.set(each, compareWithTruth(each.truth, verdict));
      }
    };
    if (largest && largest.length > LARGE) await runOne(checks.shift() ?? []);
    const next = checks.values();
    const worker = async (): Promise<void> => {
      for (const cases of next) await runOne(cases);
    };
    await Promise.all(Array.from({ length: CHECKS_AT_ONCE }, worker));
    return scene.cases.flatMap((each) => results.get(each) ?? []);
  } finally {
    // After one check failed, the others must not continue in a world that has ended.
    failed.abort();
    await world.close();
  }
}

async function plantAll({ background, cases }: Scene, world: World, options: RunOptions): Promise<void> {
  for (const [name, fault] of Object.entries(background)) await world.break(name, fault);
  for (const { name, plantedFault, inFirstRound } of cases) {
    options.signal.throwIfAborted();
    if (plantedFault) await world.break(name, plantedFault);
    if (inFirstRound) await world.break(`${name} (first round)`, inFirstRound);
  }
  options.onPlanted?.(world, world.broken.length);
}

function groupOf({ vantages, crashing, controls, inFirstRound, inSecondRound }: PlantedCase): string {
  return JSON.stringify([vantages, crashing, controls, Boolean(inFirstRound ?? inSecondRound)]);
}

async function checkTogether(
  cases: readonly PlantedCase[],
  world: World,
  options: RunOptions,
): Promise<Verdict[]> {
  const { program, signal, traces = false, onEvent } = options;
  const [first] = cases;
  if (!first) return [];
  const { vantages, crashing, controls } = first;
  const switchFaults = once(() => beginSecondRound(cases, world));
  return check({
    targets: cases.map(({ truth }) => truth.target),
    controls,
    traces,
    signal,
    ...(onEvent && { onEvent }),
    vantages: vantages.map((name) => {
      const command = crashing.includes(name) ? CRASH : `${program} probe -`;
      const vantage = commandVantage(name, `${world.commandFor(name)} sh -c ${shellQuote(command)}`);
      return beforeSecondRound(vantage, switchFaults);
    }),
  });
}

function beforeSecondRound(vantage: Vantage, act: () => Promise<void>): Vantage {
  return {
    ...vantage,
    async probe(request, signal) {
      if (request.round === 2) await act();
      return vantage.probe(request, signal);
    },
  };
}

async function beginSecondRound(cases: readonly PlantedCase[], world: World): Promise<void> {
  for (const { name, inFirstRound, inSecondRound } of cases) {
    if (inFirstRound) await world.heal(`${name} (first round)`);
    if (inSecondRound) await world.break(`${name} (second round)`, inSecondRound);
  }
}

function once(action: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= action());
}
