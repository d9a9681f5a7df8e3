import { problemText, type Problem } from '../configuration/error.ts';

/**
 * Wrong input. The message is one line: where the input is wrong, what is wrong, and what to write instead, e.g.
 * `targets[1]: target "db.example": the port is missing; write host:port`.
 */
export class InputError extends Error {
  override readonly name = 'InputError';
  /** All mistakes, one line each. The message has the first one and the number of the others. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[], options?: ErrorOptions) {
    const others = problems.length - 1;
    super(`${problems[0] ?? 'wrong input'}${others > 0 ? ` (and ${others} more)` : ''}`, options);
    this.problems = problems;
  }
}

/** Throws an {@link InputError} if there are problems. */
export function refuse(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new InputError(problems.map(problemText));
}
