import { networkInterfaces } from 'node:os';
import { parseAddress, type Address } from '../reachability/address.ts';
import { cleanText } from '../reachability/clean-text.ts';
import type { AddressReport, Attempt, NameReport, TargetReport } from '../reachability/report.ts';
import type { TargetRequest } from '../reachability/request.ts';
import { parseHost, parsePort } from '../reachability/target.ts';
import {
  AddressRun,
  type RunOwner,
  type RunDependencies,
  type RunSettings,
} from './attempts/address-attempts.ts';
import { canonical, type Names } from './names/names.ts';
import type { AddressPolicy } from './policy/policy.ts';
import { LIMITS } from './request.ts';

/** This text must not contain the addresses of the name. */
const NAME_DENIED = 'the address policy of this vantage forbids every address of this name';

/** What has not been done, for `ProbeReport.omitted`. */
export interface Omissions {
  addressesOverLimit: number;
  addressesNotTried: number;
  attemptsNotBegun: number;
}

interface Checked {
  host: string;
  port: number;
  literal: Address | undefined;
  given: Address[] | undefined;
}

/**
 * Targets probed side by side under one end: {@link Phase.cut} stops whatever still runs and lets everything report what it has.
 * Nothing about one target reaches another.
 */
export class Phase {
  readonly omissions: Omissions = { addressesOverLimit: 0, addressesNotTried: 0, attemptsNotBegun: 0 };
  readonly #names: Names;
  readonly #policy: AddressPolicy;
  readonly #settings: RunSettings;
  readonly #parts: RunDependencies;
  readonly #runs = new Set<AddressRun>();
  readonly #begun = Promise.withResolvers<void>();
  #toBegin = 0;
  #isCut = false;

  constructor(names: Names, policy: AddressPolicy, settings: RunSettings, parts: RunDependencies) {
    this.#names = names;
    this.#policy = policy;
    this.#settings = settings;
    this.#parts = parts;
  }

