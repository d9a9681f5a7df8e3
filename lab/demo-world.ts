import { filterProblemHere } from './available.ts';
import { acme, addressesOf, cities, CONTROLS, globex } from './cities.ts';
import { needsFilter } from './faults.ts';
import type { Target } from '../functions/reachability/request.ts';
import type { Kind } from '../functions/reachability/words.ts';
import type { Fault, HostSpec, NameSpec, WorldSpec } from './world.ts';

/** One situation of the demo, with its truth. */
export interface DemoCase {
  target: Target;
  /** What is really the matter there, for a person. */
  planted: string;
  /** The verdict's kind, if the judgement is right. */
  kind: Kind;
  /** The vantages whose path it should blame, where it should blame any. */
  path?: string[];
  /** Put there for this case alone. */
  fault?: Fault;
  host?: HostSpec;
  /** What single vantages are told of the name, instead of the host's addresses. */
  name?: Pick<NameSpec, 'perVantage'>;
  /** Asked from these vantages alone, in a check of their own. */
  onlyFrom?: string[];
  /** Vantages, in that check, whose program crashes. */
  crashing?: string[];
}

export interface Demo {
  world: WorldSpec;
  cases: DemoCase[];
  controls: Target[];
  /** The vantage whose uplink is dead. */
  offline: string;
  /** Why some cases are left out here; one line. */
  leftOut?: string;
}

const OFFLINE = 'saopaulo';

const CASES: DemoCase[] = [
  {
    target: { host: 'www.acme.example', port: 443 },
    planted: 'nothing',
    kind: 'reachable',
    host: { name: 'www', addresses: acme(10), services: { 443: 'open' } },
  },
  {
    target: { host: '2001:db8:acc::10', port: 443 },
    planted: 'nothing',
    kind: 'reachable',
  },
  {
    target: { host: 'www.acme.example', port: 8443 },
    planted: 'nobody listens at this port',
    kind: 'remote-refusal',
  },
  {
    target: { host: 'db.acme.example', port: 5432 },
    planted: 'the service closes every connection',
    kind: 'accepts-then-closes',
    host: { name: 'db', addresses: acme(11), services: { 5432: 'accept-then-close' } },
  },
  {
    target: { host: 'queue.acme.example', port: 5672 },
    planted: 'the service resets every other connection',
    kind: 'unstable',
    host: { name: 'queue', addresses: acme(12), services: { 5672: 'flaky' } },
  },
  {
    target: { host: 'api.acme.example', port: 443 },
    planted: "frankfurt's access router swallows what goes there",
    kind: 'local-routing-issue',
    path: ['frankfurt'],
    host: { name: 'api', addresses: acme(13), services: { 443: 'open' } },
    fault: { type: 'route', at: 'edge-frankfurt', answer: 'blackhole', to: 'api' },
  },
  {
    target: { host: 'mail.acme.example', port: 587 },
    planted: 'the eastern backbone has lost the way',
    kind: 'split-reachability',
    host: { name: 'mail', addresses: acme(14), services: { 587: 'banner' } },
    fault: { type: 'route', at: 'core-east', answer: 'blackhole', to: 'mail' },
  },
  {
    target: { host: 'shop.acme.example', port: 443 },
    planted: "tokyo's access router refuses in its name",
    kind: 'selective-refusal',
    host: { name: 'shop', addresses: acme(15), services: { 443: 'open' } },
    fault: { type: 'impostor', at: 'edge-tokyo', to: 'shop' },
  },
  {
    target: { host: 'old.acme.example', port: 22 },
    planted: 'the machine is switched off',
    kind: 'unroutable',
    host: { name: 'old', addresses: acme(16), services: { 22: 'open' } },
    fault: { type: 'host-gone', address: 'old' },
  },
  {
    target: { host: 'vpn.globex.example', port: 443 },
    planted: 'a filter before it drops every SYN',
    kind: 'unresponsive',
    host: { name: 'vpn', addresses: globex(20), services: { 443: 'open' } },
    fault: { type: 'route', at: 'dc-globex', answer: 'blackhole', to: 'vpn' },
  },
  {
    target: { host: 'busy.globex.example', port: 80 },
    planted: 'its accept queue is full',
    kind: 'unresponsive',
    host: { name: 'busy', addresses: globex(21), services: { 80: 'full-queue' } },
  },
  {
    target: { host: 'lost.globex.example', port: 443 },
    planted: 'the border router has no route to it',
    kind: 'unroutable',
    host: { name: 'lost', addresses: globex(22), services: { 443: 'open' } },
    fault: { type: 'route', at: 'border-globex', answer: 'no-route', to: 'lost' },
  },
  {
    target: { host: 'loop.globex.example', port: 443 },
    planted: 'two routers send it to and fro',
    kind: 'unroutable',
    host: { name: 'loop', addresses: globex(23), services: { 443: 'open' } },
    fault: { type: 'loop', between: ['border-globex', 'dc-globex'], to: 'loop' },
  },
  {
    target: { host: 'cdn.globex.example', port: 443 },
    planted: 'one of its two machines is down',
    kind: 'partial-outage',
    host: { name: 'cdn', addresses: ['198.51.100.24', '198.51.100.25'], services: { 443: 'open' } },
    fault: { type: 'route', at: 'dc-globex', answer: 'blackhole', to: '198.51.100.25' },
  },
  {
    target: { host: 'six.globex.example', port: 443 },
    planted: 'its IPv6 side refuses, IPv4 works',
    kind: 'partial-outage',
    host: { name: 'six', addresses: globex(26), services: { 443: 'open' } },
    fault: { type: 'service', address: '2001:db8:b0b::26', port: 443, does: 'closed' },
  },
  {
    target: { host: 'typo.globex.example', port: 443 },
    planted: 'there is no such name',
    kind: 'name-failure',
  },
  {
    target: { host: 'new.globex.example', port: 443 },
    planted: "sydney's resolver does not know it yet",
    kind: 'name-disagreement',
    host: { name: 'new', addresses: globex(27), services: { 443: 'open' } },
    name: { perVantage: { sydney: 'nxdomain' } },
  },
  {
    target: { host: 'gov.globex.example', port: 443 },
    planted: 'a firewall says "administratively prohibited"',
    kind: 'unroutable',
    host: { name: 'gov', addresses: globex(28), services: { 443: 'open' } },
    fault: { type: 'reject', at: 'dc-globex', with: 'admin-prohibited', match: { to: 'gov' } },
  },
  {
    target: { host: 'slow.acme.example', port: 443 },
    planted: "every connection's first SYN is lost",
    kind: 'unstable',
    host: { name: 'slow', addresses: acme(29), services: { 443: 'open' } },
    fault: { type: 'lose-syns', at: 'dc-acme', every: 'first', match: { to: 'slow' } },
  },
  {
    target: { host: 'oneway.acme.example', port: 443 },
    planted: 'answers to dublin are lost on the way back',
    kind: 'local-routing-issue',
    path: ['dublin'],
    host: { name: 'oneway', addresses: acme(30), services: { 443: 'open' } },
    fault: { type: 'cut-way-back', at: 'edge-dublin', match: { to: 'oneway' } },
  },
  {
    target: { host: 'picky.acme.example', port: 443 },
    planted: 'it refuses ohio, by its source address',
    kind: 'selective-refusal',
    host: { name: 'picky', addresses: acme(31), services: { 443: 'open' } },
    fault: { type: 'reject', at: 'hosts', with: 'tcp-reset', match: { to: 'picky', from: 'ohio' } },
  },
  {
    target: { host: 'web.acme.example', port: 443 },
    planted: `nothing, but asked only from ${OFFLINE}, which is offline`,
    kind: 'vantage-fault',
    host: { name: 'web', addresses: acme(32), services: { 443: 'open' } },
    onlyFrom: [OFFLINE],
  },
  {
    target: { host: 'app.acme.example', port: 443 },
    planted: 'nothing, but two of three probes crash',
    kind: 'insufficient-data',
    host: { name: 'app', addresses: acme(33), services: { 443: 'open' } },
    onlyFrom: ['dublin', 'ohio', 'tokyo'],
    crashing: ['ohio', 'tokyo'],
  },
];

