import { networkInterfaces } from 'node:os';
import { parseAddress, type Address } from '../reachability/address.ts';
import { cleanText } from '../reachability/clean-text.ts';
import type { AddressReport, Attempt, NameReport, TargetReport } from '../reachability/report.ts';
import type { TargetRequest } from '../reachability/request.ts';
import { parseHost, parsePort } from '../reachability/target.ts';
import { AddressAttempts, type AddressContext, type AttemptSettings } from './attempts/address-attempts.ts';
import { canonical, type Names } from './names/names.ts';
import type { AddressPolicy } from './policy/policy.ts';
import { LIMITS } from './request.ts';

/** This text must not contain the addresses of the name. */
const NAME_DENIED = 'the address policy of this vantage forbids every address of this name';

/** A target with the addresses to connect to. */
export interface ResolvedTarget {
  host: string;
  port: number;
  addresses: readonly Address[];
  /** Why some of the addresses must not be connected to, beyond what the policy denies. */
  denied?: ReadonlyMap<string, string>;
  /** This vantage's own look-up of the name; resolves to undefined where the deadline ended it. Absent for an address. */
  lookUp?: Promise<NameReport | undefined>;
  /** What is wrong with the target. */
  notTried?: string;
}

/**
 * Targets probed in parallel until {@link Phase.stop}, which ends what still runs and makes every target report what is known.
 * A fault of one target does not affect the others.
 */
export class Phase {
  /** What was not done, for `ProbeReport.omitted`. */
  readonly omitted = { addressesOverLimit: 0, addressesNotTried: 0, attemptsNotStarted: 0 };
  readonly #names: Names;
  readonly #policy: AddressPolicy;
  readonly #settings: AttemptSettings;
  readonly #context: AddressContext;
  readonly #running = new Set<AddressAttempts>();
  readonly #allStarted = Promise.withResolvers<void>();
  /** Targets whose addresses are not known, and addresses with attempts left to start. */
  #toStart = 0;
  #isStopped = false;

  constructor(names: Names, policy: AddressPolicy, settings: AttemptSettings, context: AddressContext) {
    this.#names = names;
    this.#policy = policy;
    this.#settings = settings;
    this.#context = context;
  }