  /** Resolves once no attempt at any target handed in so far is left to start. */
  get begun(): Promise<void> {
    if (this.#toBegin === 0) this.#begun.resolve();
    return this.#begun.promise;
  }

  /**
   * Looks the target up, vets what comes back and connects to exactly that. `rank`: lower is served first where sockets are
   * scarce. `onAddresses` hears early what is connected to. Never rejects.
   */
  async probe(
    target: TargetRequest,
    rank: number,
    onAddresses?: (addresses: readonly Address[]) => void,
  ): Promise<TargetReport> {
    this.#toBegin++;
    let checked: Checked;
    try {
      checked = check(target);
    } catch (error) {
      this.#targetBegun();
      const notTried = cleanText(error instanceof Error ? error.message : String(error));
      return { host: cleanText(target.host), port: target.port, addresses: [], notTried };
    }
    const { host, port, literal, given } = checked;
    if (literal) {
      onAddresses?.([literal]);
      return { host, port, ...untried(await this.#connectAll([literal], port, rank)) };
    }
    const lookingUp = this.#names.lookUp(host).then((name) => name && this.#withoutForbidden(name, port));
    const denied = given ? await this.#deniedOfTold(given, port, lookingUp) : undefined;
    const addresses = given ?? parseAll((await lookingUp)?.addresses ?? []);
    onAddresses?.(addresses);
    const reports = await this.#connectAll(addresses, port, rank, denied);
    const name = await lookingUp;
    if (!name) return { host, port, ...untried(reports, 'unknown') };
    const listed = { ...name, addresses: name.addresses.slice(0, LIMITS.addressesPerTarget) };
    return { host, port, name: listed, ...untried(reports, name) };
  }

  /** Ends everything at once: what waits in the kernel is called silent, what has not begun is not tried. */
  cut(): void {
    this.#isCut = true;
    for (const run of this.#runs) run.cut();
  }

  /** A name without the addresses that the policy forbids: callers of this probe must not learn the addresses of private names. */
  #withoutForbidden(name: NameReport, port: number): NameReport {
    const addresses = parseAll(name.addresses).filter(
      // A reason that does not name the address is about the port, and tells nothing of the name.
      (address) => !this.#policy.deny(address, port)?.includes(address.text),
    );
    const denied = name.addresses.length - addresses.length;
    return denied === 0 ? name : { ...name, addresses: addresses.map(({ text }) => text), denied };
  }

  /** Why some of the addresses that the request gives for a name must not be connected to, unless this machine's own look-up gives them too. */
  async #deniedOfTold(
    told: readonly Address[],
    port: number,
    lookingUp: Promise<NameReport | undefined>,
  ): Promise<ReadonlyMap<string, string>> {
    const denied = new Map<string, string>();
    for (const address of told) {
      const reason = this.#policy.denyTold(address, port);
      if (reason !== undefined) denied.set(address.text, reason);
    }
    // A connect waits for the look-up only where the look-up can allow it.
    if (denied.size > 0) for (const own of (await lookingUp)?.addresses ?? []) denied.delete(own);
    return denied;
  }

  #targetBegun(): void {
    this.#toBegin--;
    if (this.#toBegin === 0) this.#begun.resolve();
  }

  /** `denied`: more reasons, by address, not to connect than the policy has. */
  #connectAll(
    all: readonly Address[],
    port: number,
    rank: number,
    denied?: ReadonlyMap<string, string>,
  ): Promise<AddressReport[]> {
    const addresses = all.slice(0, LIMITS.addressesPerTarget);
    this.omissions.addressesOverLimit += all.length - addresses.length;
    return new Promise((resolve) => {
      let toBegin = addresses.length;
      let toEnd = addresses.length;
      const reports: (AddressReport | undefined)[] = [];
      const begun = () => {
        if (--toBegin === 0) this.#targetBegun();
      };
      const ended = () => {
        if (--toEnd === 0) resolve(reports.filter((report) => report !== undefined));
      };
      for (const [index, address] of addresses.entries()) {
        const onEnded = (attempts: Attempt[]) => {
          const { text, family } = address;
          if (attempts.length > 0) reports[index] = { address: text, family, attempts };
          else this.omissions.addressesNotTried++;
          ended();
        };
        const unsent = this.#unsent(address, port, denied?.get(address.text));
        if (!unsent) this.#connect(address, port, rank + index, begun, onEnded);
        else {
          begun();
          onEnded([unsent]);
        }
      }
      if (addresses.length === 0) {
        this.#targetBegun();
        resolve([]);
      }
    });
  }

  #connect(
    address: Address,
    port: number,
    rank: number,
    begun: () => void,
    onEnded: (attempts: Attempt[]) => void,
  ): void {
    if (this.#isCut) {
      begun();
      onEnded([]);
      return;
    }
    const owner: RunOwner = {
      begun,
      ended: (run, attempts) => {
        this.#runs.delete(run);
        if (attempts.length > 0) this.omissions.attemptsNotBegun += this.#settings.attempts - attempts.length;
        onEnded(attempts);
      },
    };
    this.#runs.add(new AddressRun(address.text, port, rank, this.#settings, this.#parts, owner));
  }

  /** What stands for the attempts at an address that must not or cannot be sent to. */
  #unsent(address: Address, port: number, told: string | undefined): Attempt | undefined {
    const stage = 'local';
    const startedMs = Math.round(this.#parts.context.now());
    const denied = this.#policy.deny(address, port) ?? told;
    if (denied !== undefined) return { outcome: 'denied', stage, startedMs, elapsedMs: 0, reason: denied };
    const [, zone] = address.text.split('%');
    if (zone === undefined || Object.hasOwn(networkInterfaces(), zone)) return undefined;
    // Node would connect without the zone, by whichever interface the routes name.
    const reason = `this machine has no network interface ${zone} that is up`;
    return { outcome: 'local-fault', stage, startedMs, elapsedMs: 0, reason };
  }
}

/** The target in canonical form; addresses beside a literal are passed over. Throws with one line on what is wrong. */
function check(target: TargetRequest): Checked {
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

/** Why there is no address in the report, unless the name says so itself. */
function untried(
  addresses: AddressReport[],
  name?: NameReport | 'unknown',
): Pick<TargetReport, 'addresses' | 'notTried'> {
  if (addresses.length > 0) return { addresses };
  if (name === 'unknown') return { addresses, notTried: 'the deadline came before its name was looked up' };
  if (name && name.outcome !== 'resolved') return { addresses };
  if (name?.denied !== undefined && name.addresses.length === 0) return { addresses, notTried: NAME_DENIED };
  return { addresses, notTried: 'the deadline came before it could be tried' };
}
