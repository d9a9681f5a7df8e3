import * as z from 'zod/mini';
import { CHECK_TIMEOUT_MS } from '../../../configuration/limits.ts';
import { verdictSchema } from '../../reachability/verdict.ts';
import { EXPECTATIONS, OUTCOMES } from '../../reachability/words.ts';
import { incidentSchema } from '../incidents/incident.ts';
import { historyPeriodSchema, latestViewSchema } from '../store/records.ts';

/**
 * The requests and answers of the API. The types of the routes and of the command are inferred from these schemas, and openapi.ts
 * generates the description of the API from them.
 */

const time = z.iso.datetime();
const count = z.int().check(z.nonnegative());
const milliseconds = z.number().check(z.nonnegative());
const expectation = z.enum(EXPECTATIONS);

/** A name or an IPv4 literal without the ASCII characters that host names do not have, or an IPv6 literal with or without a zone. */
const TARGET_NAME = new RegExp(
  String.raw`^([^\x00-\x2c/:-@\x5b-\x5e\x60\x7b-\x7f]+|\[[0-9A-Fa-f:.]+(%[\w.-]+)?\]):\d{1,5}$`,
);

export const targetName = z.string().check(
  z.regex(TARGET_NAME),
  z.meta({
    description: 'host:port. An IPv6 literal is in brackets.',
    examples: ['api.example.com:443', '[2001:db8::1]:443'],
  }),
);

/** The body of `POST /checks`, with at most `maxTargets` targets. */
export function checkRequestSchema(maxTargets: number) {
  return z.strictObject({
    targets: z.exactOptional(
      z
        .array(targetName)
        .check(
          z.minLength(1),
          z.maxLength(maxTargets),
          z.meta({ uniqueItems: true, description: 'Absent: the configured targets.' }),
        ),
    ),
    expect: z.exactOptional(expectation.check(z.describe('Overrides the configured expectations.'))),
    timeoutMs: z.exactOptional(
      z
        .number()
        .check(
          z.gte(CHECK_TIMEOUT_MS.least),
          z.lte(CHECK_TIMEOUT_MS.most),
          z.describe('The connect timeout, from the first SYN to an address.'),
        ),
    ),
  });
}

export const problemSchema = z
  .looseObject({
    type: z.literal('about:blank'),
    title: z.string(),
    status: z.int().check(z.gte(400), z.lte(599)),
    code: z.string(),
    detail: z.string().check(z.describe('One line of text for a person.')),
    pointer: z.exactOptional(z.string().check(z.describe('The invalid value in the body (RFC 6901).'))),
    parameter: z.exactOptional(z.string().check(z.describe('The invalid query parameter.'))),
  })
  .check(z.describe('RFC 9457. Programs use `code`.'));
/** The body of an error (RFC 9457). `code` is for programs; `detail` is one line of text for a person. */
export interface ProblemBody extends z.output<typeof problemSchema> {}

export const checkAnswerSchema = z
  .strictObject({ verdicts: z.array(verdictSchema) })
  .check(z.describe('One verdict for each target, in the order of the targets.'));

const answered = z.strictObject({
  event: z.literal('answered'),
  round: count,
  vantage: z.string(),
  elapsedMs: milliseconds,
  outcomes: z.exactOptional(
    z.partialRecord(z.enum(OUTCOMES), count).check(z.describe('The number of attempts with each outcome.')),
  ),
  absent: z.exactOptional(z.string().check(z.describe('Why the vantage gave no report.'))),
});

export const checkLineSchema = z
  .discriminatedUnion('event', [
    z.strictObject({
      event: z.literal('asked'),
      round: count,
      vantages: z.array(z.string()),
      targets: count,
    }),
    answered,
    z.strictObject({ event: z.literal('verdict'), verdict: verdictSchema }),
    z.strictObject({
      event: z.literal('end'),
      verdicts: count,
      problem: z.exactOptional(problemSchema),
    }),
  ])
  .check(
    z.describe(
      'One line of the streamed answer. `end` is always the last line. An answer without it is incomplete.',
    ),
  );
/** One line of the streamed answer. `end` is always the last line. An answer without it is incomplete. */
export type CheckLine = z.output<typeof checkLineSchema>;

const expectations = z.strictObject({
  everywhere: expectation,
  vantages: z.exactOptional(z.record(z.string(), expectation)),
});

export const targetStateSchema = z.strictObject({
  target: targetName,
  labels: z.exactOptional(z.record(z.string(), z.string())),
  expect: expectations,
  /** Absent before the first tick. */
  latest: z.exactOptional(latestViewSchema),
  since: z.exactOptional(time.check(z.describe('When the current period began.'))),
  /** The open incident. */
  incident: z.exactOptional(incidentSchema),
});
/** One target in the answer of `GET /targets`. */
export interface TargetState extends z.output<typeof targetStateSchema> {}

export const targetsAnswerSchema = z.strictObject({
  now: time.check(z.describe('The time of the service.')),
  schedule: z.strictObject({ everyMinutes: z.number(), enabled: z.boolean() }),
  /** The time of the last completed tick. Absent before the first tick. */
  lastTickAt: z.exactOptional(time),
  targets: z.array(targetStateSchema),
});
/** The answer of `GET /targets`. */
export interface TargetsAnswer extends z.output<typeof targetsAnswerSchema> {}

export const targetAnswerSchema = z.extend(targetStateSchema, {
  /** The full verdict of the first tick of the current period. */
  verdict: z.exactOptional(verdictSchema),
  trimmed: historyPeriodSchema.shape.trimmed,
});
/** The answer of `GET /targets/{target}`. */
export interface TargetAnswer extends z.output<typeof targetAnswerSchema> {}

export const historyAnswerSchema = z.strictObject({
  target: targetName,
  /** Newest first. */
  stretches: z.array(historyPeriodSchema),
  nextCursor: z.exactOptional(z.string()),
});
/** The answer of `GET /targets/{target}/history`. */
export interface HistoryAnswer extends z.output<typeof historyAnswerSchema> {}

export const incidentsAnswerSchema = z.strictObject({
  incidents: z.array(incidentSchema),
  nextCursor: z.exactOptional(z.string()),
});
/** The answer of `GET /incidents`: open ones first, then closed ones, newest first. */
export interface IncidentsAnswer extends z.output<typeof incidentsAnswerSchema> {}
