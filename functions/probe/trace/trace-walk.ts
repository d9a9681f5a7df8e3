import type { Address } from '../../reachability/address.ts';
import type { Hop, Trace } from '../../reachability/report.ts';
import type { KernelCalls } from '../evidence/kernel-ffi.ts';
import { sendSyn, type SynAnswer } from './trace-syn.ts';

/** Hops that are asked at once. Those behind the target's own distance reach the target: the fewer the politer. */
const HOPS_AT_ONCE = 8;
/** So many silent hops in a row end a walk to a target that answers nobody (scamper(1), its gap limit). */
const SILENT_HOPS_AT_END = 5;
/**
 * A second SYN, from another port: it may take another of several equal paths, and a router that limits its ICMP errors (Linux: six at
 * once, then one a second, icmp_ratelimit in ip-sysctl) has had time. The kernel sends each of the two again a second later.
 */
const SECOND_SYN_MS = 400;
/** Two SYNs, each sent twice (at 0, 0.4, 1 and 1.4 s), and time for the last answer. */
const SILENCE_MS = 2000;
/** Where nobody answers behind: a router needs three seconds to find that a host is absent (arp(7)), and may then say so. */
const LAST_SILENCE_MS = 3600;

const CIRCLE_VISITS = 3;
/** The whole way is asked first, and so long waited for: most answers come within a quarter of a second. */
const WHOLE_WAY_FIRST_MS = 250;
/**
 * Where a router says no, every SYN that comes to it spends one of the few ICMP errors that it grants us: the next hop is asked when the
 * last has answered, or has had this time.
 */
const PACE_TO_A_NO_MS = 300;

interface Asked {
  ttl: number;
  startedMs: number;
  cancels: (() => void)[];
  timers: NodeJS.Timeout[];
  answer?: SynAnswer;
  silent: boolean;
}

/**
 * One walk. First a SYN goes out with the usual TTL: who answers it, the target, a router that says no, or nobody, decides how the
 * hops are asked and how long silence is borne.
 */
export class TraceWalk {
  readonly #calls: KernelCalls;
  readonly #address: Address;
  readonly #port: number;
  readonly #maxHops: number;
  readonly #asked: Asked[] = [];
  #cancelWhole: () => void = () => undefined;
  #whole: SynAnswer | undefined;
  #started = false;
  #lastAnswered = 0;
  #lastTtl = Number.POSITIVE_INFINITY;
  #unavailable: string | undefined;
  #ended = false;
  #done: (trace: Trace) => void = () => undefined;

  constructor(calls: KernelCalls, address: Address, port: number, maxHops: number) {
    this.#calls = calls;
    this.#address = address;
    this.#port = port;
    this.#maxHops = maxHops;
  }

  /** Call it once. Never rejects. */
  async run(limits: { deadlineMs?: number; signal?: AbortSignal }): Promise<Trace> {
    const { deadlineMs, signal } = limits;
    const stop = (): void => {
      if (this.#hops().length === 0) this.#unavailable ??= 'cut short before anything was known of a hop';
      this.#end();
    };
    const timer = deadlineMs === undefined ? undefined : setTimeout(stop, deadlineMs);
    const start = setTimeout(() => this.#start(), WHOLE_WAY_FIRST_MS);
    signal?.addEventListener('abort', stop, { once: true });
    try {
      return await new Promise<Trace>((resolve) => {
        this.#done = resolve;
        const to = { address: this.#address, port: this.#port };
        this.#cancelWhole = sendSyn(this.#calls, to, (answer) => this.#wholeAnswered(answer));
      });
    } finally {
      clearTimeout(timer);
      clearTimeout(start);
      signal?.removeEventListener('abort', stop);
    }
  }

  #wholeAnswered(answer: SynAnswer): void {
    this.#whole = answer;
    if (answer.end === 'local') this.#refused(answer);
    this.#placeTheNo();
    this.#start();
  }

  #start(): void {
    this.#started = true;
    this.#advance();
  }

  get #targetAnswers(): boolean {
    return this.#whole?.end === 'reached';
  }

