import { CATALOGUE } from './catalogue.ts';
import type { SituationName } from './catalogue.ts';
import { sceneOf, whatCanRunHere } from './scene.ts';
import type { Scene } from './scene.ts';
import type { Situation } from './situation.ts';
import { DEAD_UPLINK, OFFLINE, WITH_OFFLINE } from './situation.ts';

const WWW = 'www.acme.example:443';
const MAIL = 'mail.acme.example:25';
const API = 'api.globex.example:443';
const DB = 'db.globex.example:5432';

/** The offline situations of the catalogue rely on a fault of the world; here it is switched like every other one. */
const UPLINK_DOWN: Situation = {
  ...CATALOGUE.offline,
  planted: 'its uplink is down',
  plant: () => DEAD_UPLINK,
  blame: { [OFFLINE]: 'vantage' },
};

const FAULTS: [name: string, target: string, situation: SituationName | Situation, affects?: string][] = [
  ['service-down', WWW, 'closed'],
  ['service-hangs-up', DB, 'closed-at-once'],
  ['machine-off', MAIL, 'host-gone'],
  ['data-centre-dark', API, 'border-blackhole', 'globex'],
  ['frankfurt-route', WWW, 'edge-blackhole', 'acme'],
  ['east-route', WWW, 'backbone-blackhole', 'acme'],
  ['tokyo-impostor', API, 'impostor'],
  ['saopaulo-offline', WWW, UPLINK_DOWN, OFFLINE],
  ['dublin-name', WWW, 'dublin-nxdomain'],
  ['name-gone', API, 'nxdomain'],
  ['lost-syns', WWW, 'first-syn-lost', 'acme'],
  ['firewall', API, 'admin-prohibited', 'globex'],
];

/** The scene of a standing lab: four targets without a fault, until one is switched on by its name. */
export function standingScene(maxLifetimeMs: number): Scene {
  const scene = whatCanRunHere(
    sceneOf(
      FAULTS.map(([name, target, situation, affects]) => ({
        name,
        target,
        situation: typeof situation === 'string' ? CATALOGUE[situation] : situation,
        families: '46',
        ...(affects !== undefined && { affects }),
      })),
      WITH_OFFLINE,
    ),
  );
  const faults = Object.fromEntries(
    scene.cases.flatMap(({ name, plantedFault }) => (plantedFault ? [[name, plantedFault]] : [])),
  );
  return { ...scene, world: { ...scene.world, faults, maxLifetimeMs } };
}
