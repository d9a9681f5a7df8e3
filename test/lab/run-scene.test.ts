import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { runScene } from '../../cli/demo/run-scene.ts';
import { shellQuote } from '../../lab/shell-quote.ts';
import { filterProblemHere, labProblem } from '../../lab/available.ts';
import type { World } from '../../lab/build.ts';
import type { PlantedCase, Scene } from '../../lab/catalogue/scene.ts';
import { standingScene } from '../../lab/catalogue/standing.ts';
import { requirement } from '../support/requirements.ts';
import { childrenNamed } from './standing.ts';

const canRun = requirement('scenes in the lab', labProblem());
const canFilter = canRun && requirement('all faults of the standing lab', filterProblemHere());
const PROGRAM = [process.execPath, join(import.meta.dirname, '../../cli/main.ts')].map(shellQuote).join(' ');

/** Names that users type, and the verdict on the target of each. */
const FAULTS = {
  'service-down': 'remote-refusal',
  'service-hangs-up': 'accepts-then-closes',
  'machine-off': 'unroutable',
  'data-centre-dark': 'unresponsive',
  'frankfurt-route': 'local-routing-issue',
  'east-route': 'split-reachability',
  'tokyo-impostor': 'selective-refusal',
  'saopaulo-offline': 'reachable',
  'dublin-name': 'name-disagreement',
  'name-gone': 'name-failure',
  ...(canFilter && { 'lost-syns': 'unstable', firewall: 'unroutable' }),
};

const SCENE = standingScene(120_000);
const only = (...cases: PlantedCase[]): Scene => ({ ...SCENE, cases });
const first = (): PlantedCase => {
  const [found] = SCENE.cases;
  if (!found) throw new Error('the standing lab has no fault');
  return found;
};

describe.skipIf(!canRun)('a scene in the lab', { timeout: 60_000 }, () => {
  it('has every fault of the standing lab', () => {
    expect(SCENE.cases.map(({ name }) => name)).toEqual(Object.keys(FAULTS));
    expect(Object.keys(SCENE.world.faults ?? {})).toEqual(Object.keys(FAULTS));
  });

  // Each in its own world, because they affect the same targets.
  it.concurrent.each(SCENE.cases)('$name gets the verdict of its truth', async (planted) => {
    const { signal } = new AbortController();
    const [result, ...more] = await runScene(only(planted), { program: PROGRAM, signal });
    expect(more).toEqual([]);
    expect(result?.wrong).toEqual([]);
    expect(Object.entries(FAULTS)).toContainEqual([planted.name, result?.verdict.kind]);
  });
});

describe.skipIf(!canRun)('a scene that cannot be run to its end', { timeout: 60_000 }, () => {
  const { signal } = new AbortController();

  it('leaves nothing behind where a fault cannot be planted', async () => {
    const at = 'mars';
    const impossible = {
      ...first(),
      plantedFault: { type: 'route', at, answer: 'blackhole', to: 'www' } as const,
    };
    await expect(runScene(only(impossible), { program: PROGRAM, signal })).rejects.toThrow(at);
    expect(childrenNamed('unshare')).toEqual([]);
  });

  it('leaves nothing behind where one check cannot be made, and ends the others', async () => {
    let world: World | undefined;
    const events: string[] = [];
    const wrong = { ...first(), name: 'wrong', vantages: [] };
    const running = runScene(only(first(), wrong), {
      program: PROGRAM,
      signal,
      onPlanted: (built) => (world = built),
      onEvent: ({ type }) => events.push(type),
    });
    await expect(running).rejects.toThrow('vantage');
    await expect(world?.shell('tokyo', 'true')).rejects.toThrow('this world has ended');
    // A check that continued in the world that has ended would lose its vantages at once and give a verdict.
    await sleep(1000);
    expect(events).toEqual(['asked']);
    expect(childrenNamed('unshare')).toEqual([]);
  });

  it('leaves nothing behind where it is interrupted', async () => {
    const interrupted = new AbortController();
    const running = runScene(only(first()), {
      program: PROGRAM,
      signal: interrupted.signal,
      onEvent: ({ type }) => type === 'asked' && interrupted.abort(new Error('interrupted')),
    });
    await expect(running).rejects.toThrow('interrupted');
    expect(childrenNamed('unshare')).toEqual([]);
  });
});
