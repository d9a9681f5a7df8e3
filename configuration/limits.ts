/** How much a configuration may hold. */
export const LIMITS = {
  /** Also of one check: more would not fit one answer of 6 MB. */
  targets: 1000,
  regions: 64,
  /** Each is probed twice by every vantage in every round. */
  controls: 20,
  /** Items of any other list. */
  list: 200,
  fileBytes: 1_000_000,
  /** Keys, values, punctuation, spaces and line ends: some 35 for each target with labels. */
  fileTokens: 200_000,
  fileAliases: 1000,
  aliasesOfOneAnchor: 100,
  /** Nested brackets and braces; the grammar needs six levels. */
  fileDepth: 100,
  /** Lambda allows 4 KB for all environment variables together; some stays free for others. */
  policyBytes: 3500,
} as const;

/** One vantage has sockets for this many silent targets with three attempts each (1,024 descriptors). */
export const TARGETS_AT_A_TIME = 250;

/** Of a check on demand. A longer timeout exceeds the deadline of the probes. A shorter one allows fewer than three SYNs. */
export const CHECK_TIMEOUT_MS = { least: 500, most: 10_000 } as const;

/** From and to, in minutes: CloudWatch looks back a day at most over periods shorter than an hour. */
export const ALARM_LIMITS = [1, 1440] as const;

/** The retentions that CloudWatch Logs accepts (PutRetentionPolicy), up to ten years. */
export const LOG_RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

/** The name of the vantage that is this machine. */
export const HERE = 'here';

/** Names of vantages go into tables, JSON and metrics: short, and without characters that a shell or a terminal interprets. */
export const VANTAGE_NAME = /^[A-Za-z\d][\w.-]{0,62}$/;
