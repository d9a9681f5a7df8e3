import type { z } from 'zod';

type ErrorOptions = { error: z.core.$ZodErrorMap };

/** What to write in place of a wrong value, where that can be told from the value. */
export type Hint = (input: unknown) => string | undefined;

/**
 * The message for a field with a wrong value: the hint, or else "… is not `what`; write `example`". Every check of a field has the same
 * message, so that it always has the whole rule.
 */
export function expected(what: string, example: string, hint: Hint = () => undefined): ErrorOptions {
  return { error: ({ input }) => hint(input) ?? `${complaint(input, what)}; write ${example}` };
}

function complaint(input: unknown, what: string): string {
  if (input === undefined) return 'is missing';
  if (input === null) return 'is empty';
  return `${show(input)} is not ${what}`;
}

/** The message of a caught value, on one line. */
export function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' ').trim();
}

/** A value as it is in the file, cut to one short line. */
export function show(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (isMap(value)) return 'a map';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** Whether a value of a file is a map. */
export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
