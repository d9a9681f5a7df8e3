import { z } from 'zod';
import { fileSchema } from './schema.ts';

/** The JSON Schema of `synwhere.yaml` for editors, as text: draft 7, which the YAML language server speaks best. */
export function jsonSchemaText(): string {
  const schema = z.toJSONSchema(fileSchema, { io: 'input', target: 'draft-7' });
  const titled = { ...schema, title: 'Synwhere configuration' };
  return `${JSON.stringify(titled, null, 2)}\n`;
}
