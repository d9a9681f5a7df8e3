import { check } from '../../functions/aggregator/check/check.ts';
import type { CheckEvent } from '../../functions/aggregator/check/check.ts';
import { commandVantage } from '../../functions/aggregator/vantages/command.ts';
import type { Vantage } from '../../functions/aggregator/vantages/vantage.ts';
import type { World } from '../../lab/build.ts';
import { buildWorld } from '../../lab/build.ts';
import { demo } from '../../lab/demo-world.ts';
import type { Demo, DemoCase } from '../../lab/demo-world.ts';
import { compareWithTruth } from './case.ts';
import type { DemoResult } from './case.ts';
import { selfCommand } from '../self-command.ts';

/** What a demo tells while it runs. */
export interface DemoListener {
  say(line: string): void;
  onEvent(event: CheckEvent): void;
}

/**
 * Builds the demo's internet, plants every fault, checks every target from every city by the same way as `synwhere check` with
 * `--vantage` commands, and lays the verdicts beside the truth. The world is gone when it resolves or rejects.
 */
export async function runDemoInLab(signal: AbortSignal, listener: DemoListener): Promise<DemoResult[]> {
  const scene = demo();
  if (scene.leftOut !== undefined) listener.say(scene.leftOut);
  const world = await buildWorld(scene.world);
  try {
    const faults = Object.keys(scene.world.faults ?? {});
    for (const fault of faults) await world.break(fault);
    const { routers, vantages } = scene.world;
    listener.say(
      `An internet of ${vantages.length} cities and ${routers.length} routers in network namespaces, with ${faults.length} faults in it.`,
    );
    return await checkScene(scene, world, signal, listener);
  } finally {
    await world.close();
  }
}

async function checkScene(
  scene: Demo,
  world: World,
  signal: AbortSignal,
  listener: DemoListener,
): Promise<DemoResult[]> {
  const program = selfCommand();
  const everyone = scene.world.vantages.map(({ name }) => name);
  const common = scene.cases.filter(({ onlyFrom }) => !onlyFrom);
  const apart = scene.cases.filter(({ onlyFrom }) => onlyFrom);
  const ask = async (
    cases: readonly DemoCase[],
    from: readonly string[],
    crashing: readonly string[] = [],
  ) => {
    const vantages = from.map((name): Vantage => {
      // A probe that dies before it answers, as a Lambda out of memory would.
      const command = crashing.includes(name) ? 'kill -9 $$' : `${program} probe -`;
      return commandVantage(name, `${world.commandFor(name)} sh -c '${command.replaceAll("'", `'\\''`)}'`);
    });
    const verdicts = await check({
      targets: cases.map(({ target }) => target),
      vantages,
      controls: scene.controls,
      traces: true,
      signal,
      ...(from === everyone && { onEvent: (event: CheckEvent) => listener.onEvent(event) }),
    });
    const offline = from.filter((name) => name === scene.offline);
    return cases.map(({ target, planted, kind, path }, index) => {
      const verdict = verdicts[index];
      if (!verdict) throw new Error(`no verdict on ${target.host}`);
      const truth = { target, planted, kind, ...(path && { path }), abstaining: [...offline, ...crashing] };
      return compareWithTruth(truth, verdict);
    });
  };
  const results = await Promise.all([
    ask(common, everyone),
    ...apart.map((one) => ask([one], one.onlyFrom ?? [], one.crashing)),
  ]);
  return results.flat();
}
