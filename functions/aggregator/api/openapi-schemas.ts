import * as z from 'zod/mini';
import { LIMITS } from '../../../configuration/limits.ts';
import { simplifyJsonSchema } from '../../reachability/json-schema.ts';
import { attemptSchema, nameReportSchema } from '../../reachability/report.ts';
import {
  addressViewSchema,
  targetSchema,
  vantageViewSchema,
  verdictSchema,
} from '../../reachability/verdict.ts';
import { incidentSchema, subjectSchema } from '../incidents/incident.ts';
import { historyPeriodSchema } from '../store/records.ts';
import {
  checkAnswerSchema,
  checkLineSchema,
  checkRequestSchema,
  historyAnswerSchema,
  incidentsAnswerSchema,
  problemSchema,
  targetAnswerSchema,
  targetsAnswerSchema,
  targetStateSchema,
} from './schemas.ts';

/** JSON Schema 2020-12, the dialect of OpenAPI 3.1. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The component schemas of the API's description. `maxTargets`: the limit of targets in one check. */
export function openApiSchemas(maxTargets: number = LIMITS.targets): Readonly<Record<string, JsonSchema>> {
  const registry = z.registry<{ id: string }>();
  const components: Record<string, z.core.$ZodType> = {
    AttemptTarget: targetSchema,
    Attempt: attemptSchema,
    AddressView: addressViewSchema,
    NameReport: nameReportSchema,
    VantageView: vantageViewSchema,
    Verdict: verdictSchema,
    CheckRequest: checkRequestSchema(maxTargets),
    CheckAnswer: checkAnswerSchema,
    CheckLine: checkLineSchema,
    TargetState: targetStateSchema,
    TargetsAnswer: targetsAnswerSchema,
    TargetAnswer: targetAnswerSchema,
    HistoryPeriod: historyPeriodSchema,
    HistoryAnswer: historyAnswerSchema,
    Subject: subjectSchema,
    Incident: incidentSchema,
    IncidentsAnswer: incidentsAnswerSchema,
    Problem: problemSchema,
  };
  for (const [id, schema] of Object.entries(components)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, {
    // The schemas describe JSON on the wire, before addresses are converted to their canonical form.
    io: 'input',
    uri: (id) => `#/components/schemas/${id}`,
    override: ({ jsonSchema }) => {
      simplifyJsonSchema(jsonSchema);
    },
  });
  return Object.fromEntries(
    Object.entries(schemas).map(([id, { $schema: _schema, $id: _id, ...schema }]) => [id, schema]),
  );
}
