import { promises as dns } from 'node:dns';
import { parseAddress } from '../../reachability/address.ts';
import type { NameReport } from '../../reachability/report.ts';
import type { NameOutcome } from '../../reachability/words.ts';
import { HOSTS_FILE, readHostsFile } from './hosts-file.ts';

/**
 * Names looked up at the same time, two queries each. The Amazon resolver takes 1,024 packets a second from one network interface
 * (Amazon VPC, DNS quotas) and drops the rest. A name whose query was dropped keeps its place, so that at most this many send a
 * second query.
 */
const CONCURRENCY = 50;
/** A query is sent again after 1 s and after 2 s more, so three have been sent when the time limit of the name ends. */
const RESOLVER = { timeout: 1000, tries: 3, maxTimeout: 2000 };
const NAME_TIMEOUT_MS = 4000;
/**
 * When the first query is sent again, a second resolver sends one that waits for the rest of the time. c-ares ignores answers to a
 * query that it has sent again, and after quick answers to other names it sends again within a second: it would miss every slow answer.
 */
const SLOW_QUERY_AFTER_MS = 1000;
const SLOW_RESOLVER = { timeout: NAME_TIMEOUT_MS - SLOW_QUERY_AFTER_MS, tries: 1 };
/** Once one family has addresses, the other may take this much longer: enough for one lost query. */
const OTHER_FAMILY_MS = 1500;

type Answer = { addresses: string[] } | { errorCode: string };

/** Our own time-out, for a query that took longer than the time limit of its name. */
const TIMED_OUT: Answer & { errorCode: string } = { errorCode: 'ETIMEOUT' };

/**
 * Looks names up at the name servers of this machine (or the given ones), A and AAAA in parallel. getaddrinfo(3) is not used, because
 * Node runs it in four threads. Names in the hosts file are taken from there. Every name is looked up once. The servers follow CNAMEs.
 */
export class Names {
  readonly #resolver = new dns.Resolver(RESOLVER);
  readonly #slowResolver = new dns.Resolver(SLOW_RESOLVER);
  readonly #hosts = readHostsFile();
  readonly #reports = new Map<string, Promise<NameReport>>();
  readonly #queue: (() => void)[] = [];
  #running = 0;
  #isCancelled = false;

  constructor(nameServers?: readonly string[]) {
    if (nameServers && nameServers.length > 0) {
      this.#resolver.setServers(nameServers);
      this.#slowResolver.setServers(nameServers);
    }
  }

  /** Never rejects. Resolves to undefined when the look-up was cancelled before it was answered. */
  async lookUp(name: string): Promise<NameReport | undefined> {
    let report = this.#reports.get(name);
    if (!report) {
      report = this.#queued(() => this.#lookUpNow(name));
      this.#reports.set(name, report);
    }
    const settled = await report;
    return settled.errorCode === 'ECANCELLED' ? undefined : settled;
  }

  /** Ends all look-ups now. */
  cancel(): void {
    this.#isCancelled = true;
    this.#resolver.cancel();
    this.#slowResolver.cancel();
  }

