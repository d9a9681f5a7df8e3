/** What every contender of one run is given to do. */
export interface Load {
  targets: { host: string; port: number }[];
  /** Silence is called after this time. */
  timeoutMs: number;
  /** Connects per target, for contenders that make several. */
  attempts: number;
  deadlineMs: number;
  /** Connects at the same time, for contenders that are told. */
  width: number;
  /** How long a connection is held open, for contenders that are told. */
  holdMs: number;
}

/** What a contender in a process of its own says of itself; start-up is left out of the times. */
export interface Cost {
  connects: number;
  cpuMs: number;
  wallMs: number;
  maxRssMiB: number;
  /** What the connects came to. */
  outcomes: Record<string, number>;
}

/** The responder listens at these ports of every loopback address; nobody listens at the other. */
export const OPEN_PORTS = [8080, 8081, 8082, 8083, 8084] as const;
export const CLOSED_PORT = 8079;

/** Addresses in 127.0.0.0/8, which are all this machine's own. */
export function open(count: number): Load['targets'] {
  return Array.from({ length: count }, (_, index) => ({
    host: loopback(index % 4096),
    port: OPEN_PORTS[Math.floor(index / 4096) % OPEN_PORTS.length] ?? OPEN_PORTS[0],
  }));
}

export function refused(count: number): Load['targets'] {
  return Array.from({ length: count }, (_, index) => ({ host: loopback(index), port: CLOSED_PORT }));
}

/** Addresses of RFC 2544 that the bench's own namespace swallows. */
export function silent(count: number): Load['targets'] {
  return Array.from({ length: count }, (_, index) => ({
    host: `198.18.${16 + (index >> 8)}.${index & 255}`,
    port: 443,
  }));
}

function loopback(index: number): string {
  return `127.0.${16 + (index >> 8)}.${index & 255}`;
}
