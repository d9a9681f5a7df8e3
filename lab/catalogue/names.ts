import * as plant from './plants.ts';
import type { Situation } from './situation.ts';

const TCP_ALONE = 'a handshake speaks for TCP alone';
const MISTYPED = 'A name that was mistyped, lapsed or not yet published';
const WHOSE_SERVERS = "Whether the zone's name servers fail or the vantages' own resolvers do";
const WHOSE_RESOLVER = 'Whether the resolver of sydney fails';
const IN_DNS_BY_MISTAKE = 'is in the DNS by mistake';
const LOST_EITHER_WAY = 'are lost on the way there or the answers on the way back';

const BY_THE_NAME = { others: 'name' } as const;
const BY_THE_TARGET = { others: 'target' } as const;

/** The first host for all vantages, the second one for the vantage named. */
function differentFor(vantage: string): plant.Plant {
  return plant.together(plant.resolvesTo(plant.firstHost), plant.resolvesTo(plant.secondHost, 0, vantage));
}

/** Names that do not resolve, resolve differently, or resolve to several addresses. */
export const NAMES = {
  nxdomain: {
    planted: 'the name does not exist',
    families: ['46'],
    plant: plant.nameAnswer('nxdomain'),
    kind: 'name-failure',
    blame: BY_THE_NAME,
    confidence: 'high',
    doubt: MISTYPED,
  },
  'no-data': {
    planted: 'the name has no address',
    families: ['46'],
    plant: plant.nameAnswer({}),
    kind: 'name-failure',
    blame: BY_THE_NAME,
    doubt: MISTYPED,
  },
  servfail: {
    planted: "the zone's name servers fail",
    families: ['46'],
    plant: plant.nameAnswer('servfail'),
    kind: 'name-failure',
    blame: BY_THE_NAME,
    doubt: WHOSE_SERVERS,
  },
  'dns-silence': {
    planted: 'no name server answers for the name',
    families: ['46'],
    plant: plant.nameAnswer('silence'),
    kind: 'name-failure',
    blame: BY_THE_NAME,
    doubt: WHOSE_SERVERS,
  },
  'sydney-nxdomain': {
    planted: "sydney's resolver reports that the name does not exist",
    families: ['46'],
    plant: plant.nameAnswer('nxdomain', 'sydney'),
    kind: 'name-disagreement',
    blame: { sydney: 'name' },
    confidence: 'high',
    doubt: WHOSE_RESOLVER,
  },
  'dublin-nxdomain': {
    planted: "dublin's resolver reports that the name does not exist",
    families: ['46'],
    plant: plant.nameAnswer('nxdomain', 'dublin'),
    kind: 'name-disagreement',
    blame: { dublin: 'name' },
    confidence: 'high',
    doubt: 'Whether the resolver of dublin fails',
  },
  'sydney-servfail': {
    planted: "sydney's resolver answers SERVFAIL",
    families: ['46'],
    plant: plant.nameAnswer('servfail', 'sydney'),
    kind: 'name-disagreement',
    blame: { sydney: 'name' },
    confidence: 'high',
    doubt: WHOSE_RESOLVER,
  },
  'sydney-silence': {
    planted: "sydney's resolver does not answer for the name",
    families: ['46'],
    plant: plant.nameAnswer('silence', 'sydney'),
    kind: 'name-disagreement',
    blame: { sydney: 'name' },
    confidence: 'high',
    doubt: WHOSE_RESOLVER,
  },
  'slow-resolver': {
    planted: "nothing, but sydney's resolver is slow",
    families: ['46'],
    plant: plant.resolvesTo(plant.everyAddress, 1200, 'sydney'),
    kind: 'reachable',
    doubt: TCP_ALONE,
  },
  'name-and-cut': {
    planted:
      "sydney's resolver reports that the name does not exist, and dublin's access router drops all traffic to it",
    families: ['4'],
    plant: plant.together(plant.nameAnswer('nxdomain', 'sydney'), plant.blackhole('edge-dublin')),
    kind: 'local-routing-issue',
    also: ['name-disagreement'],
    blame: { sydney: 'name', dublin: 'path' },
    doubt: WHOSE_RESOLVER,
  },
  'closed-and-name': {
    planted: "nothing listens at this port, and sydney's resolver answers SERVFAIL",
    families: ['4'],
    plant: plant.together(plant.service('closed'), plant.nameAnswer('servfail', 'sydney')),
    kind: 'remote-refusal',
    also: ['name-disagreement'],
    blame: { ...BY_THE_TARGET, sydney: 'name' },
    doubt: WHOSE_RESOLVER,
  },
  'wrong-resolver': {
    planted: "ohio's resolver gives the address of another host, which refuses connections",
    families: ['4'],
    hosts: 2,
    plant: plant.together(differentFor('ohio'), plant.service('closed', plant.secondHost)),
    kind: 'partial-outage',
    blame: BY_THE_TARGET,
    doubt: 'A resolver that lies or is stale: only ohio was given',
  },
  'views-differ': {
    planted: 'nothing, but tokyo is given another address than the other vantages',
    families: ['46'],
    hosts: 2,
    plant: differentFor('tokyo'),
    kind: 'reachable',
    confidence: 'high',
    doubt: TCP_ALONE,
  },
  'nearer-address-down': {
    planted: 'tokyo is given another address, and the last router drops all traffic to that address',
    families: ['4'],
    hosts: 2,
    plant: plant.together(differentFor('tokyo'), plant.blackhole('dc-*', plant.secondHost)),
    kind: 'partial-outage',
    blame: BY_THE_TARGET,
    doubt: 'only tokyo was given',
  },
  'path-to-nearer-address': {
    planted: "tokyo is given another address, and tokyo's access router drops all traffic to that address",
    families: ['6'],
    hosts: 2,
    plant: plant.together(differentFor('tokyo'), plant.blackhole('edge-tokyo', plant.secondHost)),
    kind: 'local-routing-issue',
    blame: { tokyo: 'path' },
    doubt: LOST_EITHER_WAY,
  },
  'one-of-two-down': {
    planted: 'one of its two hosts is down',
    families: ['4'],
    hosts: 2,
    plant: plant.blackhole('dc-*', plant.secondHost),
    kind: 'partial-outage',
    blame: BY_THE_TARGET,
    confidence: 'high',
    doubt: IN_DNS_BY_MISTAKE,
  },
  'one-of-two-closes': {
    planted: 'one of its two hosts resets every connection at once',
    families: ['4'],
    hosts: 2,
    plant: plant.service('accept-then-reset', plant.secondHost),
    kind: 'partial-outage',
    blame: BY_THE_TARGET,
    doubt: IN_DNS_BY_MISTAKE,
  },
  'six-down': {
    planted: 'the last router drops all IPv6 traffic to it; IPv4 works',
    families: ['46'],
    plant: plant.blackhole('dc-*', plant.overIpv6),
    kind: 'partial-outage',
    blame: BY_THE_TARGET,
    confidence: 'high',
    doubt: IN_DNS_BY_MISTAKE,
  },
  'six-refuses': {
    planted: 'it refuses connections over IPv6; IPv4 works',
    families: ['46'],
    plant: plant.service('closed', plant.overIpv6),
    kind: 'partial-outage',
    blame: BY_THE_TARGET,
    confidence: 'high',
    doubt: IN_DNS_BY_MISTAKE,
  },
  'six-cut-for-one': {
    planted: "frankfurt's access router drops all IPv6 traffic to it; IPv4 works",
    families: ['46'],
    plant: plant.blackhole('edge-frankfurt', plant.overIpv6),
    kind: 'local-routing-issue',
    blame: { frankfurt: 'path' },
    confidence: 'high',
    doubt: LOST_EITHER_WAY,
  },
  'address-down-and-cut': {
    planted: "one of its two hosts is down, and frankfurt's access router drops all traffic to the other",
    families: ['4'],
    hosts: 2,
    plant: plant.together(
      plant.blackhole('dc-*', plant.secondHost),
      plant.blackhole('edge-frankfurt', plant.firstHost),
    ),
    kind: 'local-routing-issue',
    also: ['partial-outage'],
    blame: { ...BY_THE_TARGET, frankfurt: 'path' },
    doubt: IN_DNS_BY_MISTAKE,
  },
} as const satisfies Record<string, Situation>;
