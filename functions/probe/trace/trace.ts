import { parseAddress, type Address } from '../../reachability/address.ts';
import { cleanText } from '../../reachability/clean-text.ts';
import type { Hop, Trace } from '../../reachability/report.ts';
import type { TraceRequest } from '../../reachability/request.ts';
import { openCalls } from '../evidence/kernel-evidence.ts';
import type { KernelCalls } from '../evidence/kernel-ffi.ts';
import type { AddressPolicy } from '../policy/policy.ts';
import { sendSyn, type SynAnswer } from './send-syn.ts';

/** The default of traceroute(8). */
const MAX_HOPS = 30;
/** Hops queried in parallel. SYNs to hops beyond the target's distance reach the target, so few are sent at once. */
const PARALLEL_HOPS = 8;
/** This many silent hops in a row end a trace to a target that does not answer (scamper(1), its gap limit). */
const SILENT_HOPS_AT_END = 5;
/**
 * A second SYN, from another port: it may take another of several equal paths, and a router that limits its ICMP errors (Linux: six at
 * once, then one a second, icmp_ratelimit in ip-sysctl) has had time. The kernel sends each of the two again a second later.
 */
const SECOND_SYN_MS = 400;
/** Two SYNs, each sent twice (at 0, 0.4, 1 and 1.4 s), and time for the last answer. */
const HOP_TIMEOUT_MS = 2000;
/** Where no later hop answers: a router needs three seconds to detect an absent host (arp(7)), and may then report it. */
const LAST_HOP_TIMEOUT_MS = 3600;
/** Timers may fire up to a millisecond early. */
const TIMER_ERROR_MS = 1;
const LOOP_VISITS = 3;
/** The direct SYN is sent first, and the hops wait this long for its answer: most answers come within a quarter of a second. */
const DIRECT_FIRST_MS = 250;
/**
 * Where a router rejects the path, every SYN that reaches it uses one of the few ICMP errors that it sends us. So the next hop is queried
 * when the last one has answered, or after this time.
 */
const REJECTED_PATH_INTERVAL_MS = 300;

export interface TraceOptions {
  /** Checks the address before the first SYN; for a denied one no packet is sent, and the trace has `unavailable`. */
  policy: AddressPolicy;
  /** The whole trace ends within this time from the call. */
  deadlineMs?: number;
  signal?: AbortSignal;
}

/**
 * Traces the path to one address with TCP SYNs of rising TTL, without privileges. Every hop has its router and its time, or `silence`.
 * The trace ends at the target's own answer or at an ICMP error that ends the path; where nothing answers, after a few seconds.
 * Never rejects: a trace that is not possible has `unavailable`; one that `deadlineMs` or `signal` ends early has the hops known by then.
 */
export async function trace(request: TraceRequest, options: TraceOptions): Promise<Trace> {
  const { port, maxHops = MAX_HOPS } = request;
  const address = parseAddress(request.address);
  const empty = { address: address?.text ?? cleanText(request.address), port, hops: [], reached: false };
  if (!address) return { ...empty, unavailable: 'not an IP address' };
  const denied = options.policy.deny(address, port);
  if (denied !== undefined) return { ...empty, unavailable: `denied: ${denied}` };
  const calls = await openCalls();
  if (!calls) return { ...empty, unavailable: 'needs Linux and the optional package koffi' };
  if (options.signal?.aborted) return { ...empty, unavailable: 'interrupted' };
  return await new PathTrace(calls, address, port, maxHops).run(options);
}

/** The SYNs of one hop limit. */
interface HopQuery {
  ttl: number;
  startedMs: number;
  cancels: (() => void)[];
  timers: NodeJS.Timeout[];
  answer?: SynAnswer;
  isSilent: boolean;
}

/**
 * One trace. First a direct SYN, with the usual TTL, is sent. Whether the target answers it, a router rejects it or nothing answers decides
 * how the hops are queried and how long they may be silent.
 */
