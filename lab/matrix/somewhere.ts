import type { Situation } from './situation.ts';
import { everyone, overBoth } from './situation.ts';

const LOST_EITHER_WAY = 'are lost on the way there or the answers on the way back';
const DROPS_BY_SOURCE = 'A firewall at the target that silently drops';
const TRANSIT = 'Whether a transit network fails or the target drops by source';
const BY_SOURCE = 'A filter by source at the target';
const EAST = ['tokyo', 'sydney', 'frankfurt'];

/** A fault that some vantages meet and others do not. */
export const SOMEWHERE: readonly Situation[] = [
  ...overBoth({
    name: 'edge-blackhole',
    planted: "frankfurt's access router swallows what goes there",
    fault: ({ name }) => ({ type: 'route', at: 'edge-frankfurt', answer: 'blackhole', to: name }),
    kind: 'local-routing-issue',
    blame: { frankfurt: 'path' },
    confidence: 'high',
    doubt: LOST_EITHER_WAY,
  }),
  ...overBoth({
    name: 'edge-unreachable',
    planted: "tokyo's access router says unreachable",
    fault: ({ name }) => ({ type: 'route', at: 'edge-tokyo', answer: 'unreachable', to: name }),
    kind: 'local-routing-issue',
    blame: { tokyo: 'path' },
    confidence: 'high',
    doubt: LOST_EITHER_WAY,
  }),
  ...overBoth({
    name: 'own-prohibit',
    planted: "sydney's own routing table prohibits it",
    fault: ({ name }) => ({ type: 'route', at: 'sydney', answer: 'prohibit', to: name }),
    kind: 'local-routing-issue',
    blame: { sydney: 'path' },
    confidence: 'high',
    doubt: LOST_EITHER_WAY,
  }),
  ...overBoth({
    name: 'own-unreachable',
    planted: "sydney's own routing table says unreachable",
    fault: ({ name }) => ({ type: 'route', at: 'sydney', answer: 'unreachable', to: name }),
    kind: 'local-routing-issue',
    blame: { sydney: 'path' },
    doubt: LOST_EITHER_WAY,
  }),
  ...overBoth({
    name: 'edge-loop',
    planted: "ohio's access router and its backbone send it to and fro",
    fault: ({ name }) => ({ type: 'route', at: 'edge-ohio', answer: 'no-route', to: name }),
    kind: 'local-routing-issue',
    blame: { ohio: 'path' },
    doubt: LOST_EITHER_WAY,
  }),
  ...overBoth({
    name: 'one-way-back-cut',
    planted: 'answers to dublin are lost on the way back',
    fault: ({ name }) => ({ type: 'cut-way-back', at: 'edge-dublin', match: { to: name } }),
    kind: 'local-routing-issue',
    blame: { dublin: 'path' },
    confidence: 'high',
    doubt: LOST_EITHER_WAY,
  }),
  ...overBoth({
    name: 'drops-ohio',
    planted: 'the host silently drops ohio, by its source address',
    fault: ({ name }) => ({ type: 'drop', at: 'hosts', match: { to: name, from: 'ohio' } }),
    kind: 'local-routing-issue',
    blame: { ohio: 'path' },
    doubt: DROPS_BY_SOURCE,
  }),
  ...overBoth({
    name: 'two-cut-off',
    planted: 'tokyo and dublin are cut off, each by its own access router',
    fault: ({ name }) => [
      { type: 'route', at: 'edge-tokyo', answer: 'blackhole', to: name },
      { type: 'route', at: 'edge-dublin', answer: 'unreachable', to: name },
    ],
    kind: 'local-routing-issue',
    blame: { tokyo: 'path', dublin: 'path' },
    confidence: 'high',
    doubt: LOST_EITHER_WAY,
  }),
  ...overBoth({
    name: 'backbone-blackhole',
    planted: 'the eastern backbone swallows what goes there',
    fault: ({ name }) => ({ type: 'route', at: 'core-east', answer: 'blackhole', to: name }),
    kind: 'split-reachability',
    blame: everyone('unknown', EAST),
    confidence: 'high',
    doubt: TRANSIT,
  }),
  ...overBoth({
    name: 'backbone-unreachable',
    planted: 'the eastern backbone says unreachable',
    fault: ({ name }) => ({ type: 'route', at: 'core-east', answer: 'unreachable', to: name }),
    kind: 'split-reachability',
    blame: everyone('unknown', EAST),
    confidence: 'high',
    doubt: TRANSIT,
  }),
  ...overBoth({
    name: 'impostor',
    planted: "something at tokyo's access router refuses in the target's name",
    fault: ({ name }) => ({ type: 'impostor', at: 'edge-tokyo', to: name }),
    kind: 'selective-refusal',
    blame: { tokyo: 'unknown' },
    confidence: 'high',
    doubt: 'something near tokyo that answers in its name',
  }),
  ...overBoth({
    name: 'refuses-ohio',
    planted: 'the host refuses ohio, by its source address',
    fault: ({ name }) => ({
      type: 'reject',
      at: 'hosts',
      with: 'tcp-reset',
      match: { to: name, from: 'ohio' },
    }),
    kind: 'selective-refusal',
    blame: { ohio: 'unknown' },
    confidence: 'high',
    doubt: BY_SOURCE,
  }),
  ...overBoth({
    name: 'impostor-and-cut',
    planted: "something near tokyo refuses in the target's name, and frankfurt is cut off",
    fault: ({ name }) => [
      { type: 'impostor', at: 'edge-tokyo', to: name },
      { type: 'route', at: 'edge-frankfurt', answer: 'blackhole', to: name },
    ],
    kind: 'selective-refusal',
    also: ['local-routing-issue'],
    blame: { tokyo: 'unknown', frankfurt: 'path' },
    doubt: LOST_EITHER_WAY,
  }),
  ...overBoth({
    name: 'closed-and-cut',
    planted: 'nobody listens, and frankfurt is cut off',
    service: 'closed',
    fault: ({ name }) => ({ type: 'route', at: 'edge-frankfurt', answer: 'blackhole', to: name }),
    kind: 'remote-refusal',
    blame: { ...everyone('target'), frankfurt: 'path' },
    confidence: 'high',
    doubt: 'Whether those who hear nothing are cut off',
  }),
  ...overBoth({
    name: 'closes-and-cut',
    planted: 'the service closes every connection, and dublin is cut off',
    service: 'accept-then-close',
    fault: ({ name }) => ({ type: 'route', at: 'edge-dublin', answer: 'blackhole', to: name }),
    kind: 'local-routing-issue',
    blame: { ...everyone('target'), dublin: 'path' },
    doubt: LOST_EITHER_WAY,
  }),
  {
    name: 'half-broken-ecmp',
    planted: 'one of several equal paths is broken: three source ports in eight never get through',
    families: '4',
    fault: ({ v4: [address = ''] }) => ({
      type: 'script',
      at: 'dc-acme',
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
];
