import { promises as dns } from 'node:dns';
import { parseAddress } from '../../reachability/address.ts';
import type { NameReport } from '../../reachability/report.ts';
import type { NameOutcome } from '../../reachability/words.ts';
import { HOSTS_FILE, readHostsFile } from './hosts-file.ts';

/**
 * Names looked up at the same time, two queries each. The Amazon resolver takes 1,024 packets a second from one network interface
 * (Amazon VPC, DNS quotas) and drops the rest; a name whose query was dropped holds its place, so that at most this many wait for a
 * second query.
 */
const CONCURRENCY = 50;
/** A query is sent again after 1 s and after 2 s more, so three have gone out when the name's time is over. */
const RESOLVER = { timeout: 1000, tries: 3, maxTimeout: 2000 };
const NAME_TIMEOUT_MS = 4000;
/**
 * Beside the first query sent again, one goes out that waits for the rest of the name's time: c-ares stops listening for an
 * answer when it asks again, and after quick answers to other names again within a second, so that a slow answer is never heard.
 */
const PATIENT_AFTER_MS = 1000;
const PATIENT_RESOLVER = { timeout: NAME_TIMEOUT_MS - PATIENT_AFTER_MS, tries: 1 };
/** Once one family has addresses, the other may take this much longer: one query lost and sent again. */
const OTHER_FAMILY_MS = 1500;

type Answer = { addresses: string[] } | { errorCode: string };

/** Ours, for a query that outlived its name's time. */
const TIMED_OUT: Answer & { errorCode: string } = { errorCode: 'ETIMEOUT' };

/**
 * Looks names up at the name servers of this machine (or the given ones), A and AAAA side by side, past getaddrinfo(3) and its
 * four threads; the names of the hosts file lead where the file says. Every name is asked for once. The servers follow CNAMEs.
 */
export class Names {
  readonly #resolver = new dns.Resolver(RESOLVER);
  readonly #patient = new dns.Resolver(PATIENT_RESOLVER);
  readonly #hosts = readHostsFile();
  readonly #reports = new Map<string, Promise<NameReport>>();
  readonly #queue: (() => void)[] = [];
  #running = 0;
  #cut = false;

  constructor(nameServers?: readonly string[]) {
    if (nameServers && nameServers.length > 0) {
      this.#resolver.setServers(nameServers);
      this.#patient.setServers(nameServers);
    }
  }

  /** Never rejects. Resolves to undefined when everything was cut before there was an answer. */
  async lookUp(name: string): Promise<NameReport | undefined> {
    let report = this.#reports.get(name);
    if (!report) {
      report = this.#inTurn(() => this.#lookUpNow(name));
      this.#reports.set(name, report);
    }
    const settled = await report;
    return settled.errorCode === 'ECANCELLED' ? undefined : settled;
  }

  /** Ends all look-ups now. */
  cut(): void {
    this.#cut = true;
    this.#resolver.cancel();
    this.#patient.cancel();
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
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
    if (this.#cut) return failed({ errorCode: 'ECANCELLED' }, began, servers);
    const queries = [
      this.#ask((resolver) => resolver.resolve4(name)),
      this.#ask((resolver) => resolver.resolve6(name)),
    ];
    const answers = await bothInTime(queries);
    const addresses = answers.flatMap((answer) => ('addresses' in answer ? answer.addresses : []));
    if (addresses.length > 0) return found(addresses, began, servers);
    const failures = answers.flatMap((answer) => ('errorCode' in answer ? [answer] : []));
    return failed(weightiest(failures), began, servers);
  }

  /** The first word of the two resolvers; silence only where both hear nothing. */
  async #ask(query: (resolver: dns.Resolver) => Promise<string[]>): Promise<Answer> {
    const eager = answerTo(query(this.#resolver));
    const { promise: patient, resolve } = Promise.withResolvers<Answer>();
    const timer = setTimeout(() => {
      resolve(this.#cut ? TIMED_OUT : answerTo(query(this.#patient)));
    }, PATIENT_AFTER_MS);
    const heard = [eager, patient].map(async (asked) => {
      const answer = await asked;
      if ('errorCode' in answer && answer.errorCode === TIMED_OUT.errorCode) throw new Error('silence');
      return answer;
    });
    const first = await Promise.any(heard).catch(() => TIMED_OUT);
    clearTimeout(timer);
    return first;
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

/** Both answers, those that are late replaced by a time-out; a family that has addresses does not wait long for the other. */
async function bothInTime(queries: Promise<Answer>[]): Promise<Answer[]> {
  const { promise: timeIsUp, resolve: callTime } = Promise.withResolvers<Answer>();
  let timer = setTimeout(callTime, NAME_TIMEOUT_MS, TIMED_OUT);
  const hurried = queries.map(async (query) => {
    const answer = await Promise.race([query, timeIsUp]);
    if ('addresses' in answer) {
      clearTimeout(timer);
      timer = setTimeout(callTime, OTHER_FAMILY_MS, TIMED_OUT);
    }
    return answer;
  });
  const answers = await Promise.all(hurried);
  clearTimeout(timer);
  return answers;
}

/**
 * What the codes of the DNS library mean (ares_query(3)). From the weightiest: NXDOMAIN holds for the name with all its types, a
 * server's failure outweighs silence, and only where both families say so has a name no address.
 */
const OUTCOMES: readonly (readonly [outcome: NameOutcome, codes: readonly string[] | undefined])[] = [
  ['name-not-found', ['ENOTFOUND', 'EBADNAME']],
  ['name-server-failed', undefined],
  ['name-timed-out', ['ETIMEOUT']],
  ['name-without-address', ['ENODATA']],
];

function weightOf({ errorCode }: { errorCode: string }): number {
  const index = OUTCOMES.findIndex(([, codes]) => codes?.includes(errorCode));
  return index < 0 ? OUTCOMES.findIndex(([, codes]) => codes === undefined) : index;
}

function weightiest(failures: readonly { errorCode: string }[]): { errorCode: string } {
  return failures.toSorted((a, b) => weightOf(a) - weightOf(b))[0] ?? { errorCode: 'ENODATA' };
}

function failed(failure: { errorCode: string }, began: number, servers: string[]): NameReport {
  const [outcome] = OUTCOMES[weightOf(failure)] ?? ['name-server-failed'];
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
