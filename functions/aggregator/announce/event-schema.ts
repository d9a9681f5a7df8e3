import * as z from 'zod/mini';
import { simplifyJsonSchema } from '../../reachability/json-schema.ts';
import { incidentKindSchema } from '../incidents/incident.ts';
import { eventDetailSchema } from '../incidents/announcement.ts';

/** The JSON Schema of an event's detail, as text. EventBridge and most validators support its version, draft 7. */
export function eventSchemaText(): string {
  const registry = z.registry<{ id: string }>();
  registry.add(incidentKindSchema, { id: 'kind' });
  const schema = z.toJSONSchema(eventDetailSchema, {
    target: 'draft-7',
    metadata: registry,
    override: ({ zodSchema, jsonSchema }) => {
      simplifyJsonSchema(jsonSchema);
      const description = z.globalRegistry.get(zodSchema)?.description;
      if (description !== undefined) jsonSchema.description = description;
    },
  });
  const titled = {
    ...schema,
    $id: 'urn:synwhere:announcement:1',
    title: 'Synwhere announcement',
    description:
      'The detail of every event that Synwhere sends to its event bus, and the JSON body of every SNS message.',
  };
  return `${JSON.stringify(titled, undefined, 2)}\n`;
}
