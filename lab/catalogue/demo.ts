import { CATALOGUE } from './catalogue.ts';
import type { SituationName } from './catalogue.ts';
import { sceneOf, whatCanRunHere } from './scene.ts';
import type { Scene } from './scene.ts';
import { DEAD_UPLINK, OFFLINE, WITH_OFFLINE } from './situation.ts';

const CASES: [target: string, situation: SituationName][] = [
  ['www.acme.example:443', 'healthy'],
  ['[2001:db8:acc::10]:443', 'healthy'],
  ['www.acme.example:8443', 'closed'],
  ['db.acme.example:5432', 'closed-at-once'],
  ['queue.acme.example:5672', 'flaky'],
  ['api.acme.example:443', 'edge-blackhole'],
  ['mail.acme.example:587', 'backbone-blackhole'],
  ['shop.acme.example:443', 'impostor'],
  ['old.acme.example:22', 'host-gone'],
  ['vpn.globex.example:443', 'blackhole'],
  ['busy.globex.example:80', 'full-queue'],
  ['lost.globex.example:443', 'no-route'],
  ['loop.globex.example:443', 'loop'],
  ['cdn.globex.example:443', 'one-of-two-down'],
  ['six.globex.example:443', 'six-refuses'],
  ['typo.globex.example:443', 'nxdomain'],
  ['new.globex.example:443', 'sydney-nxdomain'],
  ['gov.globex.example:443', 'admin-prohibited'],
  ['slow.acme.example:443', 'first-syn-lost'],
  ['oneway.acme.example:443', 'broken-return-path-to-dublin'],
  ['picky.acme.example:443', 'refuses-ohio'],
  ['web.acme.example:443', 'only-offline'],
  ['app.acme.example:443', 'most-crash'],
];

/** The scene of the demo: at least one case for every kind of verdict. One city is offline. */
export function demoScene(): Scene {
  const placements = CASES.map(([target, name]) => {
    const situation = CATALOGUE[name];
    return { name: target, situation, target, families: situation.families?.[0] ?? ('46' as const) };
  });
  const background = { 'dead-uplink': DEAD_UPLINK };
  return whatCanRunHere(sceneOf(placements, WITH_OFFLINE, { offline: [OFFLINE], background }));
}
