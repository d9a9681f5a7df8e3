import { parseAddress } from '../../reachability/address.ts';

/**
 * The system calls that report more about a TCP socket than Node does, through the optional package koffi. All knowledge of
 * C is in this file: pointers, struct layouts, constants.
 *
 * The layouts are those of 64-bit little-endian Linux, the same in glibc and musl. Constants: <linux/in.h>, <linux/in6.h>,
 * <linux/errqueue.h>, <linux/tcp.h>, <asm-generic/fcntl.h>; their meaning: ip(7), ipv6(7), tcp(7), recvmsg(2).
 */
export interface KernelCalls {
  /** A second descriptor of the same socket, closed on exec; undefined where no descriptor is left. */
  duplicate(fd: number): number | undefined;
  close(fd: number): void;
  /** Makes the kernel keep ICMP errors for this socket (IP_RECVERR, IPV6_RECVERR), or drop them; false where that fails. */
  keepErrors(fd: number, family: 4 | 6, keep: boolean): boolean;
  /** Sets the TTL or hop limit of what the socket sends from now on (IP_TTL, IPV6_UNICAST_HOPS); false where that fails. */
  setHopLimit(fd: number, family: 4 | 6, hops: number): boolean;
  /** Removes the oldest error from the socket's error queue and returns it; undefined where the queue is empty. */
  nextError(fd: number): QueuedError | undefined;
  tcpInfo(fd: number): TcpInfo | undefined;
  /** The socket's own address (getsockname(2)), in canonical form, without a zone. */
  localAddress(fd: number): string | undefined;
}

/** An ICMP error as struct sock_extended_err keeps it. */
export interface QueuedError {
  family: 4 | 6;
  type: number;
  code: number;
  /** The machine that sent it (SO_EE_OFFENDER), in canonical form, without a zone. */
  from: string;
}

export interface TcpInfo {
  /** In the spelling of netstat(8). */
  state: string;
  /** Segments sent again over the socket's life (tcpi_total_retrans). */
  totalRetransmits: number;
  /** Whether the peer acknowledged our SYN, which counts as one byte (tcpi_bytes_acked, Linux 4.1). */
  synAcked: boolean;
}

/** Little-endian, with eight bytes for `long`, pointers and `size_t`. */
const ARCHITECTURES: readonly string[] = ['x64', 'arm64', 'riscv64', 'loong64'];

const F_DUPFD_CLOEXEC = 1030;
const SOL_TCP = 6;
const TCP_INFO = 11;
const MSG_DONTWAIT = 0x40;
const MSG_ERRQUEUE = 0x2000;
const ICMP_ORIGINS: readonly number[] = [2, 3];
const LEVELS = {
  4: { level: 0, receiveErrors: 11, hopLimit: 2 },
  6: { level: 41, receiveErrors: 25, hopLimit: 16 },
} as const;
const AF_INET = 2;
const AF_INET6 = 10;
/** include/net/tcp_states.h, in the spelling of netstat(8). */
const STATES = [
  '',
  'ESTABLISHED',
  'SYN_SENT',
  'SYN_RECV',
  'FIN_WAIT1',
  'FIN_WAIT2',
  'TIME_WAIT',
  'CLOSE',
  'CLOSE_WAIT',
  'LAST_ACK',
  'LISTEN',
  'CLOSING',
] as const;

/** Offsets in the one block of memory that all calls share. Calls are synchronous, so two never use it at the same time. */
const AT = { header: 0, vector: 64, length: 96, integer: 104, byte: 112, name: 128, info: 192, control: 384 };
const SIZE = { name: 28, info: 128, control: 512, block: 896 };

/** The part of koffi that is used. */
interface Koffi {
  load(path: null): { func(definition: string): (...args: (number | bigint | string)[]) => number | bigint };
  alloc(type: string, length: number): bigint;
  view(pointer: bigint, length: number): ArrayBuffer;
}

/**
 * Loads koffi and binds the calls. Undefined where the package is missing or does not work, and on systems whose layouts are
 * not known here. Never rejects. Done once for each process. Uses no descriptor.
 */
export function openKernelCalls(): Promise<KernelCalls | undefined> {
  opened ??= open();
  return opened;
}

let opened: Promise<KernelCalls | undefined> | undefined;

async function open(): Promise<KernelCalls | undefined> {
  if (process.platform !== 'linux' || !ARCHITECTURES.includes(process.arch)) return undefined;
  try {
    const koffi = await loadOptional('koffi');
    return isKoffi(koffi) ? bind(koffi) : undefined;
  } catch {
    return undefined;
  }
}

/** The name is an argument so that no bundler follows it: the package is loaded from the machine or not at all. */
async function loadOptional(name: string): Promise<unknown> {
  const loaded: unknown = await import(name);
  return loaded;
}

