import type { Facts } from './facts.ts';
import { names } from './phrases.ts';
import { alwaysClosed, isContested, isSelective, networkReturnedErrors } from './rules.ts';
import { noneAllowed } from './standing.ts';
import { formatTarget } from './target.ts';
import type { Kind } from './words.ts';
import { AWS, SILENT_KINDS } from './words.ts';

const MOST_ADDRESSES = 6;

/** What the evidence cannot exclude, each with a test that can. The doubts of the kind itself come first. */
export function notRuledOut(kind: Kind, also: readonly Kind[], facts: Facts): string[] {
  if (SILENT_KINDS.some((silent) => silent === kind)) return DOUBTS[kind](facts);
  const doubts = [kind, ...also].flatMap((holds) => DOUBTS[holds](facts));
  return [...new Set([...doubts, ...generalDoubts(kind, facts)])];
}

const DOUBTS: Record<Kind, (facts: Facts) => string[]> = {
  'vantage-fault': ({ target, standings }) => [
    noneAllowed(standings)
      ? `Anything about ${formatTarget(target)}: check it from a vantage that is allowed to try it.`
      : `Anything about ${formatTarget(target)}: repair the vantages or their controls, or check it from other vantages.`,
  ],
  'insufficient-data': ({ target }) => [
    `Anything about ${formatTarget(target)}: find out why the vantages did not report, and check again.`,
  ],
  'name-failure': ({ nameFailed, target }) =>
    nameFailed.every(
      ({ name }) => name?.outcome === 'name-not-found' || name?.outcome === 'name-without-address',
    )
      ? [
          `A name that is misspelt, expired or not yet published: query the authoritative name servers, \`dig +trace ${target.host}\`.`,
        ]
      : [
          `Whether the authoritative name servers fail or the resolvers of the vantages: query the authoritative servers directly, \`dig +trace ${target.host}\`.`,
          'Whether a service listens there: without an address, no connection was tried. If you know the address, check it.',
        ],
  'remote-refusal': ({ columns }) => [
    'Whether the host refuses, because no process listens there, or a firewall that answers instead of it. On the host, `ss -ltn` lists the listening ports, and a packet capture shows whether the SYNs arrive.',
    ...(columns.some(({ refused, cutOff }) => refused.length > 0 && cutOff.length > 0)
      ? [
          'Whether the packets of the vantages without an answer are lost on the path or dropped by a filter: capture their SYNs at the target.',
        ]
      : []),
  ],
  unroutable: (facts) => [
    ...(facts.failedAttempts.some(({ attempt }) => attempt.stage === 'local')
      ? [
          'A route or a firewall rule on the machine of the vantage: `ip route get ADDRESS` and its firewall rules show it.',
        ]
      : []),
    ...(networkReturnedErrors(facts)
      ? [
          'Whether the target itself runs: it did not answer. Check from inside its network, and ask the operator of the router that returned the error.',
          'A firewall that returns "unreachable" by a rule: look at its reject rules.',
        ]
      : ['Whether the target itself runs: it did not answer. Check from inside its network.']),
  ],
  unresponsive: () => [
    'Down or filtered: a host that is off, a firewall that drops packets, a full accept queue and a broken return path all look the same. A packet capture of SYNs on the host shows which.',
  ],
  'selective-refusal': ({ columns }) => {
    const refused = names([...new Set(columns.filter(isSelective).flatMap((column) => column.refused))]);
    return [
      `A filter by source at the target, or a device near ${refused} that answers instead of it: capture packets at the target. If the SYNs of ${refused} do not arrive, a device on the path refuses.`,
      'Several machines behind one address (anycast, a load balancer), some of which refuse: check each of them.',
    ];
  },
  'local-routing-issue': ({ columns, counted }) => {
    const cutOff = names([...new Set(columns.filter(isContested).flatMap((column) => column.cutOff))]);
    return [
      `Whether the SYNs of ${cutOff} are lost on the path to the target or the answers on the return path: capture packets at the target, or trace from both ends.`,
      `A firewall at the target that silently drops packets from ${cutOff}: look for ${sourceOf(columns, counted)} in its rules.`,
    ];
  },
  'split-reachability': ({ columns }) => [
    ...oneAgainstOne(columns),
    'Whether a transit network fails or the target drops by source: find what the vantages without a connection have in common (provider, region, address range), and capture packets at the target.',
    'Several machines behind one address (anycast), some of which are down: check each of them.',
  ],
  'partial-outage': ({ columns, counted }) => {
    const resolved = counted.filter(({ name }) => name?.outcome === 'resolved').length;
    const given = givenTo(counted);
    const givenToSome = columns.flatMap(({ address, isDead }) => {
      const vantages = given.get(address) ?? [];
      return isDead && vantages.length > 0 && vantages.length < resolved ? [{ address, vantages }] : [];
    });
    return [
      'Whether the address is down or filtered, or is in the DNS by mistake: compare the DNS records with what is deployed.',
      ...givenToSome
        .slice(0, MOST_ADDRESSES)
        .map(
          ({ address, vantages }) =>
            `A resolver with wrong or outdated data: only ${names(vantages)} got ${address} for the name. Query the authoritative name servers.`,
        ),
      ...(givenToSome.length > MOST_ADDRESSES
        ? [`The same for ${givenToSome.length - MOST_ADDRESSES} more addresses that only some vantages got.`]
        : []),
    ];
  },
  'name-disagreement': ({ nameFailed, target }) => [
    `Whether the resolver of ${names(nameFailed.map(({ vantage }) => vantage))} fails, or the authoritative name servers cannot be reached from there: run \`dig +trace ${target.host}\` there.`,
  ],
  'accepts-then-closes': () => [
    'Whether the service closes the connection, or a proxy in front of it whose back end is down: read the logs of both.',
    'A service that expects other data first (TLS, a PROXY header) or rejects these sources: try its own client.',
  ],
  unstable: ({ columns }) => [
    ...closedForSome(columns),
    'Packet loss on the path, an overloaded target (a full accept queue drops SYNs), or one broken path of several: check for a longer time, and look at the listen queue with `ss -ltn`.',
  ],
  reachable: () => [
    'Whether the service itself works: a handshake proves only TCP, and a proxy can complete it for a host that is down. Test the application.',
  ],
};

