import type { Socket } from 'node:net';
import { parseAddress } from '../../reachability/address.ts';
import type { Family, IcmpEvidence } from '../../reachability/report.ts';
import type { EvidenceSource, KernelEvidence, SocketWatch } from './evidence.ts';
import { icmpName, isHostUnreachable, isPortUnreachable } from './icmp-names.ts';
import { openKernelCalls, type KernelCalls, type QueuedError, type TcpInfo } from './kernel-ffi.ts';

/**
 * What the Linux kernel tells an unprivileged process of its own sockets: which ICMP error ended a connect and who sent it, a
 * true RST told from an ICMP port unreachable, SYNs sent again (docs/evidence.md). Undefined where koffi is missing or does
 * not work, on other systems, and with `SYNWHERE_KERNEL_EVIDENCE=off` in the environment; never rejects.
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

/** The calls behind the evidence, or undefined where it is switched off or cannot be had; never rejects. */
export async function openCalls(): Promise<KernelCalls | undefined> {
  return process.env['SYNWHERE_KERNEL_EVIDENCE'] === 'off' ? undefined : await openKernelCalls();
}

/** The socket's descriptor; undefined before it has one and once it is closed. Node has no public name for it. */
export function descriptorOf(socket: Socket): number | undefined {
  const handle: unknown = Reflect.get(socket, '_handle');
  const known = typeof handle === 'object' && handle !== null && 'fd' in handle;
  return known && typeof handle.fd === 'number' && handle.fd >= 0 ? handle.fd : undefined;
}

/** The newest ICMP error that the kernel kept for a socket: the one that ended its connect. */
export function lastError(calls: KernelCalls, fd: number): QueuedError | undefined {
  let last: QueuedError | undefined;
  for (let taken = 0; taken < 16; taken++) {
    const error = calls.nextError(fd);
    if (!error) break;
    last = error;
  }
  return last;
}

/** How the report spells an ICMP error. */
export function icmpEvidence({ family, type, code, from }: QueuedError): IcmpEvidence {
  return { type, code, name: icmpName(family, type, code), from };
}

/**
 * A neighbour is called absent after three questions a second apart (arp(7), mcast_solicit and retrans_time_ms), a firewall says no at
 * once: what comes sooner than this is no missing neighbour.
 */
const NEIGHBOUR_PATIENCE_MS = 500;

function watch(calls: KernelCalls, socket: Socket): SocketWatch | undefined {
  const fd = descriptorOf(socket);
  const copy = fd === undefined ? undefined : calls.duplicate(fd);
  if (copy === undefined) return undefined;
  const family: Family = calls.localAddress(copy)?.includes(':') ? 6 : 4;
  const startedMs = performance.now();
  const kept = calls.keepErrors(copy, family, true);
  // On an open connection the option would turn passing ICMP errors into errors of the socket (ip(7), IP_RECVERR).
  const letGo = (): void => {
    calls.keepErrors(copy, family, false);
  };
  if (kept) socket.once('connect', letGo);
  return {
    collect: () => {
      socket.off('connect', letGo);
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
    // A socket that failed is closed already; that is not what netstat showed while it waited.
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
  const alone = isHostUnreachable(error.family, error.type, error.code) && elapsedMs >= NEIGHBOUR_PATIENCE_MS;
  return {
    icmp,
    stage: 'local',
    reason: alone
      ? `nobody answered ${error.family === 4 ? 'ARP' : 'neighbour discovery'}`
      : "this machine's own firewall rejected it",
  };
}

/** Linux makes ECONNREFUSED of an RST, which leaves no error in the queue, and of a port unreachable, which does (tcp(7), ip(7)). */
function refusal(error: QueuedError | undefined): KernelEvidence | undefined {
  if (!error) return { refusedBy: 'rst' };
  return isPortUnreachable(error.family, error.type, error.code)
    ? { refusedBy: 'icmp-port-unreachable' }
    : undefined;
}

function withoutZone(address: string | undefined): string | undefined {
  return address === undefined ? undefined : parseAddress(address.split('%')[0] ?? '')?.text;
}
