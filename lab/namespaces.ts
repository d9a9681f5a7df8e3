import { HOSTS } from './world.ts';
import { hex, nextHops, resolvePlaces } from './plan.ts';
import type { Plan, PlannedNetwork, PlannedRouter, PlannedVantage } from './plan.ts';

/** Directory for the lab's own files, in the tmpfs that the lab mounts over /run. */
const RUN_DIRECTORY = '/run/synwhere-lab';

/** `ip -batch` lines that connect the namespaces with veth pairs; run in the namespace of the hosts. */
export function linkCommands(plan: Plan): string[] {
  const lines: string[] = [];
  for (const router of plan.routers.values()) {
    for (const name of router.neighbours) {
      const other = routerOf(plan, name);
      if (other.index < router.index) continue;
      lines.push(
        `link add r${other.index} netns ${router.name} type veth peer name r${router.index} netns ${name}`,
      );
    }
  }
  for (const vantage of plan.vantages.values()) {
    lines.push(
      `link add eth0 netns ${vantage.name} type veth peer name v${vantage.index} netns ${vantage.router}`,
      `link add d${vantage.index} type veth peer name dns0 netns ${vantage.name}`,
    );
  }
  for (const { index, router } of plan.networks.values()) {
    lines.push(`link add n${index} type veth peer name n${index} netns ${router}`);
  }
  return lines;
}

/**
 * The script that gives each namespace its addresses, routes and settings. Every script can run again; it then restores what a
 * fault removed.
 */
export function setUpScripts(plan: Plan): Map<string, string> {
  const scripts = new Map<string, string>();
  const routes = routesOf(plan);
  for (const router of plan.routers.values()) {
    scripts.set(
      router.name,
      script(router.name, [...routerLines(plan, router), ...(routes.get(router.name) ?? [])], FORWARD),
    );
  }
  for (const vantage of plan.vantages.values()) {
    scripts.set(vantage.name, script(vantage.name, vantageLines(plan, vantage), nameServerScript(vantage)));
  }
  scripts.set(HOSTS, script(HOSTS, hostsLines(plan), ARP_STRICT));
  return scripts;
}

/** A line for ip(8) with its address family; lines that have none, such as links, are under 4. */
type Line = [family: 4 | 6, line: string];

// ICMP errors are limited by default to one per second and peer. The lab needs all of them, because many attempts fail at the same
// time.
const FORWARD = `echo 1 >/proc/sys/net/ipv4/ip_forward
echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
echo 0 >/proc/sys/net/ipv4/icmp_ratelimit
echo 0 >/proc/sys/net/ipv6/icmp/ratelimit
for f in icmp_msgs_per_sec icmp_msgs_burst; do [ ! -w /proc/sys/net/ipv4/$f ] || echo 100000 >/proc/sys/net/ipv4/$f; done`;

// All hosts share a namespace; each LAN must answer for its own addresses only.
const ARP_STRICT = 'echo 1 >/proc/sys/net/ipv4/conf/all/arp_ignore';

function script(name: string, lines: Line[], rest: string): string {
  const of = (family: 4 | 6) => lines.filter(([f]) => f === family).map(([, line]) => line);
  return `echo 0 >/proc/sys/net/ipv6/conf/all/accept_dad
for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 >$f; done
${rest}
ip -batch - <<'END'
${of(4).join('\n')}
END
ip -6 -batch - <<'END'
${of(6).join('\n')}
END
: ${name}`;
}

function routerLines(plan: Plan, router: PlannedRouter): Line[] {
  const source = `src ${router.address4}`;
  const source6 = `src ${router.address6}`;
  const lines: Line[] = [
    [4, 'link set lo up'],
    // One address for each router, on lo and as the preferred source: its ICMP errors have this source on every link.
    [4, `address replace ${router.address4}/32 dev lo`],
    [6, `address replace ${router.address6}/128 dev lo nodad`],
  ];
  const line = (device: string) => lines.push(...interfaceLines(device, `fe80::${hex(router.index)}`));
  for (const name of router.neighbours) line(`r${routerOf(plan, name).index}`);
  for (const vantage of plan.vantages.values()) {
    if (vantage.router !== router.name) continue;
    const device = `v${vantage.index}`;
    line(device);
    lines.push(
      [4, `address replace 10.${vantage.index}.0.1/32 dev ${device}`],
      [4, `route replace ${vantage.prefix4} dev ${device} ${source}`],
      [6, `route replace ${vantage.prefix6} dev ${device} ${source6}`],
    );
  }
  for (const { index, router: name, prefix4, prefix6 } of plan.networks.values()) {
    if (name !== router.name) continue;
    line(`n${index}`);
    if (prefix4 !== undefined) lines.push([4, `route replace ${prefix4} dev n${index} ${source}`]);
    if (prefix6 !== undefined) lines.push([6, `route replace ${prefix6} dev n${index} ${source6}`]);
  }
  return lines;
}

