import * as z from 'zod/mini';
import { incidentKindSchema } from '../incidents/incident.ts';
import { eventDetailSchema } from '../incidents/announcement.ts';

/** The JSON Schema of an event's detail, as text: draft 7, which EventBridge and most validators take. */
export function eventSchemaText(): string {
  const registry = z.registry<{ id: string }>();
  registry.add(incidentKindSchema, { id: 'kind' });
  const schema = z.toJSONSchema(eventDetailSchema, {
    target: 'draft-7',
    metadata: registry,
    override: ({ zodSchema, jsonSchema }) => {
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      const description = z.globalRegistry.get(zodSchema)?.description;
      if (description !== undefined) jsonSchema.description = description;
    },
  });
  const titled = {
    ...schema,
    $id: 'urn:synwhere:announcement:1',
    title: 'Synwhere announcement',
    description:
      'The detail of every event that Synwhere puts on its bus, and the JSON body of every SNS message.',
  };
  return `${JSON.stringify(titled, undefined, 2)}\n`;
}
