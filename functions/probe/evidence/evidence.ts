import type { Socket } from 'node:net';
import type { Attempt } from '../../reachability/report.ts';

/** What a kernel can add to an attempt. Every field is optional; a field that is present replaces what was inferred. */
export interface KernelEvidence extends Partial<
  Pick<
    Attempt,
    'stage' | 'reason' | 'icmp' | 'refusedBy' | 'synRetransmits' | 'synRetransmitsFrom' | 'socketState'
  >
> {
  /** Whether the peer's SYN-ACK came before the socket failed; false distinguishes `reset` from `connected-then-reset`. */
  synAcked?: boolean;
}

/** Watches one socket, from just before its SYN leaves to the end of its attempt. */
export interface SocketWatch {
  /**
   * What the kernel knows about the socket now. Called exactly once for every watch, whatever the outcome of the attempt: after the
   * `error` event (the original descriptor is closed by then), at the end of the settling wait, or at our own timeout just
   * before the socket is destroyed. Synchronous. Releases what the watch holds (a duplicate descriptor keeps a connection
   * open). Never throws.
   */
  collect(): KernelEvidence;
}

/** Reads evidence about sockets from the kernel. Optional: without it every attempt is still made and has an outcome. */
export interface EvidenceSource {
  /** For `ProbeReport.system.evidence`, e.g. `icmp`, `tcp-info`. */
  readonly provides: readonly string[];
  /** Descriptors that a watched socket uses, including its own; the limit of open sockets is divided by it. */
  readonly descriptorsPerSocket: number;
  /**
   * Called inside the socket's `connectionAttempt` event, which Node emits before connect(2). The socket must have been given a
   * `localAddress` (`0.0.0.0` or `::`, which leaves the choice to the kernel). Only then does it have a descriptor before its SYN leaves,
   * and an answer that comes back within microseconds is not missed. Returns undefined where there is no descriptor to watch.
   * Synchronous. Never throws. Adds no listener that changes the behaviour of the socket.
   */
  watch(socket: Socket): SocketWatch | undefined;
}
