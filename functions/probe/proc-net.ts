import { readFileSync } from 'node:fs';
import { endianness } from 'node:os';
import { parseAddress } from '../reachability/address.ts';
import type { Family } from '../reachability/report.ts';

/** What netstat would show of one socket. */
export interface SocketLine {
  state: string;
  /** How often the kernel has sent the last segment again: in SYN_SENT, the SYN. */
  retransmits: number;
}

/** Sockets by {@link socketKey}. */
export type SocketTable = ReadonlyMap<string, SocketLine>;

/** include/net/tcp_states.h */
const STATES: Readonly<Record<string, string>> = {
  '01': 'ESTABLISHED',
  '02': 'SYN_SENT',
  '03': 'SYN_RECV',
  '04': 'FIN_WAIT1',
  '05': 'FIN_WAIT2',
  '06': 'TIME_WAIT',
  '07': 'CLOSE',
  '08': 'CLOSE_WAIT',
  '09': 'LAST_ACK',
  '0A': 'LISTEN',
  '0B': 'CLOSING',
  '0C': 'NEW_SYN_RECV',
};

/**
 * proc_pid_net(5): `sl local:port remote:port st tx:rx tr:when retrnsmt …`, all of it in hexadecimal. Sockets in TIME_WAIT (06)
 * belong to nobody, and can be tens of thousands.
 */
const LINE = /^ *\d+: [\dA-F]+:([\dA-F]{4}) ([\dA-F]+):([\dA-F]{4}) (0(?!6)[\dA-F]) \S+ \S+ ([\dA-F]{8})/gm;

const FILES = { 4: '/proc/net/tcp', 6: '/proc/net/tcp6' } as const;

/** Names one socket of this machine: its own port, and whom it speaks to. */
export function socketKey(localPort: number, address: string, port: number): string | undefined {
  const remote = kernelHex(address);
  return remote === undefined ? undefined : `${hex4(localPort)} ${remote}:${hex4(port)}`;
}

/** Reads the kernel's table of one family, at once for all sockets; undefined where it cannot be read. */
export function readSocketTable(family: Family): SocketTable | undefined {
  try {
    return parseSocketTable(readFileSync(FILES[family], 'latin1'));
  } catch {
    return undefined;
  }
}

/** Parses the text of `/proc/net/tcp` or `/proc/net/tcp6`. */
export function parseSocketTable(text: string): SocketTable {
  const table = new Map<string, SocketLine>();
  for (const [, localPort, remote, port, state = '', retransmits = ''] of text.matchAll(LINE)) {
    table.set(`${localPort} ${remote}:${port}`, {
      state: STATES[state] ?? state,
      retransmits: Number.parseInt(retransmits, 16),
    });
  }
  return table;
}

/** The kernel prints an address as 32-bit words in its own byte order. */
function kernelHex(text: string): string | undefined {
  const address = parseAddress(text);
  if (!address) return undefined;
  const bytes = Buffer.from(address.bytes);
  if (endianness() === 'LE') bytes.swap32();
  return bytes.toString('hex').toUpperCase();
}

function hex4(value: number): string {
  return value.toString(16).toUpperCase().padStart(4, '0');
}