/** By address, the vantages whose lookup of the name returned it. */
function givenTo(counted: Facts['counted']): Map<string, string[]> {
  const given = new Map<string, string[]>();
  for (const { vantage, name } of counted) {
    for (const address of new Set(name?.addresses)) {
      const vantages = given.get(address);
      if (vantages) vantages.push(vantage);
      else given.set(address, [vantage]);
    }
  }
  return given;
}

/** What to look for in the rules of a firewall. The source addresses of Lambda are not fixed; AWS publishes the ranges of each region. */
function sourceOf(columns: Facts['columns'], counted: Facts['counted']): string {
  const cutOff = new Set(columns.filter(isContested).flatMap((column) => column.cutOff));
  const networks = counted.flatMap(({ vantage, network }) => (cutOff.has(vantage) ? [network] : []));
  const inAws = networks.filter((network) => network === AWS).length;
  const ranges = `AWS's address ranges of ${inAws === 1 ? 'that region' : 'those regions'}`;
  if (inAws === 0) return 'that source';
  return inAws === networks.length ? ranges : `that source and ${ranges}`;
}

/** With one vantage on each side, a fault of the vantage itself is possible. */
function oneAgainstOne(columns: Facts['columns']): string[] {
  const cutOff = [...new Set(columns.filter(isContested).flatMap((column) => column.cutOff))];
  return cutOff.length === 1
    ? [
        `A fault local to ${names(cutOff)}: two vantages that disagree cannot tell. Check from a third place with --vantage.`,
      ]
    : [];
}

function closedForSome(columns: Facts['columns']): string[] {
  const closed = alwaysClosed(columns);
  return closed.length > 0
    ? [
        `A service or a proxy that closes only the connections of ${names(closed)}, by source address or because of a limit: read its log for these addresses.`,
      ]
    : [];
}

function generalDoubts(kind: Kind, { counted, standings, columns, earlier }: Facts): string[] {
  const isFailure = kind !== 'reachable';
  const abstaining = standings.filter((standing) => !standing.counted).map(({ vantage }) => vantage);
  const cutOff = columns.some((column) => column.cutOff.length > 0);
  return [
    ...sharedNetwork(counted, columns),
    ...(isFailure && counted.length === 1
      ? [
          'With only one usable vantage, whether the fault is at the vantage, on the path or at the target: check from other places with --vantage.',
        ]
      : []),
    ...(isFailure &&
    counted.length > 1 &&
    cutOff &&
    columns.every(({ connecting }) => connecting.length === 0)
      ? ['A part of the path that all vantages share: check from a place with another connection.']
      : []),
    ...(abstaining.length > 0
      ? [`What ${names(abstaining)} would see: ${abstaining.length === 1 ? 'it is' : 'they are'} ignored.`]
      : []),
    ...(isFailure && earlier.length === 0
      ? ['A short fault: this was found in one check only. Check again.']
      : []),
  ];
}

/** A filter against a whole provider, or a fault at its border, looks like a target that is down. With one vantage, more is uncertain than that. */
function sharedNetwork(counted: Facts['counted'], columns: Facts['columns']): string[] {
  const [first, ...others] = counted;
  const network = first?.network;
  if (network === undefined || others.length === 0) return [];
  if (others.some((other) => other.network !== network)) return [];
  if (columns.some(({ connecting }) => connecting.length > 0)) return [];
  const where = columns.length > 0 ? 'the target' : 'the name servers';
  return [
    `All usable vantages are in one network (${network}): a filter or a fault between that network and ${where} looks the same. Check from a vantage in another network.`,
  ];
}
