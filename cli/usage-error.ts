/** Wrong usage; the message is one line that says what, where, and what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** By name, so that a command need not load what the others are made of. */
const USER_FACING = new Set([
  'UsageError',
  'TargetError',
  'CheckError',
  'ConfigurationError',
  'ProbeRequestError',
  'ReportError',
]);

/** Whether an error is the user's to mend: its message stands on its own, and the exit status is 2. */
export function isUsageError(error: unknown): error is Error {
  return error instanceof Error && USER_FACING.has(error.name);
}
