import { count, names, verb } from './phrases.ts';
import type { Hop, Trace } from './report.ts';

/** The trace of one vantage to an address, and whether the vantage connects to it. */
export interface PathView {
  vantage: string;
  connects: boolean;
  trace: Trace;
}

/** Where the path of a vantage that does not connect seems to end. */
export interface PathFinding {
  vantage: string;
  /** The last router that replied. */
  lastHop?: string;
  /** The next hop in the traces of the others, which this trace does not have. */
  firstMissing?: string;
  /** The source address of the refusal or the ICMP error. For an RST it is the target's address, whichever device sent it. */
  refusedAt?: string;
  /** One clause, without a full stop. It claims no more than replies of routers can show. */
  words: string;
}

/** A hop that replied. */
type Reply = Hop & { from: string };

/** A path is called a loop where one router replies at least so often. */
const LOOP_VISITS = 3;

/**
 * Compares the traces to one address of the vantages that do not connect with those of the vantages that do. Returns one finding for
 * each vantage that does not connect and has a trace, in their order. A router may not reply, may have several addresses, or may
 * reply from an address that no other trace shows (RFC 1812 section 4.3.2.4, RFC 5837): a finding is evidence, not proof.
 */
export function comparePaths(views: readonly PathView[]): PathFinding[] {
  const failing = views.filter(({ connects, trace }) => !connects && trace.hops.length > 0);
  const open = views.filter(({ connects, trace }) => connects && trace.reached);
  return failing.map((view) => finding(view, open));
}

function finding({ vantage, trace }: PathView, open: readonly PathView[]): PathFinding {
  const seen = answered(trace);
  const end = seen.at(-1);
  if (!end) return noReply(vantage, trace, open);
  if (trace.reached && end.answer === 'connected') return arrived(vantage, end);
  if (trace.reached && (end.answer === 'refused' || end.answer === 'reset')) {
    return refusal(vantage, seen, end, open);
  }
  const loop = loopOf(seen);
  if (loop.length > 1) {
    const words = `the replies to ${vantage}'s trace repeat between ${names(loop)}, as in a routing loop`;
    return { vantage, lastHop: end.from, words };
  }
  if (end.answer !== 'time-exceeded') return rejection(vantage, seen, end, open);
  return lost(vantage, trace, end, open);
}

/** No reply after some hop. */
function lost(vantage: string, trace: Trace, end: Reply, open: readonly PathView[]): PathFinding {
  const found = { vantage, lastHop: end.from };
  const reach = `the last router that replied to ${vantage}'s trace is ${end.from}`;
  const next = nextOf(end.from, open) ?? entrance(trace, open);
  if (next === undefined) return { ...found, words: reach };
  const words = `${reach}; ${others(next.vantages, open)} ${verb(next.vantages.length, 'continues', 'continue')} to ${next.hop}`;
  return { ...found, firstMissing: next.hop, words };
}

/** No hop replied. */
function noReply(vantage: string, trace: Trace, open: readonly PathView[]): PathFinding {
  const next = entrance(trace, open);
  const none = `no reply to ${vantage}'s trace`;
  if (next === undefined) return { vantage, words: none };
  const words = `${none}; ${others(next.vantages, open)} ${verb(next.vantages.length, 'passes', 'pass')} through ${next.hop}`;
  return { vantage, firstMissing: next.hop, words };
}

function rejection(
  vantage: string,
  seen: readonly Reply[],
  end: Reply,
  open: readonly PathView[],
): PathFinding {
  const error = end.answer.replaceAll('-', ' ');
  const before = seen.findLast(({ ttl, from }) => ttl < end.ttl && from !== end.from);
  const router = seen.some(({ ttl, from }) => ttl < end.ttl && from === end.from);
  const lastHop = router ? end.from : before?.from;
  const next = router ? nextOf(end.from, open) : undefined;
  const ending = next
    ? `; ${others(next.vantages, open)} ${verb(next.vantages.length, 'continues', 'continue')} to ${next.hop}`
    : '';
  return {
    vantage,
    ...(lastHop === undefined ? undefined : { lastHop }),
    ...(next ? { firstMissing: next.hop } : undefined),
    refusedAt: end.from,
    words: `${end.from} replied "${error}" to ${vantage}'s trace at hop ${end.ttl}${ending}`,
  };
}

