import { readFileSync } from 'node:fs';
import { endianness } from 'node:os';
import { parseAddress } from '../../reachability/address.ts';
import type { Family } from '../../reachability/report.ts';

/** What netstat shows of one socket. */
export interface SocketLine {
  state: string;
  /** How often the kernel has sent the last segment again; in SYN_SENT that is the SYN. */
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
 * proc_pid_net(5): `sl: local:port remote:port st tx:rx tr:when retrnsmt …`, all in hexadecimal and, after the first colon, of fixed
 * width. Reading the columns takes a tenth of the time of a regular expression, and tables can have tens of thousands of lines.
 */
const LOCAL = 2;
const PORT = 4;
const RETRANSMITS = ' 00000000:00000000 00:00000000 '.length;
/** Sockets in TIME_WAIT belong to no process, and are most of a long table. */
const TIME_WAIT = '06';

const FILES = { 4: '/proc/net/tcp', 6: '/proc/net/tcp6' } as const;

/** Identifies one socket of this machine by its local port and its remote address and port; undefined for anything but an IP address. */
export function socketKey(localPort: number, address: string, port: number): string | undefined {
  const remote = kernelHex(address);
  return remote === undefined ? undefined : `${hex4(localPort)} ${remote}:${hex4(port)}`;
}

/** Reads the kernel's table of all sockets of one family; undefined where it cannot be read. */
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
  let start = text.indexOf('\n') + 1;
  while (start > 0) {
    const end = text.indexOf('\n', start);
    const colon = text.indexOf(':', start);
    const port = text.indexOf(':', colon + 1) + 1;
    const remote = port + PORT + 1;
    const state = remote + (port - colon - LOCAL) + PORT + 1;
    const name = text.slice(state, state + 2);
    if (colon > 0 && end > state && name !== TIME_WAIT) {
      const retransmits = state + 2 + RETRANSMITS;
      table.set(`${text.slice(port, port + PORT)} ${text.slice(remote, state - 1)}`, {
        state: STATES[name] ?? name,
        retransmits: Number.parseInt(text.slice(retransmits, retransmits + 8), 16),
      });
    }
    start = end + 1;
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
