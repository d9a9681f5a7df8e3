import { rmSync } from 'node:fs';
import type { World } from './build.ts';
import { buildWorld } from './build.ts';
import { CONTROL_SOCKET, serveControl } from './control.ts';
import type { ControlAnswer, ControlRequest } from './control.ts';
import { standingScene } from './standing-world.ts';
import type { StandingScene } from './standing-world.ts';

/** A day: whoever forgets a standing lab does not keep it for ever. */
const LIFETIME_MS = 24 * 3600 * 1000;

export interface StandingLab {
  scene: StandingScene;
  world: World;
  close(): Promise<void>;
}

/**
 * Builds the standing lab and listens on its control socket, until `close`. Throws {@link LabError} where namespaces are not to be
 * had, or where a lab already stands in this directory.
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

async function obey(scene: StandingScene, world: World, request: ControlRequest): Promise<ControlAnswer> {
  if (request.do === 'break') await world.break(request.name);
  if (request.do === 'heal') await world.heal(request.name);
  const on = new Set(world.broken);
  return {
    faults: Object.entries(scene.faults).map(([name, does]) => ({ name, does, on: on.has(name) })),
  };
}
