import * as plant from './plants.ts';
import type { Situation } from './situation.ts';
import * as truth from './truths.ts';

const WHOSE_SERVERS = 'Whether the authoritative name servers fail or the resolvers of the vantages';
const WHOSE_RESOLVER = 'Whether the resolver of sydney fails';
const IN_DNS_BY_MISTAKE = 'is in the DNS by mistake';

const BY_THE_TARGET = { others: 'target' } as const;

/** Names that do not resolve, resolve differently, or resolve to several addresses. */
export const NAMES = {
  nxdomain: {
    planted: 'the name does not exist',
    families: ['46'],
    plant: plant.nameAnswer('nxdomain'),
    ...truth.NO_SUCH_NAME,
  },
  'no-data': {
    planted: 'the name has no address',
    families: ['46'],
    plant: plant.nameAnswer({}),
    ...truth.NO_SUCH_NAME,
  },
  servfail: {
    planted: "the zone's name servers fail",
    families: ['46'],
    plant: plant.nameAnswer('servfail'),
    ...truth.NO_SUCH_NAME,
    doubt: WHOSE_SERVERS,
  },
  'dns-silence': {
    planted: 'no name server answers for the name',
    families: ['46'],
    plant: plant.nameAnswer('silence'),
    ...truth.NO_SUCH_NAME,
    doubt: WHOSE_SERVERS,
  },
  'sydney-nxdomain': {
    planted: "sydney's resolver reports that the name does not exist",
    families: ['46'],
    plant: plant.nameAnswer('nxdomain', 'sydney'),
    ...truth.unresolvedFrom('sydney'),
  },
  'dublin-nxdomain': {
    planted: "dublin's resolver reports that the name does not exist",
    families: ['46'],
    plant: plant.nameAnswer('nxdomain', 'dublin'),
    ...truth.unresolvedFrom('dublin'),
  },
  'sydney-servfail': {
    planted: "sydney's resolver answers SERVFAIL",
    families: ['46'],
    plant: plant.nameAnswer('servfail', 'sydney'),
    ...truth.unresolvedFrom('sydney'),
  },
  'sydney-silence': {
    planted: "sydney's resolver does not answer for the name",
    families: ['46'],
    plant: plant.nameAnswer('silence', 'sydney'),
    ...truth.unresolvedFrom('sydney'),
  },
  'slow-resolver': {
    planted: "nothing, but sydney's resolver is slow",
    families: ['46'],
    plant: plant.resolvesTo(plant.everyAddress, 1200, 'sydney'),
    ...truth.REACHABLE,
  },
  'name-and-cut': {
    planted:
      "sydney's resolver reports that the name does not exist, and dublin's access router drops all traffic to it",
    families: ['4'],
    plant: plant.together(plant.nameAnswer('nxdomain', 'sydney'), plant.blackhole('edge-dublin')),
    ...truth.cutOff('dublin'),
    blame: { sydney: 'name', dublin: 'path' },
    doubt: WHOSE_RESOLVER,
    also: ['name-disagreement'],
  },
  'closed-and-name': {
    planted: "nothing listens at this port, and sydney's resolver answers SERVFAIL",
    families: ['4'],
    plant: plant.together(plant.service('closed'), plant.nameAnswer('servfail', 'sydney')),
    ...truth.REFUSED,
    blame: { ...BY_THE_TARGET, sydney: 'name' },
    confidence: 'medium',
    doubt: WHOSE_RESOLVER,
    also: ['name-disagreement'],
  },
  'wrong-resolver': {
    planted: "ohio's resolver gives the address of another host, which refuses connections",
    families: ['4'],
    hosts: 2,
    plant: plant.together(plant.differentFor('ohio'), plant.service('closed', plant.secondHost)),
    ...truth.PARTLY_DOWN,
    doubt: 'A resolver with wrong or outdated data: only ohio got',
    confidence: 'medium',
  },
  'views-differ': {
    planted: 'nothing, but tokyo is given another address than the other vantages',
    families: ['46'],
    hosts: 2,
    plant: plant.differentFor('tokyo'),
    ...truth.REACHABLE,
  },
  'nearer-address-down': {
    planted: 'tokyo is given another address, and the last router drops all traffic to that address',
    families: ['4'],
    hosts: 2,
    plant: plant.together(plant.differentFor('tokyo'), plant.blackhole('dc-*', plant.secondHost)),
    ...truth.PARTLY_DOWN,
    doubt: 'only tokyo got',
    confidence: 'medium',
  },
  'path-to-nearer-address': {
    planted: "tokyo is given another address, and tokyo's access router drops all traffic to that address",
    families: ['6'],
    hosts: 2,
    plant: plant.together(plant.differentFor('tokyo'), plant.blackhole('edge-tokyo', plant.secondHost)),
    ...truth.cutOff('tokyo'),
  },
  'one-of-two-down': {
    planted: 'one of its two hosts is down',
    families: ['4'],
    hosts: 2,
    plant: plant.blackhole('dc-*', plant.secondHost),
    ...truth.PARTLY_DOWN,
  },
  'one-of-two-closes': {
    planted: 'one of its two hosts resets every connection at once',
    families: ['4'],
    hosts: 2,
    plant: plant.service('accept-then-reset', plant.secondHost),
    ...truth.PARTLY_DOWN,
    confidence: undefined,
  },
  'six-down': {
    planted: 'the last router drops all IPv6 traffic to it; IPv4 works',
    families: ['46'],
    plant: plant.blackhole('dc-*', plant.overIpv6),
    ...truth.PARTLY_DOWN,
  },
  'six-refuses': {
    planted: 'it refuses connections over IPv6; IPv4 works',
    families: ['46'],
    plant: plant.service('closed', plant.overIpv6),
    ...truth.PARTLY_DOWN,
  },
  'six-cut-for-one': {
    planted: "frankfurt's access router drops all IPv6 traffic to it; IPv4 works",
    families: ['46'],
    plant: plant.blackhole('edge-frankfurt', plant.overIpv6),
    ...truth.cutOff('frankfurt'),
  },
  'address-down-and-cut': {
    planted: "one of its two hosts is down, and frankfurt's access router drops all traffic to the other",
    families: ['4'],
    hosts: 2,
    plant: plant.together(
      plant.blackhole('dc-*', plant.secondHost),
      plant.blackhole('edge-frankfurt', plant.firstHost),
    ),
    ...truth.cutOff('frankfurt'),
    blame: { ...BY_THE_TARGET, frankfurt: 'path' },
    doubt: IN_DNS_BY_MISTAKE,
    also: ['partial-outage'],
  },
} as const satisfies Record<string, Situation>;
