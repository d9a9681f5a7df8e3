import type { Address } from '../reachability/address.ts';

/** Where a probe may connect to. Set where the probe runs, never by a request. */
export interface AddressPolicy {
  /** Why this address and port must not be connected to, in a few words; undefined: it may go out. */
  deny(address: Address, port: number): string | undefined;
}

/** One's own machine: everything may be tried. */
export const allowEverything: AddressPolicy = { deny: () => undefined };
