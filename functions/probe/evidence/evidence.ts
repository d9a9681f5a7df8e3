import type { Socket } from 'node:net';
import type { Attempt, Trace } from '../../reachability/report.ts';
import type { TraceRequest } from '../../reachability/request.ts';
import type { AddressPolicy } from '../policy/policy.ts';

/** What a kernel can add to an attempt. Every field is optional; what is given wins over what was inferred. */
export interface KernelEvidence extends Partial<
  Pick<
    Attempt,
    'stage' | 'reason' | 'icmp' | 'refusedBy' | 'synRetransmits' | 'synRetransmitsFrom' | 'socketState'
  >
> {
  /** Whether the peer's SYN-ACK had come before the socket failed; false tells `reset` from `connected-then-reset`. */
  synAcked?: boolean;
}

/** The watch over one socket, from just before its SYN leaves to the end of its attempt. */
export interface SocketWatch {
  /**
   * What the kernel knows of the socket now. Called exactly once for every watch, whatever the attempt came to: after the
   * `error` event (the original descriptor is closed by then), at the end of the settling wait, or at our own deadline just
   * before the socket is destroyed. Synchronous; releases what the watch holds (a duplicate descriptor keeps a connection
   * open), never throws.
   */
  collect(): KernelEvidence;
}

/** A way to ask the kernel about sockets. Optional: without one every attempt is still made and named. */
export interface EvidenceSource {
  /** As it stands in `ProbeReport.system.evidence`, e.g. `icmp`, `tcp-info`. */
  readonly provides: readonly string[];
  /** Descriptors a watched socket takes, its own included; the cap on open sockets is divided by it. */
  readonly descriptorsPerSocket: number;
  /**
   * Called inside the socket's `connectionAttempt` event, which Node emits before connect(2). The socket must have been given a
   * `localAddress` (`0.0.0.0` or `::`, which leaves the choice to the kernel): only then does it have a descriptor before its SYN leaves,
   * and an answer that comes back within microseconds is not missed. Undefined where there is no descriptor to watch.
   * Synchronous, never throws, and adds no listener that changes what the socket does.
   */
  watch(socket: Socket): SocketWatch | undefined;
}

/** `openKernelEvidence` of `kernel-evidence.ts`: undefined where koffi, Linux 5.8 or the permission is missing; never throws. */
export type OpenKernelEvidence = () => Promise<EvidenceSource | undefined>;

export interface TraceOptions {
  /** Vets the address before the first SYN; a denied one leaves no packet and has `unavailable`. */
  policy: AddressPolicy;
  /** The whole walk ends within this time from the call. */
  deadlineMs?: number;
  signal?: AbortSignal;
}

/** `trace` of `trace.ts`; never rejects: what cannot be walked has `unavailable`. */
export type TraceWalk = (request: TraceRequest, options: TraceOptions) => Promise<Trace>;
