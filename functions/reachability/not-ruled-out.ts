import type { Facts } from './facts.ts';
import { names } from './phrases.ts';
import { hungUpOn, isContested, isSelective, toldByTheNetwork } from './rules.ts';
import { nobodyMayTry } from './standing.ts';
import { formatTarget } from './target.ts';
import type { Kind } from './words.ts';
import { AWS, SILENT_KINDS } from './words.ts';

const MOST_STRAYS = 6;

/** What the evidence cannot exclude, each with the test that would. The kind's own doubts come first. */
export function notRuledOut(kind: Kind, also: readonly Kind[], facts: Facts): string[] {
  if (SILENT_KINDS.some((silent) => silent === kind)) return DOUBTS[kind](facts);
  const doubts = [kind, ...also].flatMap((holds) => DOUBTS[holds](facts));
  return [...new Set([...doubts, ...generalDoubts(kind, facts)])];
}

const DOUBTS: Record<Kind, (facts: Facts) => string[]> = {
  'vantage-fault': ({ target, standings }) => [
    nobodyMayTry(standings)
      ? `Anything at all about ${formatTarget(target)}. Ask from a vantage that is allowed to try it.`
      : `Anything at all about ${formatTarget(target)}. Mend the vantages or their controls, or ask from other vantages.`,
  ],
  'insufficient-data': ({ target }) => [
    `Anything at all about ${formatTarget(target)}. See why the vantages did not report, and ask again.`,
  ],
  'name-failure': ({ nameFailed, target }) =>
    nameFailed.every(
      ({ name }) => name?.outcome === 'name-not-found' || name?.outcome === 'name-without-address',
    )
      ? [
          `A name that was mistyped, lapsed or not yet published: ask the zone's own name servers, \`dig +trace ${target.host}\`.`,
        ]
      : [
          `Whether the zone's name servers fail or the vantages' own resolvers do: ask the zone's servers directly, \`dig +trace ${target.host}\`.`,
          'Whether anything listens there: no connect was possible without an address. Check the address itself if you know it.',
        ],
  'remote-refusal': ({ columns }) => [
    'Who says no: the host, for nothing listens there, or a firewall that answers in its name. On the host, `ss -ltn` shows who listens, and a packet capture whether the SYNs arrive.',
    ...(columns.some(({ refused, cutOff }) => refused.length > 0 && cutOff.length > 0)
      ? [
          'Whether those who hear nothing are cut off on the way or dropped by a filter there: capture their SYNs at the target.',
        ]
      : []),
  ],
  unroutable: (facts) => [
    ...(facts.failedAttempts.some(({ attempt }) => attempt.stage === 'local')
      ? [
          'A route or a firewall rule on the asking machine itself: `ip route get ADDRESS` and its rules show it.',
        ]
      : []),
    ...(toldByTheNetwork(facts)
      ? [
          'Whether the target itself runs: no answer came from it. Ask from inside its network, and ask whoever runs the router that answered.',
          'A firewall that says "unreachable" on purpose: look at its reject rules.',
        ]
      : ['Whether the target itself runs: no answer came from it. Ask from inside its network.']),
  ],
  unresponsive: () => [
    'Down, or filtered: a host that is off, a firewall that drops, a full accept queue and a way back that is cut all look like this. A packet capture for SYNs on the host tells which.',
  ],
  'selective-refusal': ({ columns }) => {
    const refused = names([...new Set(columns.filter(isSelective).flatMap((column) => column.refused))]);
    return [
      `A filter by source at the target, or something near ${refused} that answers in its name: capture at the target. If the SYNs of ${refused} do not arrive, someone on the way refuses.`,
      'Several machines behind one address (anycast, a load balancer), some of which refuse: look at each of them.',
    ];
  },
  'local-routing-issue': ({ columns, counted }) => {
    const cutOff = names([...new Set(columns.filter(isContested).flatMap((column) => column.cutOff))]);
    return [
      `Whether the SYNs of ${cutOff} are lost on the way there or the answers on the way back: capture at the target, or trace from both ends.`,
      `A firewall at the target that silently drops ${cutOff}: look for ${sourceOf(columns, counted)} in its rules.`,
    ];
  },
  'split-reachability': ({ columns }) => [
    ...alone(columns),
    'Whether a transit network fails or the target drops by source: see what those cut off have in common (provider, region, address range), and capture at the target.',
    'Several machines behind one address (anycast), some of which are down: look at each of them.',
  ],
  'partial-outage': ({ columns, counted }) => {
    const resolved = counted.filter(({ name }) => name?.outcome === 'resolved').length;
    const given = givenTo(counted);
    const strays = columns.flatMap(({ address, isDead }) => {
      const vantages = given.get(address) ?? [];
      return isDead && vantages.length > 0 && vantages.length < resolved ? [{ address, vantages }] : [];
    });
    return [
      'Whether the address is down or filtered, or is in the DNS by mistake: compare the name with what is really deployed.',
      ...strays
        .slice(0, MOST_STRAYS)
        .map(
          ({ address, vantages }) =>
            `A resolver that lies or is stale: only ${names(vantages)} ${vantages.length === 1 ? 'was' : 'were'} given ${address}. Ask the zone's own name servers.`,
        ),
      ...(strays.length > MOST_STRAYS
        ? [`The same of ${strays.length - MOST_STRAYS} more addresses that only some were given.`]
        : []),
    ];
  },
  'name-disagreement': ({ nameFailed, target }) => [
    `Whether the resolver of ${names(nameFailed.map(({ vantage }) => vantage))} fails, or the zone's name servers as seen from there: \`dig +trace ${target.host}\` from that place.`,
  ],
  'accepts-then-closes': () => [
    'Who hangs up: the service, or a proxy before it whose back end is down. The logs of both tell.',
    'A service that waits for other words first (TLS, a PROXY header) or turns away these sources: try its own client.',
  ],
  unstable: ({ columns }) => [
    ...turnedAway(columns),
    'Loss on the way, a target that is overloaded (a full accept queue drops SYNs), or one broken path of several: check again for longer, and look at the listen queue with `ss -ltn`.',
  ],
  reachable: () => [
    'That the service behind works: a handshake speaks for TCP alone, and a proxy may shake hands for a host that is gone. Ask the application.',
  ],
};

