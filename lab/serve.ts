import { rmSync } from 'node:fs';
import type { World } from './build.ts';
import { buildWorld } from './build.ts';
import { CONTROL_SOCKET, serveControl } from './control.ts';
import type { ControlAnswer, ControlRequest } from './control.ts';
import type { Scene } from './catalogue/scene.ts';
import { standingScene } from './catalogue/standing.ts';

/** One day, so that a forgotten lab ends. */
const LIFETIME_MS = 24 * 3600 * 1000;

export interface StandingLab {
  scene: Scene;
  world: World;
  close(): Promise<void>;
}

/**
 * Builds the standing lab and listens on its control socket, until `close`. Throws {@link LabError} where network namespaces are not
 * available, or where a lab already runs in this directory.
 */
export async function serveLab(socketPath = CONTROL_SOCKET): Promise<StandingLab> {
  const scene = standingScene(LIFETIME_MS);
  let world: World | undefined;
  const control = await serveControl(socketPath, async (request) => {
    if (!world) return { error: 'lab: it is still being built' };
    return obey(scene, world, request);
  });
  try {
    world = await buildWorld(scene.world);
  } catch (error) {
    await control.close();
    throw error;
  }
  const built = world;
  return {
    scene,
    world: built,
    close: async () => {
      await control.close();
      rmSync(socketPath, { force: true });
      await built.close();
    },
  };
}

async function obey(scene: Scene, world: World, request: ControlRequest): Promise<ControlAnswer> {
  if (request.do === 'break') await world.break(request.name);
  if (request.do === 'heal') await world.heal(request.name);
  const on = new Set(world.broken);
  return {
    faults: scene.cases.map(({ name, subject, truth }) => ({
      name,
      does: `${subject}: ${truth.planted}`,
      on: on.has(name),
    })),
  };
}
