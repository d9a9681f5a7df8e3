import { parseAddress, type Address } from '../reachability/address.ts';
import type { AddressReport, NameReport, TargetReport, TargetRequest } from '../reachability/report.ts';
import { isName, parseHost, parsePort } from '../reachability/target.ts';
import { AddressRun, type RunParts, type RunSettings } from './address-run.ts';
import { canonical, type Names } from './names.ts';
import type { AddressPolicy } from './policy.ts';
import { LIMITS } from './request.ts';

/** What has not been done, for `ProbeReport.omitted`. */
export interface Omissions {
  addressesOverLimit: number;
  addressesNotTried: number;
  attemptsNotBegun: number;
}

/** The probe of one target: the addresses it connects to, when no attempt is left to start, and what it all came to. */
export interface TargetProbe {
  addresses: Promise<readonly string[]>;
  begun: Promise<void>;
  done: Promise<TargetReport>;
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
  readonly #parts: RunParts;
  readonly #runs = new Set<AddressRun>();
  #isCut = false;

  constructor(names: Names, policy: AddressPolicy, settings: RunSettings, parts: RunParts) {
    this.#names = names;
    this.#policy = policy;
    this.#settings = settings;
    this.#parts = parts;
  }

  /** Looks the target up, vets what comes back and connects to exactly that. `rank`: lower is served first where sockets are scarce. */
  probe(target: TargetRequest, rank: number): TargetProbe {
    const { promise: addresses, resolve: onAddresses } = Promise.withResolvers<readonly string[]>();
    const { promise: begun, resolve: onBegun } = Promise.withResolvers<void>();
    const work = this.#probe(target, rank, { onAddresses, onBegun });
    const done = work.finally(() => {
      onAddresses([]);
      onBegun();
    });
    return { addresses, begun, done };
  }

  /** Ends everything at once: what waits in the kernel is called silent, what has not begun is not tried. */
  cut(): void {
    this.#isCut = true;
    for (const run of this.#runs) run.cut();
  }

  async #probe(
    target: TargetRequest,
    rank: number,
    { onAddresses, onBegun }: { onAddresses: (addresses: string[]) => void; onBegun: () => void },
  ): Promise<TargetReport> {
    let checked: { host: string; port: number; given: string[] | undefined };
    try {
      checked = check(target);
    } catch (error) {
      const notTried = error instanceof Error ? error.message : String(error);
      return { host: target.host, port: target.port, addresses: [], notTried };
    }
    const { host, port, given } = checked;
    const lookingUp = isName(host) ? this.#names.lookUp(host) : undefined;
    const addresses = given ?? (lookingUp ? ((await lookingUp)?.addresses ?? []) : [host]);
    onAddresses(addresses);
    const { begun, done } = this.#connectAll(addresses, port, rank);
    void begun.then(onBegun);
    const reports = await done;
    return assemble({ host, port }, await lookingUp, reports, lookingUp !== undefined);
  }

  #connectAll(
    addresses: readonly string[],
    port: number,
    rank: number,
  ): { begun: Promise<void>; done: Promise<AddressReport[]> } {
    const vetted = addresses.slice(0, LIMITS.addressesPerTarget).flatMap((text) => parseAddress(text) ?? []);
    this.omissions.addressesOverLimit += addresses.length - vetted.length;
    const starts = vetted.map((address, index) => this.#connect(address, port, rank + index));
    return {
      begun: Promise.all(starts.map(({ begun }) => begun)).then(() => undefined),
      done: Promise.all(starts.map(({ done }) => done)).then((reports) =>
        reports.flatMap((one) => one ?? []),
      ),
    };
  }

  #connect(
    address: Address,
    port: number,
    rank: number,
  ): { begun: Promise<void>; done: Promise<AddressReport | undefined> } {
    const { text, family } = address;
    const reason = this.#policy.deny(address, port);
    if (reason !== undefined) {
      const startedMs = Math.round(this.#parts.context.now());
      const denied = { outcome: 'denied', stage: 'local', startedMs, elapsedMs: 0, reason } as const;
      const report = { address: text, family, attempts: [denied] };
      return { begun: Promise.resolve(), done: Promise.resolve(report) };
    }
    if (this.#isCut) {
      this.omissions.addressesNotTried++;
      return { begun: Promise.resolve(), done: Promise.resolve(undefined) };
    }
    const run = new AddressRun(text, port, rank, this.#settings, this.#parts);
    this.#runs.add(run);
    const done = run.done.then((attempts) => {
      this.#runs.delete(run);
      if (attempts.length === 0) {
        this.omissions.addressesNotTried++;
        return undefined;
      }
      this.omissions.attemptsNotBegun += this.#settings.attempts - attempts.length;
      return { address: text, family, attempts };
    });
    return { begun: run.begun, done };
  }
}

/** The target in canonical form. Throws with one line on what is wrong. */
function check(target: TargetRequest): { host: string; port: number; given: string[] | undefined } {
  const host = parseHost(target.host);
  const port = parsePort(target.port, `${target.host}:${target.port}`);
  const { addresses } = target;
  if (!addresses || addresses.length === 0) return { host, port, given: undefined };
  const wrong = addresses.find((address) => !parseAddress(address));
  if (wrong !== undefined) throw new TypeError(`addresses: ${JSON.stringify(wrong)} is not an IP address`);
  return { host, port, given: canonical(addresses) };
}

function assemble(
  target: { host: string; port: number },
  name: NameReport | undefined,
  addresses: AddressReport[],
  isNamed = name !== undefined,
): TargetReport {
  const report: TargetReport = { ...target, addresses };
  if (name) report.name = name;
  if (addresses.length > 0) return report;
  if (isNamed && !name) report.notTried = 'the deadline came before its name was looked up';
  else if (!name || name.outcome === 'resolved')
    report.notTried = 'the deadline came before it could be tried';
  return report;
}
