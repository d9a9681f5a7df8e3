import type { Socket } from 'node:net';
import { parseAddress } from '../../reachability/address.ts';
import type { Family, IcmpEvidence } from '../../reachability/report.ts';
import type { EvidenceSource, KernelEvidence, SocketWatch } from './evidence.ts';
import { icmpName, isHostUnreachable, isPortUnreachable } from './icmp-names.ts';
import { openKernelCalls, type KernelCalls, type QueuedError, type TcpInfo } from './kernel-ffi.ts';

/**
 * What the Linux kernel reports to an unprivileged process about its own sockets: which ICMP error ended a connect and which machine sent
 * it, whether a refusal was an RST or an ICMP port unreachable, and how many SYNs were sent again (docs/evidence.md). Undefined where koffi
 * is missing or does not work, on other systems, and with `SYNWHERE_KERNEL_EVIDENCE=off` in the environment. Never rejects.
 */
export async function openKernelEvidence(): Promise<EvidenceSource | undefined> {
  const calls = await openCalls();
  if (!calls) return undefined;
  return {
    provides: ['icmp', 'refused-by', 'tcp-info'],
    descriptorsPerSocket: 2,
    watch: (socket) => watch(calls, socket),
  };
}

/** The system calls for the evidence, or undefined where it is switched off or not available. Never rejects. */
export async function openCalls(): Promise<KernelCalls | undefined> {
  return process.env['SYNWHERE_KERNEL_EVIDENCE'] === 'off' ? undefined : await openKernelCalls();
}

/** The socket's descriptor; undefined before it has one and after it is closed. Node has no public API for it. */
export function descriptorOf(socket: Socket): number | undefined {
  const handle: unknown = Reflect.get(socket, '_handle');
  const known = typeof handle === 'object' && handle !== null && 'fd' in handle;
  return known && typeof handle.fd === 'number' && handle.fd >= 0 ? handle.fd : undefined;
}

/** The newest ICMP error in the error queue of a socket: the one that ended its connect. */
export function lastError(calls: KernelCalls, fd: number): QueuedError | undefined {
  let last: QueuedError | undefined;
  for (let taken = 0; taken < 16; taken++) {
    const error = calls.nextError(fd);
    if (!error) break;
    last = error;
  }
  return last;
}

/** An ICMP error as it is reported. */
export function icmpEvidence({ family, type, code, from }: QueuedError): IcmpEvidence {
  return { type, code, name: icmpName(family, type, code), from };
}

/**
 * The kernel reports a neighbour absent after three requests a second apart (arp(7), mcast_solicit and retrans_time_ms). A firewall rejects
 * at once: an error that comes earlier than this is not a missing neighbour.
 */
const MISSING_NEIGHBOUR_MS = 500;

function watch(calls: KernelCalls, socket: Socket): SocketWatch | undefined {
  const fd = descriptorOf(socket);
  const copy = fd === undefined ? undefined : calls.duplicate(fd);
  if (copy === undefined) return undefined;
  const family: Family = calls.localAddress(copy)?.includes(':') ? 6 : 4;
  const startedMs = performance.now();
  const kept = calls.keepErrors(copy, family, true);
  // On an open connection the option would turn temporary ICMP errors into errors of the socket (ip(7), IP_RECVERR).
  const stopKeeping = (): void => {
    calls.keepErrors(copy, family, false);
  };
  if (kept) socket.once('connect', stopKeeping);
  return {
    collect: () => {
      socket.off('connect', stopKeeping);
      const info = calls.tcpInfo(copy);
      const error = kept ? lastError(calls, copy) : undefined;
      const own = error ? calls.localAddress(copy) : undefined;
      calls.close(copy);
      const failure: (Error & { code?: string; address?: string }) | null = socket.errored;
      return {
        ...(info ? fromTcpInfo(info) : undefined),
        ...(error ? fromError(error, failure?.address, own, performance.now() - startedMs) : undefined),
        ...(kept && failure?.code === 'ECONNREFUSED' ? refusal(error) : undefined),
      };
    },
  };
}

function fromTcpInfo({ state, totalRetransmits, synAcked }: TcpInfo): KernelEvidence {
  return {
    synRetransmits: totalRetransmits,
    synRetransmitsFrom: 'tcp-info',
    synAcked,
    // A socket that failed is already closed; netstat showed another state while it waited.
    ...(state === 'CLOSE' ? undefined : { socketState: state }),
  };
}

function fromError(
  error: QueuedError,
  target: string | undefined,
  own: string | undefined,
  elapsedMs: number,
): KernelEvidence {
  const icmp = icmpEvidence(error);
  if (error.from === withoutZone(target)) return { icmp, stage: 'remote' };
  if (error.from !== own) return { icmp, stage: 'path' };
  const isNeighbourMissing =
    isHostUnreachable(error.family, error.type, error.code) && elapsedMs >= MISSING_NEIGHBOUR_MS;
  return {
    icmp,
    stage: 'local',
    reason: isNeighbourMissing
      ? `no reply to ${error.family === 4 ? 'ARP' : 'neighbour discovery'}`
      : "this machine's own firewall rejected it",
  };
}

/** Linux reports ECONNREFUSED for an RST, which leaves no error in the queue, and for a port unreachable, which does (tcp(7), ip(7)). */
function refusal(error: QueuedError | undefined): KernelEvidence | undefined {
  if (!error) return { refusedBy: 'rst' };
  return isPortUnreachable(error.family, error.type, error.code)
    ? { refusedBy: 'icmp-port-unreachable' }
    : undefined;
}

function withoutZone(address: string | undefined): string | undefined {
  return address === undefined ? undefined : parseAddress(address.split('%')[0] ?? '')?.text;
}
