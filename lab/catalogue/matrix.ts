import { CATALOGUE } from './catalogue.ts';
import { sceneOf } from './scene.ts';
import type { Placement, Scene } from './scene.ts';
import type { Situation } from './situation.ts';
import { DEAD_UPLINK, OFFLINE, WELL } from './situation.ts';
import { FOUR_ONLY, SIX_DEAD } from './vantages.ts';

const BOTH_ALONE = ['4', '6'] as const;

/** Every situation of the catalogue, once for each of its address families. */
export const MATRIX: readonly Placement[] = Object.entries(CATALOGUE).flatMap(
  ([situationName, situation]) => {
    const { families = BOTH_ALONE }: Situation = situation;
    return families.map((each) => {
      const name = families.length > 1 ? `${situationName}-${each}` : situationName;
      return { name, situation, target: `${name}.acme.example:443`, families: each };
    });
  },
);

/** The scene of the matrix, with two more vantages: one whose IPv6 does not work, and one without IPv6. */
export function matrixScene(placements: readonly Placement[] = MATRIX): Scene {
  const background: Scene['background'] = {
    'dead-uplink': DEAD_UPLINK,
    'dead-six': { type: 'route', at: `edge-${SIX_DEAD}`, answer: 'blackhole', to: '2001:db8::/32' },
  };
  const scene = sceneOf(placements, WELL, { offline: [OFFLINE], background });
  const { routers, vantages } = scene.world;
  return {
    ...scene,
    world: {
      ...scene.world,
      routers: [
        ...routers,
        ...[SIX_DEAD, FOUR_ONLY].map((city) => ({ name: `edge-${city}`, links: ['core-west'] })),
      ],
      vantages: [
        ...vantages,
        { name: SIX_DEAD, router: `edge-${SIX_DEAD}` },
        { name: FOUR_ONLY, router: `edge-${FOUR_ONLY}`, families: [4] },
      ],
    },
  };
}