function isKoffi(loaded: unknown): loaded is Koffi {
  return (
    typeof loaded === 'object' && loaded !== null && 'load' in loaded && 'alloc' in loaded && 'view' in loaded
  );
}

function bind(koffi: Koffi): KernelCalls {
  const libc = koffi.load(null);
  const fcntl = libc.func('int fcntl(int, int, ...)');
  const close = libc.func('int close(int)');
  const setsockopt = libc.func('int setsockopt(int, int, int, void *, uint32_t)');
  const getsockopt = libc.func('int getsockopt(int, int, int, void *, void *)');
  const getsockname = libc.func('int getsockname(int, void *, void *)');
  const recvmsg = libc.func('intptr_t recvmsg(int, void *, int)');
  const block = koffi.alloc('uint8_t', SIZE.block);
  const memory = new DataView(koffi.view(block, SIZE.block));
  const pointer = (offset: number): bigint => block + BigInt(offset);

  memory.setBigUint64(AT.header + 16, pointer(AT.vector), true);
  memory.setBigUint64(AT.header + 24, 1n, true);
  memory.setBigUint64(AT.header + 32, pointer(AT.control), true);
  memory.setBigUint64(AT.vector, pointer(AT.byte), true);
  memory.setBigUint64(AT.vector + 8, 1n, true);

  const setInteger = (fd: number, level: number, option: number, value: number): boolean => {
    memory.setInt32(AT.integer, value, true);
    return setsockopt(fd, level, option, pointer(AT.integer), 4) === 0;
  };

  return {
    duplicate: (fd) => {
      const copy = Number(fcntl(fd, F_DUPFD_CLOEXEC, 'int', 0));
      return copy < 0 ? undefined : copy;
    },
    close: (fd) => {
      close(fd);
    },
    keepErrors: (fd, family, keep) =>
      setInteger(fd, LEVELS[family].level, LEVELS[family].receiveErrors, keep ? 1 : 0),
    setHopLimit: (fd, family, hops) => setInteger(fd, LEVELS[family].level, LEVELS[family].hopLimit, hops),
    nextError: (fd) => {
      for (let taken = 0; taken < 8; taken++) {
        memory.setBigUint64(AT.header + 40, BigInt(SIZE.control), true);
        if (Number(recvmsg(fd, pointer(AT.header), MSG_ERRQUEUE | MSG_DONTWAIT)) < 0) return undefined;
        const error = readControl(memory);
        if (error) return error;
      }
      return undefined;
    },
    tcpInfo: (fd) => {
      memory.setUint32(AT.length, SIZE.info, true);
      if (getsockopt(fd, SOL_TCP, TCP_INFO, pointer(AT.info), pointer(AT.length)) !== 0) return undefined;
      const state = STATES[memory.getUint8(AT.info)];
      if (!state || memory.getUint32(AT.length, true) < SIZE.info) return undefined;
      return {
        state,
        totalRetransmits: memory.getUint32(AT.info + 100, true),
        synAcked: memory.getBigUint64(AT.info + 120, true) > 0n,
      };
    },
    localAddress: (fd) => {
      memory.setUint32(AT.length, SIZE.name, true);
      return getsockname(fd, pointer(AT.name), pointer(AT.length)) === 0
        ? readSocketAddress(memory, AT.name)
        : undefined;
    },
  };
}

/** Finds the sock_extended_err among the control messages (cmsg(3)): a header of 16 bytes each, aligned to eight. */
function readControl(memory: DataView): QueuedError | undefined {
  const end = AT.control + Math.min(Number(memory.getBigUint64(AT.header + 40, true)), SIZE.control);
  for (let at = AT.control; at + 16 <= end;) {
    const length = Number(memory.getBigUint64(at, true));
    if (length < 16 || at + length > end) return undefined;
    const level = memory.getInt32(at + 8, true);
    const type = memory.getInt32(at + 12, true);
    for (const family of [4, 6] as const) {
      if (level !== LEVELS[family].level || type !== LEVELS[family].receiveErrors || length < 48) continue;
      const origin = memory.getUint8(at + 20);
      const from = readSocketAddress(memory, at + 32);
      if (!ICMP_ORIGINS.includes(origin) || from === undefined) continue;
      return { family, type: memory.getUint8(at + 21), code: memory.getUint8(at + 22), from };
    }
    at += (length + 7) & ~7;
  }
  return undefined;
}

function readSocketAddress(memory: DataView, at: number): string | undefined {
  const family = memory.getUint16(at, true);
  if (family === AF_INET) return [4, 5, 6, 7].map((offset) => memory.getUint8(at + offset)).join('.');
  if (family !== AF_INET6) return undefined;
  const groups = Array.from({ length: 8 }, (_, i) => memory.getUint16(at + 8 + 2 * i).toString(16));
  return parseAddress(groups.join(':'))?.text;
}