  /** Resolves once no attempt is left to start at the targets given so far. */
  get allStarted(): Promise<void> {
    if (this.#toStart === 0) this.#allStarted.resolve();
    return this.#allStarted.promise;
  }

  /** Finds the addresses to connect to: those of the request, else those of the name. Never rejects. */
  async resolve(target: TargetRequest): Promise<ResolvedTarget> {
    let checked: CheckedTarget;
    try {
      checked = check(target);
    } catch (error) {
      const notTried = cleanText(error instanceof Error ? error.message : String(error));
      return { host: cleanText(target.host), port: target.port, addresses: [], notTried };
    }
    const { host, port, literal, given } = checked;
    if (literal) return { host, port, addresses: [literal] };
    const lookUp = this.#names.lookUp(host).then((name) => name && this.#withoutForbidden(name, port));
    if (!given) return { host, port, addresses: parseAll((await lookUp)?.addresses ?? []), lookUp };
    return { host, port, addresses: given, denied: await this.#deniedOfGiven(given, port, lookUp), lookUp };
  }

  /** Connects to every address of the target that may be connected to. `rank`: lower is served first where sockets are scarce. Never rejects. */
  async connect(resolving: Promise<ResolvedTarget>, rank: number): Promise<TargetReport> {
    this.#toStart++;
    const { host, port, addresses: all, denied, lookUp, notTried } = await resolving;
    const addresses = all.slice(0, LIMITS.addressesPerTarget);
    this.omitted.addressesOverLimit += all.length - addresses.length;
    this.#toStart += addresses.length;
    this.#started();
    const reports = await Promise.all(
      addresses.map((address, index) => {
        const unsent = this.#unsent(address, port, denied?.get(address.text));
        return this.#attempt(address, port, rank + index, unsent);
      }),
    );
    const tried = reports.filter(({ attempts }) => attempts.length > 0);
    if (notTried !== undefined) return { host, port, addresses: tried, notTried };
    if (!lookUp) return { host, port, ...withReason(tried) };
    const name = await lookUp;
    if (!name) return { host, port, ...withReason(tried, 'unknown') };
    const listed = { ...name, addresses: name.addresses.slice(0, LIMITS.addressesPerTarget) };
    return { host, port, name: listed, ...withReason(tried, name) };
  }

  /** Both steps: {@link resolve}, then {@link connect}. */
  probe(target: TargetRequest, rank: number): Promise<TargetReport> {
    return this.connect(this.resolve(target), rank);
  }

  /** Ends everything now: attempts that run are timed out, those that have not started are not tried. */
  stop(): void {
    this.#isStopped = true;
    for (const attempts of this.#running) attempts.stop(true);
  }

  /** All attempts at one address. One attempt stands for them where nothing may or can be sent; there is none where time ran out. */
  async #attempt(
    { text, family }: Address,
    port: number,
    rank: number,
    unsent: Attempt | undefined,
  ): Promise<AddressReport> {
    if (unsent) {
      this.#started();
      return { address: text, family, attempts: [unsent] };
    }
    const running = new AddressAttempts(text, port, rank, this.#settings, this.#context);
    this.#running.add(running);
    if (this.#isStopped) running.stop(true);
    await running.start();
    this.#started();
    const attempts = await running.results();
    this.#running.delete(running);
    if (attempts.length === 0) this.omitted.addressesNotTried++;
    else this.omitted.attemptsNotStarted += this.#settings.attempts - attempts.length;
    return { address: text, family, attempts };
  }

  #started(): void {
    this.#toStart--;
    if (this.#toStart === 0) this.#allStarted.resolve();
  }

  /** A name without the addresses that the policy forbids: callers of this probe must not learn the addresses of private names. */
  #withoutForbidden(name: NameReport, port: number): NameReport {
    const addresses = parseAll(name.addresses).filter(
      // A reason that does not contain the address is about the port, and reveals nothing about the name.
      (address) => !this.#policy.deny(address, port)?.includes(address.text),
    );
    const denied = name.addresses.length - addresses.length;
    return denied === 0 ? name : { ...name, addresses: addresses.map(({ text }) => text), denied };
  }

  /** Why addresses that the request gives for a name must not be connected to, unless this machine's own look-up returns them too. */
  async #deniedOfGiven(
    given: readonly Address[],
    port: number,
    lookUp: Promise<NameReport | undefined>,
  ): Promise<ReadonlyMap<string, string>> {
    const denied = new Map<string, string>();
    for (const address of given) {
      const reason = this.#policy.denyGiven(address, port);
      if (reason !== undefined) denied.set(address.text, reason);
    }
    // A connect waits for the look-up only where the look-up can allow it.
    if (denied.size > 0) for (const own of (await lookUp)?.addresses ?? []) denied.delete(own);
    return denied;
  }

  /** What stands for the attempts at an address to which nothing may or can be sent. */
  #unsent(address: Address, port: number, deniedReason: string | undefined): Attempt | undefined {
    const stage = 'local';
    const startedMs = Math.round(this.#context.now());
    const denied = this.#policy.deny(address, port) ?? deniedReason;
    if (denied !== undefined) return { outcome: 'denied', stage, startedMs, elapsedMs: 0, reason: denied };
    const [, zone] = address.text.split('%');
    if (zone === undefined || Object.hasOwn(networkInterfaces(), zone)) return undefined;
    // Node would connect without the zone, through the interface that the routes select.
    const reason = `this machine has no network interface ${zone} that is up`;
    return { outcome: 'local-fault', stage, startedMs, elapsedMs: 0, reason };
  }
}

interface CheckedTarget {
  host: string;
  port: number;
  literal: Address | undefined;
  given: Address[] | undefined;
}

/** The target in canonical form; addresses given for a literal are ignored. Throws an error of one line about what is wrong. */
function check(target: TargetRequest): CheckedTarget {
  const literal = parseAddress(target.host);
  const host = literal ? literal.text : parseHost(target.host);
  const port = parsePort(target.port, `${target.host}:${target.port}`);
  const { addresses } = target;
  if (!addresses || addresses.length === 0) return { host, port, literal, given: undefined };
  const wrong = addresses.find((address) => !parseAddress(address));
  if (wrong !== undefined) throw new TypeError(`addresses: ${JSON.stringify(wrong)} is not an IP address`);
  return { host, port, literal, given: literal ? undefined : parseAll(canonical(addresses)) };
}

function parseAll(texts: readonly string[]): Address[] {
  return texts.flatMap((text) => parseAddress(text) ?? []);
}

/** The addresses, and why there is none in the report, unless the outcome of the name explains it. */
function withReason(
  addresses: AddressReport[],
  name?: NameReport | 'unknown',
): Pick<TargetReport, 'addresses' | 'notTried'> {
  if (addresses.length > 0) return { addresses };
  if (name === 'unknown') return { addresses, notTried: 'the deadline passed before the name was looked up' };
  if (name && name.outcome !== 'resolved') return { addresses };
  if (name?.denied !== undefined && name.addresses.length === 0) return { addresses, notTried: NAME_DENIED };
  return { addresses, notTried: 'the deadline passed before it was tried' };
}