  /** Asks what may be asked now, and ends the walk when there is nothing left to wait for. */
  #advance(): void {
    if (this.#ended || !this.#started) return;
    this.#callSilence();
    const furthest = this.#targetAnswers ? this.#maxHops : this.#lastAnswered + SILENT_HOPS_AT_END;
    const last = Math.min(this.#maxHops, this.#lastTtl, furthest);
    if (this.#asked.length < last && this.#mayAsk()) {
      this.#ask(this.#asked.length + 1);
      // One a turn: answers that wait while other SYNs are made would be timed too late.
      setImmediate(() => this.#advance());
    } else if (this.#open().length === 0) this.#end();
  }

  #mayAsk(): boolean {
    const open = this.#open();
    const youngestMs = performance.now() - (open.at(-1)?.startedMs ?? Number.NEGATIVE_INFINITY);
    // Timers may fire up to a millisecond early.
    const paced = this.#whole?.end === 'unreachable' && youngestMs < PACE_TO_A_NO_MS - 1;
    return open.length < HOPS_AT_ONCE && !paced;
  }

  #open(): Asked[] {
    return this.#asked.filter(({ ttl, answer, silent }) => ttl < this.#lastTtl && !answer && !silent);
  }

  #ask(ttl: number): void {
    const asked: Asked = { ttl, startedMs: performance.now(), cancels: [], timers: [], silent: false };
    this.#asked.push(asked);
    const to = { address: this.#address, port: this.#port, hopLimit: ttl };
    const send = (): void => {
      asked.cancels.push(sendSyn(this.#calls, to, (answer) => this.#answered(asked, answer)));
    };
    send();
    const advance = (): void => this.#advance();
    asked.timers.push(
      setTimeout(advance, PACE_TO_A_NO_MS),
      setTimeout(send, SECOND_SYN_MS),
      setTimeout(advance, SILENCE_MS),
      setTimeout(advance, LAST_SILENCE_MS),
    );
  }

  #answered(asked: Asked, answer: SynAnswer): void {
    if (this.#ended || asked.answer) return;
    if (answer.end === 'local') {
      this.#refused(answer);
      return;
    }
    asked.answer = answer;
    release(asked);
    this.#lastAnswered = Math.max(this.#lastAnswered, asked.ttl);
    if (answer.end !== 'on' || this.#inCircle(answer.from)) this.#endAt(asked.ttl);
    this.#placeTheNo();
    this.#advance();
  }

  /** A routing loop goes on for ever: one router at three hops is enough to know it. */
  #inCircle(router: string): boolean {
    const visits = this.#asked.filter(({ answer }) => answer?.end === 'on' && answer.from === router);
    return visits.length >= CIRCLE_VISITS;
  }

  #endAt(ttl: number): void {
    if (ttl >= this.#lastTtl) return;
    this.#lastTtl = ttl;
    for (const beyond of this.#asked) if (beyond.ttl > ttl) release(beyond);
  }

  /**
   * A router that was seen at one hop and says no to a SYN that had hops left says it to all that go further: the way ends at the next
   * hop, although the no that belongs there may have been one too many for the router.
   */
  #placeTheNo(): void {
    const noes = [this.#whole, this.#asked.find(({ ttl }) => ttl === this.#lastTtl)?.answer];
    const no = noes.find((answer) => answer?.end === 'unreachable');
    const at = no && this.#asked.find(({ answer }) => answer?.end === 'on' && answer.from === no.from)?.ttl;
    if (!no || at === undefined || at + 1 >= this.#lastTtl || at + 1 > this.#maxHops) return;
    const next = this.#asked[at] ?? { ttl: at + 1, startedMs: 0, cancels: [], timers: [], silent: false };
    const { elapsedMs: _, ...untimed } = no;
    next.answer ??= untimed;
    this.#asked[at] = next;
    this.#endAt(at + 1);
    release(next);
  }

  #callSilence(): void {
    const now = performance.now();
    for (const asked of this.#asked) {
      if (asked.answer || asked.silent) continue;
      const someoneBehind = this.#targetAnswers || asked.ttl < this.#lastAnswered;
      if (now - asked.startedMs < (someoneBehind ? SILENCE_MS : LAST_SILENCE_MS) - 1) continue;
      asked.silent = true;
      release(asked);
    }
  }

  #refused({ from }: SynAnswer): void {
    this.#unavailable = `no SYN left this machine: ${from}`;
    this.#end();
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#cancelWhole();
    for (const asked of this.#asked) release(asked);
    const hops = this.#hops();
    this.#done({
      address: this.#address.text,
      port: this.#port,
      hops,
      reached: this.#asked.some(({ ttl, answer }) => ttl === this.#lastTtl && answer?.end === 'reached'),
      ...(this.#unavailable === undefined ? undefined : { unavailable: this.#unavailable }),
    });
  }

  /** A hop that was still being waited for when the walk was cut short is neither an answer nor silence: left out. */
  #hops(): Hop[] {
    const known = this.#asked.filter(({ ttl, answer, silent }) => ttl <= this.#lastTtl && (answer ?? silent));
    return known.map(({ ttl, answer }) => {
      if (!answer) return { ttl, answer: 'silence' };
      const { end: _, ...rest } = answer;
      return { ttl, ...rest };
    });
  }
}

function release(asked: Asked): void {
  for (const timer of asked.timers) clearTimeout(timer);
  for (const cancel of asked.cancels) cancel();
}