/** Whom the look-up of the name gave an address. */
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

/** What to look for in the rules of a firewall: Lambda's source addresses are not fixed, AWS publishes the ranges of each region. */
function sourceOf(columns: Facts['columns'], counted: Facts['counted']): string {
  const cutOff = new Set(columns.filter(isContested).flatMap((column) => column.cutOff));
  const networks = counted.flatMap(({ vantage, network }) => (cutOff.has(vantage) ? [network] : []));
  const inAws = networks.filter((network) => network === AWS).length;
  const ranges = `AWS's address ranges of ${inAws === 1 ? 'that region' : 'those regions'}`;
  if (inAws === 0) return 'that source';
  return inAws === networks.length ? ranges : `that source and ${ranges}`;
}

/** One against one. */
function alone(columns: Facts['columns']): string[] {
  const cutOff = [...new Set(columns.filter(isContested).flatMap((column) => column.cutOff))];
  return cutOff.length === 1
    ? [
        `A fault local to ${names(cutOff)}: one against one cannot tell. Ask from a third place with --vantage.`,
      ]
    : [];
}

function turnedAway(columns: Facts['columns']): string[] {
  const closed = hungUpOn(columns);
  return closed.length > 0
    ? [
        `A service or a proxy that hangs up on ${names(closed)} alone, by its source or for a limit: read its log for these addresses.`,
      ]
    : [];
}

function generalDoubts(kind: Kind, { counted, standings, columns, earlier }: Facts): string[] {
  const troubled = kind !== 'reachable';
  const abstaining = standings.filter((standing) => !standing.counted).map(({ vantage }) => vantage);
  const cutOff = columns.some((column) => column.cutOff.length > 0);
  return [
    ...sharedNetwork(counted, columns),
    ...(troubled && counted.length === 1
      ? [
          'With one vantage that counts, whether the fault is here, on the way or there: ask from other places with --vantage.',
        ]
      : []),
    ...(troubled && counted.length > 1 && cutOff && columns.every(({ connecting }) => connecting.length === 0)
      ? ['A part of the way that all vantages share: ask from a place that is connected differently.']
      : []),
    ...(abstaining.length > 0
      ? [`What ${names(abstaining)} would see: ${abstaining.length === 1 ? 'it does' : 'they do'} not count.`]
      : []),
    ...(troubled && earlier.length === 0
      ? ['A trouble of the moment: this was seen in one round only. Ask again.']
      : []),
  ];
}

/** A filter against a whole provider, or a fault at its edge, looks like a target that is down. With one vantage, more than that is open. */
function sharedNetwork(counted: Facts['counted'], columns: Facts['columns']): string[] {
  const [first, ...others] = counted;
  const network = first?.network;
  if (network === undefined || others.length === 0) return [];
  if (others.some((other) => other.network !== network)) return [];
  if (columns.some(({ connecting }) => connecting.length > 0)) return [];
  const where = columns.length > 0 ? 'the target' : 'the name servers';
  return [
    `All vantages that count are in one network (${network}): a filter or a fault between that network and ${where} looks the same. Ask from a vantage in another network.`,
  ];
}