/**
 * The internet of the demo: six cities with an access router each, two backbones, two data centres, and for every kind of verdict
 * something that deserves it. One city's uplink is dead. Without nftables the cases that need it are left out.
 */
export function demo(): Demo {
  const noFilter = filterProblemHere();
  const cases = CASES.filter(({ fault }) => noFilter === undefined || !fault || !needsFilter(fault));
  const hosts = cases.flatMap(({ host }) => host ?? []);
  return {
    cases,
    controls: CONTROLS,
    offline: OFFLINE,
    ...(noFilter !== undefined && {
      leftOut: `${CASES.length - cases.length} cases are left out: ${noFilter}`,
    }),
    world: cities({
      acme: hosts.filter(({ addresses }) => addresses[0]?.startsWith('203.')),
      globex: hosts.filter(({ addresses }) => addresses[0]?.startsWith('198.')),
      names: cases.flatMap(nameOf),
      faults: {
        ...Object.fromEntries(
          cases.flatMap(({ target, fault }): [string, Fault][] => (fault ? [[target.host, fault]] : [])),
        ),
        'dead-uplink': { type: 'link-down', at: `edge-${OFFLINE}`, link: 'core-west' },
      },
      maxLifetimeMs: 300_000,
    }),
  };
}

/** The name of a case's target leads to its host's addresses; a case without a host has none, or an address for a name. */
function nameOf({ target, host, name }: DemoCase): NameSpec[] {
  return host ? [{ name: target.host, ...name, answer: addressesOf(host) }] : [];
}