  async #queued<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= CONCURRENCY) {
      await new Promise<void>((resolve) => {
        this.#queue.push(resolve);
      });
    } else this.#running++;
    try {
      return await work();
    } finally {
      const next = this.#queue.shift();
      if (next) next();
      else this.#running--;
    }
  }

  async #lookUpNow(name: string): Promise<NameReport> {
    const began = performance.now();
    const fromFile = this.#hosts.get(name);
    if (fromFile) return found(fromFile, began, [HOSTS_FILE]);
    const servers = this.#resolver.getServers();
    if (this.#isCancelled) return failed({ errorCode: 'ECANCELLED' }, began, servers);
    const queries = [
      this.#ask((resolver) => resolver.resolve4(name)),
      this.#ask((resolver) => resolver.resolve6(name)),
    ];
    const answers = await bothInTime(queries);
    const addresses = answers.flatMap((answer) => ('addresses' in answer ? answer.addresses : []));
    if (addresses.length > 0) return found(addresses, began, servers);
    const failures = answers.flatMap((answer) => ('errorCode' in answer ? [answer] : []));
    return failed(firstByPrecedence(failures), began, servers);
  }

  /** The first answer that one of the two resolvers gets; a time-out only where both get none. */
  async #ask(query: (resolver: dns.Resolver) => Promise<string[]>): Promise<Answer> {
    const first = answerTo(query(this.#resolver));
    const { promise: second, resolve } = Promise.withResolvers<Answer>();
    const timer = setTimeout(() => {
      resolve(this.#isCancelled ? TIMED_OUT : answerTo(query(this.#slowResolver)));
    }, SLOW_QUERY_AFTER_MS);
    const answered = [first, second].map(async (answering) => {
      const answer = await answering;
      if ('errorCode' in answer && answer.errorCode === TIMED_OUT.errorCode) throw new Error('no answer');
      return answer;
    });
    const answer = await Promise.any(answered).catch(() => TIMED_OUT);
    clearTimeout(timer);
    return answer;
  }
}

async function answerTo(query: Promise<string[]>): Promise<Answer> {
  try {
    return { addresses: await query };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'EUNKNOWN';
    return { errorCode: code };
  }
}

/** Both answers, a time-out for each that is late; a family that has addresses does not wait long for the other. */
async function bothInTime(queries: Promise<Answer>[]): Promise<Answer[]> {
  const { promise: timedOut, resolve: timeOut } = Promise.withResolvers<Answer>();
  let timer = setTimeout(timeOut, NAME_TIMEOUT_MS, TIMED_OUT);
  const limited = queries.map(async (query) => {
    const answer = await Promise.race([query, timedOut]);
    if ('addresses' in answer) {
      clearTimeout(timer);
      timer = setTimeout(timeOut, OTHER_FAMILY_MS, TIMED_OUT);
    }
    return answer;
  });
  const answers = await Promise.all(limited);
  clearTimeout(timer);
  return answers;
}

/**
 * What the codes of the DNS library mean (ares_query(3)), in order of precedence. NXDOMAIN applies to all types of the name. A failure of
 * a server takes precedence over no answer. A name has no address only where both families report that.
 */
const OUTCOMES: readonly (readonly [outcome: NameOutcome, codes: readonly string[] | undefined])[] = [
  ['name-not-found', ['ENOTFOUND', 'EBADNAME']],
  ['name-server-failed', undefined],
  ['name-timed-out', ['ETIMEOUT']],
  ['name-without-address', ['ENODATA']],
];

function precedenceOf({ errorCode }: { errorCode: string }): number {
  const index = OUTCOMES.findIndex(([, codes]) => codes?.includes(errorCode));
  return index < 0 ? OUTCOMES.findIndex(([, codes]) => codes === undefined) : index;
}

function firstByPrecedence(failures: readonly { errorCode: string }[]): { errorCode: string } {
  return failures.toSorted((a, b) => precedenceOf(a) - precedenceOf(b))[0] ?? { errorCode: 'ENODATA' };
}

function failed(failure: { errorCode: string }, began: number, servers: string[]): NameReport {
  const [outcome] = OUTCOMES[precedenceOf(failure)] ?? ['name-server-failed'];
  return { outcome, addresses: [], elapsedMs: elapsed(began), errorCode: failure.errorCode, servers };
}

function found(addresses: readonly string[], began: number, servers: string[]): NameReport {
  return { outcome: 'resolved', addresses: canonical(addresses), elapsedMs: elapsed(began), servers };
}

function elapsed(began: number): number {
  return Math.round((performance.now() - began) * 100) / 100;
}

/** Canonical spelling, IPv4 first, each once, in the order of their bytes. */
export function canonical(texts: readonly string[]): string[] {
  const addresses = texts.flatMap((text) => parseAddress(text) ?? []);
  const sorted = addresses.toSorted((a, b) => a.family - b.family || Buffer.compare(a.bytes, b.bytes));
  return [...new Set(sorted.map(({ text }) => text))];
}
