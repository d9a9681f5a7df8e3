import { z } from 'zod';
import { REMOVED_KEYS } from './removed-keys.ts';
import { fileSchema } from './schema.ts';

/** The JSON Schema of `synwhere.yaml` for editors, as text: draft 7, which the YAML language server supports best. */
export function jsonSchemaText(): string {
  const schema = z.toJSONSchema(fileSchema, { io: 'input', target: 'draft-7' });
  for (const [key, advice] of Object.entries(REMOVED_KEYS)) addRemovedKey(schema, key.split('.'), advice);
  const titled = { ...schema, title: 'Synwhere configuration' };
  return `${JSON.stringify(titled, null, 2)}\n`;
}

/** An editor that marks a removed key as unknown would contradict the command, which accepts it. */
function addRemovedKey(schema: z.core.JSONSchema.JSONSchema, path: readonly string[], advice: string): void {
  const [key = '', ...deeper] = path;
  const properties = (schema.properties ??= {});
  if (deeper.length === 0) {
    properties[key] = { description: `Has no effect any more: ${advice}.`, deprecated: true };
    return;
  }
  const section = properties[key];
  if (typeof section === 'object') addRemovedKey(section, deeper, advice);
}
