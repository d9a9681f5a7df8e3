import type { FaultSteps } from './fault-steps.ts';
import type { Plan } from './plan.ts';
import { resolvePlaces } from './plan.ts';
import { HOSTS, LabError, REJECTIONS_4, REJECTIONS_6 } from './world.ts';
import type { FilterFault, Match, Rejection } from './world.ts';

const SYN = 'tcp flags & (syn|ack) == syn';
const SYN_ACK = 'tcp flags & (syn|ack) == (syn|ack)';

/** Faults that nftables applies. Each has its own table, so that healing is one deletion. `number` distinguishes active faults. */
export function filterFaultSteps(plan: Plan, fault: FilterFault, number: number): FaultSteps {
  const table = `fault${number}`;
  const { at } = fault;
  const body = tableBody(plan, fault);
  return {
    break: [{ op: 'shell', place: at, script: `nft -f - <<'END'\ntable inet ${table} {\n${body}\n}\nEND` }],
    heal: [{ op: 'shell', place: at, script: `nft delete table inet ${table}` }],
  };
}

function tableBody(plan: Plan, fault: FilterFault): string {
  const outward = matches(plan, fault.match, 'there');
  const homeward = matches(plan, fault.match, 'back');
  const hook = hookFor(plan, fault.at);
  switch (fault.type) {
    case 'drop':
      return chain(
        hook,
        outward.map(({ text }) => `${text} drop`),
      );
    case 'reject':
      return chain(hook, rejectRules(outward, fault.with));
    case 'lose-syns':
      if (fault.every === 'first') return loseFirst(hook, outward);
      return chain(
        hook,
        outward.map(({ text }) => `${text} ${SYN} numgen inc mod ${fault.every} 0 drop`),
      );
    case 'cut-way-back':
      // At a vantage or at the hosts the answers go through the opposite hook.
      return chain(
        hook === 'output' ? 'input' : hook === 'input' ? 'output' : hook,
        homeward.map(({ text }) => `${text} ${SYN_ACK} drop`),
      );
    case 'syn-proxy':
      return synProxy(outward);
    case 'handshake-reset':
      // The SYN-ACK becomes a SYN: both sides open at once (RFC 9293 section 3.5), the client sends a SYN-ACK as well, and is reset
      // in SYN_RECEIVED, which it reports as ECONNRESET. A reset in SYN_SENT would be ECONNREFUSED.
      return chain(hook, [
        ...homeward.map(({ text }) => `${text} ${SYN_ACK} tcp flags set syn accept`),
        ...outward.map(({ text }) => `${text} ${SYN_ACK} reject with tcp reset`),
      ]);
    case 'silent-router':
    default:
      return chain('output', [
        'icmp type { destination-unreachable, time-exceeded } drop',
        'icmpv6 type { destination-unreachable, time-exceeded } drop',
      ]);
  }
}

interface FamilyMatch {
  /** `any` if the match names no address. */
  family: 4 | 6 | 'any';
  text: string;
}

/** The match in the syntax of nft(8), for packets to the target or from it; one for each family that it applies to. */
function matches(plan: Plan, match: Match = {}, way: 'there' | 'back'): FamilyMatch[] {
  const to = resolvePlaces(plan, match.to);
  const from = resolvePlaces(plan, match.from);
  const [goal, origin] = way === 'there' ? ['daddr', 'saddr'] : ['saddr', 'daddr'];
  const [there, here] = way === 'there' ? ['dport', 'sport'] : ['sport', 'dport'];
  const ports = [
    match.port === undefined ? '' : `tcp ${there} ${match.port}`,
    match.sourcePorts === undefined ? '' : `tcp ${here} & 1 == ${match.sourcePorts === 'odd' ? 1 : 0}`,
  ];
  const found: FamilyMatch[] = [];
  if (match.to === undefined && match.from === undefined) {
    found.push({ family: 'any', text: join(['meta l4proto tcp', ...ports]) });
  }
  for (const family of [4, 6] as const) {
    const protocol = family === 4 ? 'ip' : 'ip6';
    const named = [
      [match.to, to[family], goal],
      [match.from, from[family], origin],
    ] as const;
    const asked = named.filter(([words]) => words !== undefined);
    if (asked.length === 0 || asked.some(([, addresses]) => addresses.length === 0)) continue;
    const sides = asked.map(([, addresses, side]) => `${protocol} ${side} { ${addresses.join(', ')} }`);
    found.push({ family, text: join([...sides, 'meta l4proto tcp', ...ports]) });
  }
  if (found.length === 0) throw new LabError('lab: a fault matches no address');
  return found;
}

function rejectRules(outward: readonly FamilyMatch[], how: Rejection): string[] {
  if (how === 'tcp-reset') return outward.map(({ text }) => `${text} reject with tcp reset`);
  const in4 = (REJECTIONS_4 as readonly string[]).includes(how);
  const in6 = (REJECTIONS_6 as readonly string[]).includes(how);
  const rules = outward.flatMap(({ family, text }) => [
    ...(in4 && family !== 6 ? [`meta nfproto ipv4 ${text} reject with icmp type ${how}`] : []),
    ...(in6 && family !== 4 ? [`meta nfproto ipv6 ${text} reject with icmpv6 type ${how}`] : []),
  ]);
  if (rules.length === 0) throw new LabError(`lab: no address of the match is of the family of ${how}`);
  return rules;
}

/** The first SYN of a connection adds it to a set and is dropped; the next SYN finds it there. */
function loseFirst(hook: string, outward: readonly FamilyMatch[]): string {
  const rules = outward.flatMap(({ family, text }) =>
    ([4, 6] as const)
      .filter((f) => family === 'any' || family === f)
      .map((f) => {
        const key = `${f === 4 ? 'ip' : 'ip6'} saddr . tcp sport`;
        const only = family === 'any' ? `meta nfproto ipv${f} ` : '';
        return `${only}${text} ${SYN} ${key} != @seen${f} add @seen${f} { ${key} } drop`;
      }),
  );
  return `${seenSet(4)}\n${seenSet(6)}\n${chain(hook, rules)}`;
}

function seenSet(family: 4 | 6): string {
  return `set seen${family} { typeof ${family === 4 ? 'ip' : 'ip6'} saddr . tcp sport; flags dynamic; timeout 2m; }`;
}

/** nft's synproxy needs SYNs that bypass connection tracking, and tracks the other packets (nft(8), SYNPROXY STATEMENT). */
function synProxy(outward: readonly FamilyMatch[]): string {
  return `chain early {
type filter hook prerouting priority raw;
${outward.map(({ text }) => `${text} ${SYN} notrack`).join('\n')}
}
${chain('forward', [
  ...outward.map(
    ({ text }) => `${text} ct state invalid,untracked synproxy mss 1460 wscale 7 timestamp sack-perm`,
  ),
  ...outward.map(({ text }) => `${text} ct state invalid drop`),
])}`;
}

function hookFor(plan: Plan, at: string): 'forward' | 'output' | 'input' {
  if (at === HOSTS) return 'input';
  if (plan.vantages.has(at)) return 'output';
  if (plan.routers.has(at)) return 'forward';
  throw new LabError(`lab: there is no place called ${at}`);
}

function chain(hook: string, rules: readonly string[]): string {
  return `chain ${hook} {\ntype filter hook ${hook} priority 0;\n${rules.join('\n')}\n}`;
}

function join(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' ');
}
