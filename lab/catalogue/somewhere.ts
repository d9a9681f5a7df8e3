import * as plant from './plants.ts';
import type { Situation } from './situation.ts';
import * as truth from './truths.ts';

const LOST_EITHER_WAY = 'are lost on the path to the target or the answers on the return path';
const DROPS_BY_SOURCE = 'A firewall at the target that silently drops packets';
const BY_SOURCE = 'A filter by source at the target';

const CUT_FRANKFURT = plant.blackhole('edge-frankfurt');

/** Faults that affect some vantages and not others. */
export const SOMEWHERE = {
  'edge-blackhole': {
    planted: "frankfurt's access router drops all traffic to it",
    plant: CUT_FRANKFURT,
    ...truth.cutOff('frankfurt'),
  },
  'edge-unreachable': {
    planted: "tokyo's access router reports it as unreachable",
    plant: plant.route('edge-tokyo', 'unreachable'),
    ...truth.cutOff('tokyo'),
  },
  'own-prohibit': {
    planted: "sydney's own routing table prohibits all traffic to it",
    plant: plant.route('sydney', 'prohibit'),
    ...truth.cutOff('sydney'),
  },
  'own-unreachable': {
    planted: "sydney's own routing table has an unreachable route to it",
    plant: plant.route('sydney', 'unreachable'),
    ...truth.cutOff('sydney'),
  },
  'edge-loop': {
    planted: "a routing loop between ohio's access router and its backbone router, for traffic from ohio",
    plant: plant.loop('edge-ohio', 'core-west', 'ohio'),
    ...truth.cutOff('ohio'),
  },
  'edge-no-route': {
    planted: "ohio's access router has no route to it",
    plant: plant.route('edge-ohio', 'no-route'),
    ...truth.cutOff('ohio'),
  },
  'broken-return-path-to-dublin': {
    planted: 'the return path to dublin is broken',
    plant: plant.brokenReturnPath('edge-dublin'),
    ...truth.cutOff('dublin'),
  },
  'drops-ohio': {
    planted: 'the host drops all traffic from ohio',
    plant: plant.drop('hosts', 'ohio'),
    ...truth.cutOff('ohio'),
    doubt: DROPS_BY_SOURCE,
  },
  'two-cut-off': {
    planted: "tokyo's access router drops all traffic to it, and dublin's reports it as unreachable",
    plant: plant.together(plant.blackhole('edge-tokyo'), plant.route('edge-dublin', 'unreachable')),
    ...truth.cutOff('tokyo', 'dublin'),
  },
  'backbone-blackhole': {
    planted: 'the eastern backbone router drops all traffic to it',
    plant: plant.blackhole('core-east'),
    ...truth.EAST_CUT_OFF,
  },
  'backbone-unreachable': {
    planted: 'the eastern backbone router reports it as unreachable',
    plant: plant.route('core-east', 'unreachable'),
    ...truth.EAST_CUT_OFF,
  },
  impostor: {
    planted: "tokyo's access router answers with TCP RST in its place",
    plant: plant.impostor('edge-tokyo'),
    ...truth.refusedFrom('tokyo'),
  },
  'refuses-ohio': {
    planted: 'a firewall on the host refuses connections from ohio',
    plant: plant.reject('hosts', 'tcp-reset', 'ohio'),
    ...truth.refusedFrom('ohio'),
    doubt: BY_SOURCE,
  },
  'impostor-and-cut': {
    planted:
      "tokyo's access router answers with TCP RST in its place, and frankfurt's drops all traffic to it",
    plant: plant.together(plant.impostor('edge-tokyo'), CUT_FRANKFURT),
    ...truth.refusedFrom('tokyo'),
    blame: { tokyo: 'unknown', frankfurt: 'path' },
    doubt: LOST_EITHER_WAY,
    also: ['local-routing-issue'],
  },
  'closed-and-cut': {
    planted: "nothing listens at this port, and frankfurt's access router drops all traffic to it",
    plant: plant.together(plant.service('closed'), CUT_FRANKFURT),
    ...truth.REFUSED,
    blame: { others: 'target', frankfurt: 'path' },
    doubt: 'Whether the packets of the vantages without an answer are lost',
  },
  'closes-and-cut': {
    planted:
      "the service closes every connection at once, and dublin's access router drops all traffic to it",
    plant: plant.together(plant.service('accept-then-close'), plant.blackhole('edge-dublin')),
    ...truth.cutOff('dublin'),
    blame: { others: 'target', dublin: 'path' },
    confidence: undefined,
    also: ['accepts-then-closes'],
  },
  'half-broken-ecmp': {
    planted: 'one of several equal paths is broken: connections from three source ports in eight fail',
    families: ['4'],
    plant: ({ network, v4: [address = ''] }) => ({
      type: 'script',
      at: `dc-${network}`,
      break: [
        'nft add table ip ecmp',
        "nft add chain ip ecmp forward '{ type filter hook forward priority 0; }'",
        `nft add rule ip ecmp forward ip daddr ${address} tcp sport '&' 0x38 '<' 0x18 drop`,
      ].join('\n'),
      heal: 'nft delete table ip ecmp',
    }),
    // A vantage whose three source ports all use the broken path is cut off.
    kind: ['unstable', 'local-routing-issue'],
    doubt: 'the path',
  },
} as const satisfies Record<string, Situation>;
