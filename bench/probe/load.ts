/** The work of every contender in one run. */
export interface Load {
  targets: { host: string; port: number }[];
  /** The connect timeout. */
  timeoutMs: number;
  /** Connects per target, for contenders that make several. */
  attempts: number;
  deadlineMs: number;
  /** Concurrent connects, for contenders with this setting. */
  width: number;
  /** How long a connection stays open, for contenders with this setting. */
  holdMs: number;
}

/** What a contender, in a separate process, measures of itself. Times are without its start. */
export interface Cost {
  connects: number;
  cpuMs: number;
  wallMs: number;
  maxRssMiB: number;
  /** The number of connects for each outcome. */
  outcomes: Record<string, number>;
}

/** The responder listens at these ports of every loopback address, and nothing listens at the closed one. */
export const OPEN_PORTS = [8080, 8081, 8082, 8083, 8084] as const;
export const CLOSED_PORT = 8079;

/** Addresses in 127.0.0.0/8, which all belong to this machine. */
export function open(count: number): Load['targets'] {
  return Array.from({ length: count }, (_, index) => ({
    host: loopback(index % 4096),
    port: OPEN_PORTS[Math.floor(index / 4096) % OPEN_PORTS.length] ?? OPEN_PORTS[0],
  }));
}

export function refused(count: number): Load['targets'] {
  return Array.from({ length: count }, (_, index) => ({ host: loopback(index), port: CLOSED_PORT }));
}

/** Addresses of RFC 2544. The bench's namespace drops traffic to them. */
export function silent(count: number): Load['targets'] {
  return Array.from({ length: count }, (_, index) => ({
    host: `198.18.${16 + (index >> 8)}.${index & 255}`,
    port: 443,
  }));
}

function loopback(index: number): string {
  return `127.0.${16 + (index >> 8)}.${index & 255}`;
}
