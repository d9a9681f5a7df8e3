import { writeFileSync } from 'node:fs';
import { jsonSchemaText } from './json-schema.ts';

writeFileSync(new URL('../synwhere.schema.json', import.meta.url), jsonSchemaText());
