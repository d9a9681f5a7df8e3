import type { NameOutcome, Outcome, Stage } from './words.ts';

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

/** Asks a probe to walk the way to one address with SYNs of rising TTL. */
export interface TraceRequest {
  address: string;
  port: number;
  /** Default 30. */
  maxHops?: number;
}

/** What a vantage is asked to do in one round. Everything but `targets` and `traces` has a default. */
export interface ProbeRequest {
  targets: TargetRequest[];
  /** Targets known to be up; probed beside the targets, before and after. */
  controls?: Target[];
  /** 1 for the survey, 2 for the cross-examination. */
  round?: number;
  /** Silence is called this long after an address's first SYN; `kernel` waits for the kernel's own ETIMEDOUT. Default 4000. */
  timeoutMs?: number | 'kernel';
  /** Connects per address, each on a fresh socket from a fresh port. Default 3. */
  attempts?: number;
  /** Between the starts of an address's attempts. Default 300. */
  staggerMs?: number;
  /** How long an open connection is watched for a reset or a close. Default 150. */
  settleMs?: number;
  /** The whole request ends within this time. In Lambda the remaining time caps it. */
  deadlineMs?: number;
  traces?: TraceRequest[];
}

/** An ICMP error as the kernel's error queue kept it (ip(7), IP_RECVERR). */
export interface IcmpEvidence {
  type: number;
  code: number;
  /** The name of type and code, e.g. `administratively-prohibited`. */
  name: string;
  /** The router or host that sent it. */
  from: string;
}

/** One TCP connect, on a new socket, to one address. */
export interface Attempt {
  outcome: Outcome;
  stage: Stage;
  /** Since the report's `startedAt`. */
  startedMs: number;
  /** From the connect call to its end, the settling wait left out. */
  elapsedMs: number;
  /** From the connect call to the SYN-ACK; only where the handshake was completed. */
  handshakeMs?: number;
  /** As the system named it, e.g. `ECONNREFUSED`. */
  errno?: string;
  localPort?: number;
  /** SYNs sent again, from /proc/net/tcp, TCP_INFO, or (`synRetransmitsFrom: 'time'`) the handshake time. */
  synRetransmits?: number;
  synRetransmitsFrom?: 'proc' | 'tcp-info' | 'time';
  /** What netstat would have shown last, e.g. `SYN_SENT`. */
  socketState?: string;
  /** Why it was `denied`, or what the local fault is, in a few words. */
  reason?: string;
  icmp?: IcmpEvidence;
  /** Who said no, where the kernel told: a true RST or an ICMP port unreachable. */
  refusedBy?: 'rst' | 'icmp-port-unreachable';
}

export interface AddressReport {
  address: string;
  family: Family;
  attempts: Attempt[];
}

/** What the vantage's own look-up of a name came to. */
export interface NameReport {
  outcome: 'resolved' | NameOutcome;
  /** Canonical, sorted, IPv4 first; at most 64. */
  addresses: string[];
  /** How many more the name has that the address policy of the vantage forbids: a probe must not tell what private names lead to. */
  denied?: number;
  elapsedMs: number;
  /** The DNS library's code, e.g. `ENOTFOUND`, `ESERVFAIL`. */
  errorCode?: string;
  /** The name servers that were asked. */
  servers?: string[];
}

export interface TargetReport {
  host: string;
  port: number;
  /** Absent for literals. */
  name?: NameReport;
  addresses: AddressReport[];
  /** Why nothing was tried, e.g. a bad target or a passed deadline. */
  notTried?: string;
}

/** A control before and after the targets; `after` is missing where time ran out. */
export interface ControlReport {
  host: string;
  port: number;
  before: TargetReport;
  after?: TargetReport;
}

export interface Hop {
  ttl: number;
  /** The router that answered; absent where nobody did. */
  from?: string;
  elapsedMs?: number;
  /** `time-exceeded`, `silence`, `connected`, `refused`, or the ICMP error that ended the way. */
  answer: string;
}

/** The way to one address as TCP SYNs of rising TTL saw it. */
export interface Trace {
  address: string;
  port: number;
  hops: Hop[];
  /** Whether the target's own answer ended the walk. */
  reached: boolean;
  /** Why no walk was possible from here, e.g. no kernel evidence. */
  unavailable?: string;
}

/** What one vantage saw in one round. */
export interface ProbeReport {
  /** Set by whoever asked; in files for `synwhere compare`, the file's name stands in. */
  vantage?: string;
  round?: number;
  /** ISO 8601. */
  startedAt: string;
  elapsedMs: number;
  targets: TargetReport[];
  controls: ControlReport[];
  traces?: Trace[];
  system?: { platform: string; kernel?: string; node?: string; region?: string; evidence: string[] };
  /** What had to be left out to fit the payload limit, in words. */
  omitted?: string;
}

/** What came back from one vantage in one round: its report, or why there is none. */
export type VantageAnswer = {
  vantage: string;
  /** Whose network the vantage is in, e.g. `aws`; absent where that is not known. */
  network?: string;
} & ({ report: ProbeReport } | { absent: string });
