import { names } from './phrases.ts';
import type { Hop, Trace } from './report.ts';

/** One vantage's walk to an address, and whether it connects to it. */
export interface PathView {
  vantage: string;
  connects: boolean;
  trace: Trace;
}

/** Where the way of a vantage that does not connect seems to end. */
export interface PathFinding {
  vantage: string;
  /** The last router that answered. */
  lastHop?: string;
  /** What the ways of the others show next, and this one does not. */
  firstMissing?: string;
  /** Who said no. For an RST the target's own address: whoever sent it spoke in its name. */
  refusedAt?: string;
  /** One sentence that claims no more than routers' answers can show. */
  words: string;
}

/** A hop with an answer. */
type Seen = Hop & { from: string };

/** So often a router is met on a way that goes in a circle, at the least. */
const CIRCLE_VISITS = 3;

/**
 * Compares the walks to one address of the vantages that do not connect with those of the vantages that do: one finding for
 * each of the former that could walk, in their order. A router may stay silent, have several addresses, or answer from one that
 * nobody else sees (RFC 1812 section 4.3.2.4, RFC 5837): findings are evidence, and their words say so.
 */
export function comparePaths(views: readonly PathView[]): PathFinding[] {
  const failing = views.filter(({ connects, trace }) => !connects && trace.hops.length > 0);
  const open = views.filter(({ connects, trace }) => connects && trace.reached);
  return failing.map((view) => finding(view, open));
}

function finding({ vantage, trace }: PathView, open: readonly PathView[]): PathFinding {
  const seen = answered(trace);
  const end = seen.at(-1);
  if (!end) return unseen(vantage, trace, open);
  if (trace.reached && end.answer === 'connected') return walkedThrough(vantage, end);
  if (trace.reached && (end.answer === 'refused' || end.answer === 'reset')) {
    return refusal(vantage, seen, end, open);
  }
  const circle = circleOf(seen);
  if (circle.length > 1) {
    const words = `the way of ${vantage} goes in a circle between ${names(circle)}, as far as routers answer`;
    return { vantage, lastHop: end.from, words };
  }
  if (end.answer !== 'time-exceeded') return saidNo(vantage, seen, end, open);
  return lost(vantage, trace, end, open);
}

/** Silence from some hop on. */
function lost(vantage: string, trace: Trace, end: Seen, open: readonly PathView[]): PathFinding {
  const found = { vantage, lastHop: end.from };
  const reach = `${vantage} gets no further than ${end.from}, as far as routers answer`;
  const next = nextOf(end.from, open) ?? entrance(trace, open);
  if (next === undefined) return { ...found, words: reach };
  const words = `${reach}; ${others(next.vantages, open)} ${go(next.vantages)} on to ${next.hop}`;
  return { ...found, firstMissing: next.hop, words };
}

/** Not one hop answered. */
function unseen(vantage: string, trace: Trace, open: readonly PathView[]): PathFinding {
  const next = entrance(trace, open);
  const nobody = `no hop on the way of ${vantage} answers`;
  if (next === undefined) return { vantage, words: nobody };
  const words = `${nobody}; ${others(next.vantages, open)} ${go(next.vantages)} by ${next.hop}`;
  return { vantage, firstMissing: next.hop, words };
}

function saidNo(vantage: string, seen: readonly Seen[], end: Seen, open: readonly PathView[]): PathFinding {
  const said = `answered "${end.answer.replaceAll('-', ' ')}"`;
  const before = seen.findLast(({ ttl, from }) => ttl < end.ttl && from !== end.from);
  const router = seen.some(({ ttl, from }) => ttl < end.ttl && from === end.from);
  const lastHop = router ? end.from : before?.from;
  const next = router ? nextOf(end.from, open) : undefined;
  const ending = next ? `; ${others(next.vantages, open)} ${go(next.vantages)} on to ${next.hop}` : '';
  return {
    vantage,
    ...(lastHop === undefined ? undefined : { lastHop }),
    ...(next ? { firstMissing: next.hop } : undefined),
    refusedAt: end.from,
    words: `${end.from} ${said} to ${vantage} at hop ${end.ttl}${ending}`,
  };
}

