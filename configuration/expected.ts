import type { z } from 'zod';

type ErrorOptions = { error: z.core.$ZodErrorMap };

/**
 * The words of a field that holds something else than it should. `what` ends "… is not"; `example` is what to write. Every check of
 * a field takes the same words, so that a reader always learns the whole rule at once.
 */
export function expected(what: string, example: string): ErrorOptions {
  return { error: ({ input }) => `${complaint(input, what)}; write ${example}` };
}

function complaint(input: unknown, what: string): string {
  if (input === undefined) return 'is missing';
  if (input === null) return 'is empty';
  return `${show(input)} is not ${what}`;
}

/** What a caught value says of itself, on one line. */
export function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' ').trim();
}

/** A value as its writer would know it again, cut to one short line. */
export function show(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a map';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
