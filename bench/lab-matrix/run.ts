import { check } from '../../functions/aggregator/check/check.ts';
import { commandVantage } from '../../functions/aggregator/vantages/command.ts';
import type { Vantage } from '../../functions/aggregator/vantages/vantage.ts';
import type { Verdict } from '../../functions/reachability/verdict.ts';
import { buildWorld } from '../../lab/build.ts';
import type { World } from '../../lab/build.ts';
import { CONTROLS } from '../../lab/cities.ts';
import { plantAll } from '../../lab/matrix/plant.ts';
import type { Planted, Situation } from '../../lab/matrix/situation.ts';
import { WELL } from '../../lab/matrix/situation.ts';
import { compare } from './compare.ts';
import type { MatrixResult } from './compare.ts';

/** Small groups checked side by side. */
const LANES = 2;

/**
 * Builds one world with all situations in it and checks them through the command that users have: `PROGRAM probe -` behind command
 * vantages. Situations that are asked from the same places with the same controls share a check. The world is gone when it ends.
 */
export async function runMatrix(
  situations: readonly Situation[],
  program: string,
  signal: AbortSignal,
): Promise<MatrixResult[]> {
  const { world: spec, planted } = plantAll(situations);
  const world = await buildWorld(spec);
  try {
    for (const fault of Object.keys(spec.faults ?? {})) await world.break(fault);
    for (const { situation, fault } of planted) {
      if (fault && situation.timing !== 'begins') await world.break(situation.name, fault);
    }
    const judged = new Map<string, MatrixResult>();
    const judgeGroup = async (group: readonly Planted[]): Promise<void> => {
      const verdicts = await checkGroup(group, world, program, signal);
      for (const [index, { situation }] of group.entries()) {
        judged.set(situation.name, compare(situation, verdicts[index]));
      }
    };
    // The largest alone: it keeps two cores busy. The others mostly wait for silence, and no group meets another's faults.
    const groups = [...Map.groupBy(planted, groupOf).values()].toSorted((a, b) => b.length - a.length);
    const [largest, ...others] = groups;
    if (largest) await judgeGroup(largest);
    const next = others.values();
    const lane = async (): Promise<void> => {
      for (const group of next) await judgeGroup(group);
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    return situations.flatMap(({ name }) => judged.get(name) ?? []);
  } finally {
    await world.close();
  }
}

function groupOf({ situation }: Planted): string {
  const { vantages, crashing, controls, timing } = situation;
  return JSON.stringify([vantages, crashing, controls, timing !== undefined]);
}

async function checkGroup(
  group: readonly Planted[],
  world: World,
  program: string,
  signal: AbortSignal,
): Promise<Verdict[]> {
  const [first] = group;
  if (!first) return [];
  const { vantages = WELL, crashing = [], controls = CONTROLS } = first.situation;
  const turnOver = once(() => switchTimed(group, world));
  return check({
    targets: group.map(({ target }) => target),
    controls,
    signal,
    vantages: vantages.map((name) => {
      const probe = crashing.includes(name)
        ? // Dies before it answers, as a Lambda out of memory would.
          'kill -9 $$'
        : `${process.execPath} ${program} probe -`;
      const vantage = commandVantage(name, `${world.commandFor(name)} sh -c '${probe}'`);
      return beforeSecondRound(vantage, turnOver);
    }),
  });
}

/** The second round is asked only once the faults that come or go between the rounds have done so. */
function beforeSecondRound(vantage: Vantage, turnOver: () => Promise<void>): Vantage {
  return {
    name: vantage.name,
    async probe(request, signal) {
      if (request.round === 2) await turnOver();
      return vantage.probe(request, signal);
    },
  };
}

async function switchTimed(group: readonly Planted[], world: World): Promise<void> {
  for (const { situation, fault } of group) {
    if (fault && situation.timing === 'heals') await world.heal(situation.name);
    if (fault && situation.timing === 'begins') await world.break(situation.name, fault);
  }
}

function once(action: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= action());
}
