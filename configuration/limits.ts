/** How much a configuration may hold. */
export const LIMITS = {
  /** One aggregator asks one invocation per region and round about all of them. */
  targets: 1000,
  regions: 64,
  /** Each is probed twice by every vantage in every round. */
  controls: 20,
  /** Of anything else. */
  list: 200,
  /** Of the file. */
  fileBytes: 1_000_000,
  /** Keys, values, punctuation, spaces and line ends: some 35 for each target with labels. */
  fileTokens: 200_000,
  fileAliases: 1000,
  /** Of one anchor. */
  aliasesOfOne: 100,
  /** Of brackets and braces; the grammar needs six levels. */
  fileDepth: 100,
  /** Lambda allows 4 KB for all environment variables together; some stays free for others. */
  policyBytes: 3500,
} as const;

/** From and to, in minutes: CloudWatch looks back a day at most over periods shorter than an hour. */
export const ALARM_LIMITS = [1, 1440] as const;

/** The retentions that CloudWatch Logs accepts (PutRetentionPolicy), up to ten years. */
export const LOG_RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;
