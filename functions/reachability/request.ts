/** A place to connect to. `host` is a DNS name, an IPv4 literal or an IPv6 literal without brackets. */
export interface Target {
  host: string;
  port: number;
}

export type Family = 4 | 6;

/** One target in a request. */
export interface TargetRequest extends Target {
  /**
   * Connect to exactly these addresses of a name; the name is looked up beside them but does not steer. Given in a second round. A literal
   * is its own address, and has no other.
   */
  addresses?: string[];
}

/** Asks a probe to trace the path to one address with SYNs of rising TTL. */
export interface TraceRequest {
  address: string;
  port: number;
  /** Default 30. */
  maxHops?: number;
}

/** The values of a request that leaves them out. */
export const PROBE_DEFAULTS = { timeoutMs: 4000, attempts: 3, staggerMs: 300, settleMs: 150 } as const;

/** What a vantage is asked to do in one round. Everything but `targets` and `traces` has a default, see {@link PROBE_DEFAULTS}. */
export interface ProbeRequest {
  targets: TargetRequest[];
  /** Targets known to be up; probed beside the targets, before and after. */
  controls?: Target[];
  /** 1 for the survey, 2 for the cross-examination. */
  round?: number;
  /** Connect timeout, from the first SYN to an address; `kernel` waits for the kernel's ETIMEDOUT. */
  timeoutMs?: number | 'kernel';
  /** Connects per address, each on a fresh socket from a fresh port. */
  attempts?: number;
  /** Between the starts of an address's attempts. */
  staggerMs?: number;
  /** How long an open connection is watched for a reset or a close. */
  settleMs?: number;
  /** The whole request ends within this time. In Lambda the remaining time caps it. */
  deadlineMs?: number;
  traces?: TraceRequest[];
}