/** Routes to everything that is not on a router's own links, by the next hop on a shortest path. */
function routesOf(plan: Plan): Map<string, Line[]> {
  const lines = new Map<string, Line[]>();
  for (const goal of plan.routers.values()) {
    const prefixes: Line[] = [
      [4, `${goal.address4}/32`],
      [6, `${goal.address6}/128`],
    ];
    for (const place of [...plan.vantages.values(), ...plan.networks.values()]) {
      if (place.router !== goal.name) continue;
      if (place.prefix4 !== undefined) prefixes.push([4, place.prefix4]);
      if (place.prefix6 !== undefined) prefixes.push([6, place.prefix6]);
    }
    for (const [from, next] of nextHops(plan, goal.name)) {
      const here = routerOf(plan, from);
      for (const [family, prefix] of prefixes) {
        const list = lines.get(from) ?? [];
        list.push([
          family,
          `route replace ${prefix} ${viaRouter(plan, family, next)} src ${family === 4 ? here.address4 : here.address6}`,
        ]);
        lines.set(from, list);
      }
    }
  }
  return lines;
}

/** The `via … dev …` of a neighbouring router; links have no addresses. */
export function viaRouter(plan: Plan, family: 4 | 6, neighbour: string): string {
  const { index, address4 } = routerOf(plan, neighbour);
  return family === 4 ? `via ${address4} dev r${index} onlink` : `via fe80::${hex(index)} dev r${index}`;
}

function vantageLines(plan: Plan, vantage: PlannedVantage): Line[] {
  const lines: Line[] = [[4, 'link set lo up'], ...interfaceLines('eth0', `fe80::a:${hex(vantage.index)}`)];
  lines.push(
    [4, 'link set dns0 addrgenmode none'],
    [4, 'link set dns0 up'],
    [4, `address replace ${vantage.nameClient}/30 dev dns0`],
  );
  if (vantage.families.includes(4)) {
    lines.push(
      [4, `address replace ${vantage.address4}/24 dev eth0`],
      [4, `route replace default via 10.${vantage.index}.0.1 dev eth0`],
    );
  }
  if (vantage.families.includes(6)) {
    const gateway = `fe80::${hex(routerOf(plan, vantage.router).index)}`;
    lines.push(
      [6, `address replace ${vantage.address6}/64 dev eth0 nodad`],
      [6, `route replace default via ${gateway} dev eth0`],
    );
  }
  return lines;
}

function hostsLines(plan: Plan): Line[] {
  const lines: Line[] = [[4, 'link set lo up']];
  for (const vantage of plan.vantages.values()) {
    const device = `d${vantage.index}`;
    lines.push(
      [4, `link set ${device} addrgenmode none`],
      [4, `link set ${device} up`],
      [4, `address replace ${vantage.nameServer}/30 dev ${device}`],
    );
  }
  for (const network of plan.networks.values()) lines.push(...lanLines(plan, network));
  return lines;
}

function lanLines(plan: Plan, network: PlannedNetwork): Line[] {
  const { index, prefix4, prefix6, hosts } = network;
  const router = routerOf(plan, network.router);
  const device = `n${index}`;
  const table = lanTable(index);
  const lines = interfaceLines(device, `fe80::b:${hex(index)}`);
  // The interface keeps one address: an interface that loses its last one loses its IPv4 routes as well.
  lines.push([4, `address replace 10.254.${index}.1/32 dev ${device}`]);
  const addresses = resolvePlaces(
    plan,
    hosts.flatMap((host) => host.addresses),
  );
  for (const address of addresses[4]) lines.push([4, `address replace ${address}/32 dev ${device}`]);
  for (const address of addresses[6]) lines.push([6, `address replace ${address}/128 dev ${device} nodad`]);
  // Answers leave through the LAN that the address belongs to, as if each LAN had separate machines.
  if (prefix4 !== undefined) {
    lines.push([4, `route replace default via ${router.address4} dev ${device} onlink table ${table}`]);
  }
  if (prefix6 !== undefined) {
    lines.push([6, `route replace default via fe80::${hex(router.index)} dev ${device} table ${table}`]);
  }
  return lines;
}

/** Rules by source for the hosts' namespace; they are added once, because `ip rule` has no replace. */
export function hostsRules(plan: Plan): string {
  return [...plan.networks.values()]
    .flatMap(({ index, prefix4, prefix6 }) => [
      prefix4 === undefined
        ? ''
        : `ip rule add pref ${lanTable(index)} from ${prefix4} lookup ${lanTable(index)}`,
      prefix6 === undefined
        ? ''
        : `ip -6 rule add pref ${lanTable(index)} from ${prefix6} lookup ${lanTable(index)}`,
    ])
    .filter((line) => line !== '')
    .join('\n');
}

function lanTable(index: number): number {
  return 100 + index;
}

function interfaceLines(device: string, linkLocal: string): Line[] {
  return [
    [4, `link set ${device} addrgenmode none`],
    [4, `link set ${device} up`],
    [6, `address replace ${linkLocal}/64 dev ${device} nodad`],
  ];
}

/** Mounts the vantage's own resolv.conf over the system's, also if that is a link into the hidden /run. */
function nameServerScript(vantage: PlannedVantage): string {
  const file = `${RUN_DIRECTORY}/${vantage.name}.resolv.conf`;
  return `if [ ! -e ${file} ]; then
mkdir -p ${RUN_DIRECTORY}
echo 'nameserver ${vantage.nameServer}' >${file}
real=$(readlink -m /etc/resolv.conf)
[ -e "$real" ] || { mkdir -p "$(dirname "$real")" && : >"$real"; }
mount --bind ${file} "$real"
fi`;
}

function routerOf(plan: Plan, name: string): PlannedRouter {
  const router = plan.routers.get(name);
  if (!router) throw new Error(`unknown router ${name}`);
  return router;
}
