import * as plant from './plants.ts';
import type { Situation } from './situation.ts';

const LOST_EITHER_WAY = 'are lost on the way there or the answers on the way back';
const DROPS_BY_SOURCE = 'A firewall at the target that silently drops';
const TRANSIT = 'Whether a transit network fails or the target drops by source';
const BY_SOURCE = 'A filter by source at the target';

const CUT_FRANKFURT = plant.blackhole('edge-frankfurt');
const EAST_UNDECIDED = { tokyo: 'unknown', sydney: 'unknown', frankfurt: 'unknown' } as const;
const ON_THE_PATH = { kind: 'local-routing-issue', doubt: LOST_EITHER_WAY } as const;

/** Faults that affect some vantages and not others. */
export const SOMEWHERE = {
  'edge-blackhole': {
    planted: "frankfurt's access router drops all traffic to it",
    plant: CUT_FRANKFURT,
    ...ON_THE_PATH,
    blame: { frankfurt: 'path' },
    confidence: 'high',
  },
  'edge-unreachable': {
    planted: "tokyo's access router reports it as unreachable",
    plant: plant.route('edge-tokyo', 'unreachable'),
    ...ON_THE_PATH,
    blame: { tokyo: 'path' },
    confidence: 'high',
  },
  'own-prohibit': {
    planted: "sydney's own routing table prohibits all traffic to it",
    plant: plant.route('sydney', 'prohibit'),
    ...ON_THE_PATH,
    blame: { sydney: 'path' },
    confidence: 'high',
  },
  'own-unreachable': {
    planted: "sydney's own routing table has an unreachable route to it",
    plant: plant.route('sydney', 'unreachable'),
    ...ON_THE_PATH,
    blame: { sydney: 'path' },
  },
  'edge-loop': {
    planted: "a routing loop between ohio's access router and its backbone router, for traffic from ohio",
    plant: plant.loop('edge-ohio', 'core-west', 'ohio'),
    ...ON_THE_PATH,
    blame: { ohio: 'path' },
    confidence: 'high',
  },
  'edge-no-route': {
    planted: "ohio's access router has no route to it",
    plant: plant.route('edge-ohio', 'no-route'),
    ...ON_THE_PATH,
    blame: { ohio: 'path' },
  },
  'broken-return-path-to-dublin': {
    planted: 'the return path to dublin is broken',
    plant: plant.brokenReturnPath('edge-dublin'),
    ...ON_THE_PATH,
    blame: { dublin: 'path' },
    confidence: 'high',
  },
  'drops-ohio': {
    planted: 'the host drops all traffic from ohio',
    plant: plant.drop('hosts', 'ohio'),
    ...ON_THE_PATH,
    blame: { ohio: 'path' },
    doubt: DROPS_BY_SOURCE,
  },
  'two-cut-off': {
    planted: "tokyo's access router drops all traffic to it, and dublin's reports it as unreachable",
    plant: plant.together(plant.blackhole('edge-tokyo'), plant.route('edge-dublin', 'unreachable')),
    ...ON_THE_PATH,
    blame: { tokyo: 'path', dublin: 'path' },
    confidence: 'high',
  },
  'backbone-blackhole': {
    planted: 'the eastern backbone router drops all traffic to it',
    plant: plant.blackhole('core-east'),
    kind: 'split-reachability',
    blame: EAST_UNDECIDED,
    confidence: 'high',
    doubt: TRANSIT,
  },
  'backbone-unreachable': {
    planted: 'the eastern backbone router reports it as unreachable',
    plant: plant.route('core-east', 'unreachable'),
    kind: 'split-reachability',
    blame: EAST_UNDECIDED,
    confidence: 'high',
    doubt: TRANSIT,
  },
  impostor: {
    planted: "tokyo's access router answers with TCP RST in its place",
    plant: plant.impostor('edge-tokyo'),
    kind: 'selective-refusal',
    blame: { tokyo: 'unknown' },
    confidence: 'high',
    doubt: 'something near tokyo that answers in its name',
  },
  'refuses-ohio': {
    planted: 'a firewall on the host refuses connections from ohio',
    plant: plant.reject('hosts', 'tcp-reset', 'ohio'),
    kind: 'selective-refusal',
    blame: { ohio: 'unknown' },
    confidence: 'high',
    doubt: BY_SOURCE,
  },
  'impostor-and-cut': {
    planted:
      "tokyo's access router answers with TCP RST in its place, and frankfurt's drops all traffic to it",
    plant: plant.together(plant.impostor('edge-tokyo'), CUT_FRANKFURT),
    kind: 'selective-refusal',
    also: ['local-routing-issue'],
    blame: { tokyo: 'unknown', frankfurt: 'path' },
    doubt: LOST_EITHER_WAY,
  },
  'closed-and-cut': {
    planted: "nothing listens at this port, and frankfurt's access router drops all traffic to it",
    plant: plant.together(plant.service('closed'), CUT_FRANKFURT),
    kind: 'remote-refusal',
    blame: { others: 'target', frankfurt: 'path' },
    confidence: 'high',
    doubt: 'Whether those who hear nothing are cut off',
  },
  'closes-and-cut': {
    planted:
      "the service closes every connection at once, and dublin's access router drops all traffic to it",
    plant: plant.together(plant.service('accept-then-close'), plant.blackhole('edge-dublin')),
    ...ON_THE_PATH,
    also: ['accepts-then-closes'],
    blame: { others: 'target', dublin: 'path' },
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
    // A vantage whose three ports all fall on the broken path really is cut off by it.
    kind: ['unstable', 'local-routing-issue'],
    doubt: 'the way',
  },
} as const satisfies Record<string, Situation>;