/** An RST names nobody but the target; how far behind a shared router it comes from can still tell that it was not the target. */
function refusal(vantage: string, seen: readonly Seen[], end: Seen, open: readonly PathView[]): PathFinding {
  const before = seen.findLast(({ ttl }) => ttl < end.ttl);
  const found = {
    vantage,
    refusedAt: end.from,
    ...(before ? { lastHop: before.from } : undefined),
  };
  const plain = `${vantage} is refused in the name of ${end.from} at hop ${end.ttl}`;
  const behind = before ? `${plain}, ${count(end.ttl - before.ttl)} behind ${before.from}` : plain;
  const further = before && nextOf(before.from, open);
  if (!before || !further) return { ...found, words: behind };
  if (further.hopsToTarget <= end.ttl - before.ttl) {
    return {
      ...found,
      words: `${behind}, where ${others(further.vantages, open)} ${meet(further.vantages)} the target too`,
    };
  }
  const words = `${behind}, where ${others(further.vantages, open)} ${meet(further.vantages)} the target only ${count(further.hopsToTarget)} behind it: whoever refuses stands nearer than the target, if the ways are the same`;
  return { ...found, ...(further.hop === end.from ? undefined : { firstMissing: further.hop }), words };
}

function walkedThrough(vantage: string, end: Seen): PathFinding {
  return {
    vantage,
    lastHop: end.from,
    words: `the walk of ${vantage} reached ${end.from}: the way was open when it was walked`,
  };
}

interface Next {
  hop: string;
  /** Those that go there. */
  vantages: string[];
  /** From the router that was asked about to the target. */
  hopsToTarget: number;
}

/** What follows a router on the ways of those that connect: the answer that most of them see, the first of these in order. */
function nextOf(router: string, open: readonly PathView[]): Next | undefined {
  const steps = open.flatMap(({ vantage, trace }) => {
    const seen = answered(trace);
    const at = seen.find(({ from }) => from === router);
    const next = at && seen.find(({ ttl }) => ttl > at.ttl);
    return at && next ? [{ vantage, hop: next.from, hopsToTarget: lengthOf(trace) - at.ttl }] : [];
  });
  return commonest(steps);
}

/** Where the ways of those that connect come together, as far as this one has not been seen there; at the latest the target. */
function entrance(trace: Trace, open: readonly PathView[]): Next | undefined {
  const own = new Set(answered(trace).map(({ from }) => from));
  const [first, ...rest] = open.map((view) => answered(view.trace));
  const shared = first?.find(
    ({ from }) => !own.has(from) && rest.every((way) => way.some((hop) => hop.from === from)),
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

function answered({ hops }: Trace): Seen[] {
  return hops.filter((hop): hop is Seen => hop.from !== undefined).toSorted((a, b) => a.ttl - b.ttl);
}

function lengthOf({ hops }: Trace): number {
  return Math.max(...hops.map(({ ttl }) => ttl));
}

/** The routers that were met again and again, in the order in which the way comes to them. */
function circleOf(seen: readonly Seen[]): string[] {
  const visits = Map.groupBy(
    seen.filter(({ answer }) => answer === 'time-exceeded'),
    ({ from }) => from,
  );
  const again = [...visits].filter(([, hops]) => hops.length > 1);
  return again.some(([, hops]) => hops.length >= CIRCLE_VISITS) ? again.map(([from]) => from) : [];
}

function others(some: readonly string[], open: readonly PathView[]): string {
  if (open.length === 1 || some.length < open.length) return names(some);
  return 'the others';
}

function go(vantages: readonly string[]): string {
  return vantages.length === 1 ? 'goes' : 'go';
}

function meet(vantages: readonly string[]): string {
  return vantages.length === 1 ? 'meets' : 'meet';
}

function count(hops: number): string {
  return `${hops} ${hops === 1 ? 'hop' : 'hops'}`;
}
