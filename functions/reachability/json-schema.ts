import type * as z from 'zod/mini';

/** Removes from a generated JSON Schema what gives a reader no information: the range of safe integers, and the pattern of a format. */
export function simplifyJsonSchema(schema: z.core.JSONSchema.BaseSchema): void {
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema.format === 'date-time') delete schema.pattern;
}