/** An RST has the target's address as its source. Its distance from a shared router can still show that another device sent it. */
function refusal(
  vantage: string,
  seen: readonly Reply[],
  end: Reply,
  open: readonly PathView[],
): PathFinding {
  const before = seen.findLast(({ ttl }) => ttl < end.ttl);
  const found = {
    vantage,
    refusedAt: end.from,
    ...(before ? { lastHop: before.from } : undefined),
  };
  const plain = `${vantage} gets a refusal with the source address ${end.from} at hop ${end.ttl}`;
  const behind = before ? `${plain}, ${count(end.ttl - before.ttl, 'hop')} after ${before.from}` : plain;
  const further = before && nextOf(before.from, open);
  if (!before || !further) return { ...found, words: behind };
  if (further.hopsToTarget <= end.ttl - before.ttl) {
    return {
      ...found,
      words: `${behind}; ${others(further.vantages, open)} ${verb(further.vantages.length, 'reaches', 'reach')} the target at the same distance`,
    };
  }
  const words = `${behind}; ${others(further.vantages, open)} ${verb(further.vantages.length, 'reaches', 'reach')} the target ${count(further.hopsToTarget, 'hop')} after it: if the paths are the same, a device closer than the target refuses`;
  return { ...found, ...(further.hop === end.from ? undefined : { firstMissing: further.hop }), words };
}

function arrived(vantage: string, end: Reply): PathFinding {
  return {
    vantage,
    lastHop: end.from,
    words: `${vantage}'s trace reached ${end.from}: the path was open at that time`,
  };
}

interface Next {
  hop: string;
  /** The vantages whose traces show it. */
  vantages: string[];
  /** From the router that was asked about to the target. */
  hopsToTarget: number;
}

/** The hop after a router in the traces of the vantages that connect: the one that most of them show, the first of these in order. */
function nextOf(router: string, open: readonly PathView[]): Next | undefined {
  const steps = open.flatMap(({ vantage, trace }) => {
    const seen = answered(trace);
    const at = seen.find(({ from }) => from === router);
    const next = at && seen.find(({ ttl }) => ttl > at.ttl);
    return at && next ? [{ vantage, hop: next.from, hopsToTarget: lengthOf(trace) - at.ttl }] : [];
  });
  return commonest(steps);
}

/** The first hop that all traces of the vantages that connect share and this trace does not have; at the latest the target. */
function entrance(trace: Trace, open: readonly PathView[]): Next | undefined {
  const own = new Set(answered(trace).map(({ from }) => from));
  const [first, ...rest] = open.map((view) => answered(view.trace));
  const shared = first?.find(
    ({ from }) => !own.has(from) && rest.every((path) => path.some((hop) => hop.from === from)),
  );
  if (!shared) return undefined;
  return { hop: shared.from, vantages: open.map(({ vantage }) => vantage), hopsToTarget: 0 };
}

function commonest(
  steps: readonly { vantage: string; hop: string; hopsToTarget: number }[],
): Next | undefined {
  const byHop = Map.groupBy(steps, ({ hop }) => hop);
  const ranked = [...byHop].toSorted(([hopA, a], [hopB, b]) => b.length - a.length || (hopA < hopB ? -1 : 1));
  const [best] = ranked;
  if (!best) return undefined;
  const [hop, taken] = best;
  return {
    hop,
    vantages: taken.map(({ vantage }) => vantage),
    hopsToTarget: Math.min(...taken.map((step) => step.hopsToTarget)),
  };
}

function answered({ hops }: Trace): Reply[] {
  return hops.filter((hop): hop is Reply => hop.from !== undefined).toSorted((a, b) => a.ttl - b.ttl);
}

function lengthOf({ hops }: Trace): number {
  return Math.max(...hops.map(({ ttl }) => ttl));
}

/** The routers that replied several times, in the order of the path; empty where there is no loop. */
function loopOf(seen: readonly Reply[]): string[] {
  const visits = Map.groupBy(
    seen.filter(({ answer }) => answer === 'time-exceeded'),
    ({ from }) => from,
  );
  const again = [...visits].filter(([, hops]) => hops.length > 1);
  return again.some(([, hops]) => hops.length >= LOOP_VISITS) ? again.map(([from]) => from) : [];
}

function others(some: readonly string[], open: readonly PathView[]): string {
  if (open.length === 1 || some.length < open.length) return names(some);
  return 'the others';
}
