import type { Answer, Behaviour, PlantedFault, Rejection } from '../world.ts';

/** The target that a fault is planted on. */
export interface Site {
  /** The network of its hosts. `dc-*` and `border-*` in {@link Plant} makers are the routers of this network. */
  network: string;
  /** What routes and filters match: the name of the host, or of its whole network. */
  to: string;
  /** Its DNS name. */
  name: string;
  port: number;
  v4: string[];
  v6: string[];
}

/** Makes a fault for one target. */
export type Plant = (site: Site) => PlantedFault;

/** Selects the addresses that a fault applies to. */
type Choice = (site: Site) => string | string[];

const everything: Choice = ({ to }) => to;
export const everyAddress: Choice = ({ v4, v6 }) => [...v4, ...v6];
export const overIpv4: Choice = ({ v4 }) => v4;
export const overIpv6: Choice = ({ v6 }) => v6;
export const firstHost: Choice = ({ v4, v6 }) => [...v4.slice(0, 1), ...v6.slice(0, 1)];
export const secondHost: Choice = ({ v4, v6 }) => [...v4.slice(1, 2), ...v6.slice(1, 2)];

function routerOf(place: string, { network }: Site): string {
  return place.replace('*', network);
}

/** A routing table at `place` answers so. */
export function route(
  place: string,
  answer: 'blackhole' | 'unreachable' | 'prohibit' | 'no-route',
  choice: Choice = everything,
): Plant {
  return (site) => ({ type: 'route', at: routerOf(place, site), answer, to: choice(site) });
}

/** `place` drops all traffic to the target. */
export function blackhole(place: string, choice?: Choice): Plant {
  return route(place, 'blackhole', choice);
}

/** Two neighbouring routers forward the traffic to each other; `from` limits it to one source. */
export function loop(one: string, other: string, from?: string): Plant {
  return (site) => ({
    type: 'loop',
    between: [routerOf(one, site), routerOf(other, site)],
    to: site.to,
    ...(from !== undefined && { from }),
  });
}

/** A router answers with TCP RST in place of the target. */
export function impostor(place: string): Plant {
  return (site) => ({ type: 'impostor', at: routerOf(place, site), to: site.to });
}

/** The host leaves its LAN. */
export const hostGone: Plant = ({ to }) => ({ type: 'host-gone', address: to });

/** A firewall rejects the traffic; `from` limits it to one source. */
export function reject(place: string, rejection: Rejection, from?: string): Plant {
  return (site) => ({ type: 'reject', at: routerOf(place, site), with: rejection, match: match(site, from) });
}

/** A firewall drops the traffic; `from` limits it to one source. */
export function drop(place: string, from?: string): Plant {
  return (site) => ({ type: 'drop', at: routerOf(place, site), match: match(site, from) });
}

/** SYNs arrive, SYN-ACKs are lost at `place`. */
export function brokenReturnPath(place: string): Plant {
  return (site) => ({ type: 'cut-way-back', at: routerOf(place, site), match: match(site) });
}

export function loseSyns(place: string, every: number | 'first'): Plant {
  return (site) => ({ type: 'lose-syns', at: routerOf(place, site), every, match: match(site) });
}

/** A router completes every handshake in place of the target. */
export function synProxy(place: string): Plant {
  return (site) => ({ type: 'syn-proxy', at: routerOf(place, site), match: match(site) });
}

/** The service at the target's port behaves so. */
export function service(does: Behaviour, choice: Choice = everyAddress): Plant {
  return (site) =>
    [choice(site)].flat().map((address) => ({ type: 'service', address, port: site.port, does }));
}

/** The target's name gets this answer: for all vantages, or for those named. */
export function nameAnswer(given: Answer, ...vantages: string[]): Plant {
  return ({ name }) => ({ type: 'name', name, answer: given, ...(vantages.length > 0 && { vantages }) });
}

/** The target's name resolves to these addresses: for all vantages, or for those named. */
export function resolvesTo(choice: Choice, delayMs = 0, ...vantages: string[]): Plant {
  return (site) => nameAnswer({ ...answerOf([choice(site)].flat()), delayMs }, ...vantages)(site);
}

/** The name resolves to the first host for all vantages, and to the second one for the vantage named. */
export function differentFor(vantage: string): Plant {
  return together(resolvesTo(firstHost), resolvesTo(secondHost, 0, vantage));
}

/** Several faults as one. */
export function together(...plants: Plant[]): Plant {
  return (site) => plants.map((plant) => plant(site));
}

/** Addresses as the answer of a name server. */
export function answerOf(addresses: readonly string[]): Exclude<Answer, string> {
  return {
    a: addresses.filter((address) => !address.includes(':')),
    aaaa: addresses.filter((address) => address.includes(':')),
  };
}

function match({ to }: Site, from?: string): { to: string; from?: string } {
  return { to, ...(from !== undefined && { from }) };
}
