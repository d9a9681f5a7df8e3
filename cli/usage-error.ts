/** Wrong usage. The message is one line: what is wrong, where, and what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Compared by name, so that a command does not load the modules of the others. */
const USER_FACING = new Set([
  'UsageError',
  'TargetError',
  'CheckError',
  'ConfigurationError',
  'InputError',
  'ProbeRequestError',
  'ReportError',
]);

/** Whether the user can correct the error. Its message is complete, and the exit status is 2. */
export function isUsageError(error: unknown): error is Error {
  return error instanceof Error && USER_FACING.has(error.name);
}