class PathTrace {
  readonly #calls: KernelCalls;
  readonly #address: Address;
  readonly #port: number;
  readonly #maxHops: number;
  readonly #queries: HopQuery[] = [];
  #cancelDirect: () => void = () => undefined;
  #directAnswer: SynAnswer | undefined;
  #isStarted = false;
  #lastAnswered = 0;
  #lastTtl = Number.POSITIVE_INFINITY;
  #unavailable: string | undefined;
  #isEnded = false;
  #done: () => void = () => undefined;

  constructor(calls: KernelCalls, address: Address, port: number, maxHops: number) {
    this.#calls = calls;
    this.#address = address;
    this.#port = port;
    this.#maxHops = maxHops;
  }

  /** Call it once. Never rejects. */
  async run({ deadlineMs, signal }: { deadlineMs?: number; signal?: AbortSignal }): Promise<Trace> {
    const stop = (): void => {
      if (this.#hops().length === 0) this.#unavailable ??= 'ended before any hop was known';
      this.#end();
    };
    const timer = deadlineMs === undefined ? undefined : setTimeout(stop, deadlineMs);
    const start = setTimeout(() => this.#start(), DIRECT_FIRST_MS);
    signal?.addEventListener('abort', stop, { once: true });
    await new Promise<void>((resolve) => {
      this.#done = resolve;
      const to = { address: this.#address, port: this.#port };
      this.#cancelDirect = sendSyn(this.#calls, to, (answer) => this.#answeredDirect(answer));
    });
    clearTimeout(timer);
    clearTimeout(start);
    signal?.removeEventListener('abort', stop);
    return {
      address: this.#address.text,
      port: this.#port,
      hops: this.#hops(),
      reached: this.#queries.some(({ ttl, answer }) => ttl === this.#lastTtl && answer?.end === 'reached'),
      ...(this.#unavailable === undefined ? undefined : { unavailable: this.#unavailable }),
    };
  }

  #answeredDirect(answer: SynAnswer): void {
    this.#directAnswer = answer;
    if (answer.end === 'local') this.#endUnsent(answer);
    this.#placeRejection();
    this.#start();
  }

  #start(): void {
    this.#isStarted = true;
    this.#advance();
  }

  get #targetAnswers(): boolean {
    return this.#directAnswer?.end === 'reached';
  }

  /** Queries the hops that may be queried now, and ends the trace when there is nothing left to wait for. */
  #advance(): void {
    if (this.#isEnded || !this.#isStarted) return;
    this.#timeOutHops();
    const furthest = this.#targetAnswers ? this.#maxHops : this.#lastAnswered + SILENT_HOPS_AT_END;
    const last = Math.min(this.#maxHops, this.#lastTtl, furthest);
    if (this.#queries.length < last && this.#mayQuery()) {
      this.#query(this.#queries.length + 1);
      // One each turn of the event loop: answers that wait while other SYNs are made would be timed too late.
      setImmediate(() => this.#advance());
    } else if (this.#open().length === 0) this.#end();
  }

  #mayQuery(): boolean {
    const open = this.#open();
    const sinceLastMs = performance.now() - (open.at(-1)?.startedMs ?? Number.NEGATIVE_INFINITY);
    const isPathRejected = this.#directAnswer?.end === 'unreachable';
    const isTooEarly = isPathRejected && sinceLastMs < REJECTED_PATH_INTERVAL_MS - TIMER_ERROR_MS;
    return open.length < PARALLEL_HOPS && !isTooEarly;
  }

  #open(): HopQuery[] {
    return this.#queries.filter(({ ttl, answer, isSilent }) => ttl < this.#lastTtl && !answer && !isSilent);
  }

  #query(ttl: number): void {
    const query: HopQuery = { ...unsentQuery(ttl), startedMs: performance.now() };
    this.#queries.push(query);
    const to = { address: this.#address, port: this.#port, hopLimit: ttl };
    const send = (): void => {
      query.cancels.push(sendSyn(this.#calls, to, (answer) => this.#answered(query, answer)));
    };
    send();
    const advance = (): void => this.#advance();
    query.timers.push(
      setTimeout(advance, REJECTED_PATH_INTERVAL_MS),
      setTimeout(send, SECOND_SYN_MS),
      setTimeout(advance, HOP_TIMEOUT_MS),
      setTimeout(advance, LAST_HOP_TIMEOUT_MS),
    );
  }

  #answered(query: HopQuery, answer: SynAnswer): void {
    if (this.#isEnded || query.answer) return;
    if (answer.end === 'local') {
      this.#endUnsent(answer);
      return;
    }
    query.answer = answer;
    release(query);
    this.#lastAnswered = Math.max(this.#lastAnswered, query.ttl);
    if (answer.end !== 'continues' || this.#isLoop(answer.from)) this.#endAt(query.ttl);
    this.#placeRejection();
    this.#advance();
  }

  /** A routing loop has no end: the same router at three hops proves it. */
  #isLoop(router: string): boolean {
    const visits = this.#queries.filter(
      ({ answer }) => answer?.end === 'continues' && answer.from === router,
    );
    return visits.length >= LOOP_VISITS;
  }

  #endAt(ttl: number): void {
    if (ttl >= this.#lastTtl) return;
    this.#lastTtl = ttl;
    for (const query of this.#queries) if (query.ttl > ttl) release(query);
  }

  /**
   * A router that was seen at one hop and rejects a SYN with hops left rejects every SYN that would go further. So the path ends at the
   * next hop, although the router's rate limit may have suppressed the error for that hop itself.
   */
  #placeRejection(): void {
    const answers = [this.#directAnswer, this.#queries.find(({ ttl }) => ttl === this.#lastTtl)?.answer];
    const rejection = answers.find((answer) => answer?.end === 'unreachable');
    const seenAt = this.#queries.find(
      ({ answer }) => answer?.end === 'continues' && answer.from === rejection?.from,
    )?.ttl;
    if (!rejection || seenAt === undefined) return;
    if (seenAt + 1 >= this.#lastTtl || seenAt + 1 > this.#maxHops) return;
    const next = this.#queries[seenAt] ?? unsentQuery(seenAt + 1);
    const { elapsedMs: _, ...untimed } = rejection;
    next.answer ??= untimed;
    this.#queries[seenAt] = next;
    this.#endAt(seenAt + 1);
    release(next);
  }

  #timeOutHops(): void {
    const now = performance.now();
    for (const query of this.#queries) {
      if (query.answer || query.isSilent) continue;
      const laterHopAnswers = this.#targetAnswers || query.ttl < this.#lastAnswered;
      const timeoutMs = laterHopAnswers ? HOP_TIMEOUT_MS : LAST_HOP_TIMEOUT_MS;
      if (now - query.startedMs < timeoutMs - TIMER_ERROR_MS) continue;
      query.isSilent = true;
      release(query);
    }
  }

  #endUnsent({ from }: SynAnswer): void {
    this.#unavailable = `no SYN left this machine: ${from}`;
    this.#end();
  }

  #end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#cancelDirect();
    for (const query of this.#queries) release(query);
    this.#done();
  }

  /** A hop that had neither answered nor timed out when the trace ended early is left out. */
  #hops(): Hop[] {
    const known = this.#queries.filter(
      ({ ttl, answer, isSilent }) => ttl <= this.#lastTtl && (answer ?? isSilent),
    );
    return known.map(({ ttl, answer }) => {
      if (!answer) return { ttl, answer: 'silence' };
      const { end: _, ...rest } = answer;
      return { ttl, ...rest };
    });
  }
}

function unsentQuery(ttl: number): HopQuery {
  return { ttl, startedMs: 0, cancels: [], timers: [], isSilent: false };
}

function release({ timers, cancels }: HopQuery): void {
  for (const timer of timers) clearTimeout(timer);
  for (const cancel of cancels) cancel();
}
