import { writeFileSync } from 'node:fs';
import { eventSchemaText } from './event-schema.ts';

writeFileSync(new URL('event.schema.json', import.meta.url), eventSchemaText());
