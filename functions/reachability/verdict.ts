import * as z from 'zod/mini';
import { addressReportSchema, attemptSchema, nameReportSchema, traceSchema } from './report.ts';
import type { Target } from './request.ts';
import { CONFIDENCES, FAULTS, KINDS, SIGHTINGS, type Expectation } from './words.ts';

/** What is expected of a target: everywhere, and apart from that at single vantages. */
export interface Expectations {
  everywhere: Expectation;
  vantages?: Record<string, Expectation>;
}

/** A target with what its owner expects of it; without, `open` everywhere. */
export interface ExpectedTarget extends Target {
  expect?: Expectations;
}

const milliseconds = z.number().check(z.nonnegative());
const count = z.int().check(z.nonnegative());
const kind = z.enum(KINDS);
const sighting = z.enum(SIGHTINGS);

export const targetSchema = z.strictObject({
  host: z.string(),
  port: z.int().check(z.gte(1), z.lte(65_535)),
});

export const addressViewSchema = z.extend(addressReportSchema, {
  saw: sighting,
  /** What the rounds before the last one saw of it, oldest first. */
  earlier: z.exactOptional(
    z.array(z.object({ round: count, saw: sighting, attempts: z.array(attemptSchema) })),
  ),
});
export interface AddressView extends z.output<typeof addressViewSchema> {}

export const vantageViewSchema = z
  .object({
    vantage: z.string(),
    network: z.exactOptional(
      z
        .string()
        .check(z.describe('Whose network the vantage is in, e.g. `aws`; absent where that is not known.')),
    ),
    counted: z.boolean(),
    abstained: z.exactOptional(z.string().check(z.describe('Why the vantage is not used.'))),
    saw: sighting,
    fault: z.enum(FAULTS),
    name: z.exactOptional(nameReportSchema),
    addresses: z.array(addressViewSchema),
    traces: z.exactOptional(z.array(traceSchema)),
  })
  .check(z.describe('What one vantage contributes to a verdict.'));
/** What one vantage contributes to a verdict. */
export interface VantageView extends z.output<typeof vantageViewSchema> {}

export const verdictSchema = z.object({
  target: targetSchema,
  kind,
  /** What else holds. */
  also: z.array(kind),
  confidence: z.enum(CONFIDENCES),
  /** Whether every vantage that is used saw what was expected of it. */
  asExpected: z.boolean(),
  summary: z.string().check(z.describe('One plain sentence.')),
  because: z.array(z.string()).check(z.describe('Facts, with counts.')),
  notRuledOut: z
    .array(z.string())
    .check(z.describe('What the evidence cannot exclude, and the test that would.')),
  nextSteps: z.array(z.string()).check(z.describe('What to do now; empty where everything is as expected.')),
  vantages: z.array(vantageViewSchema),
  rounds: count,
  startedAt: z.iso.datetime(),
  elapsedMs: milliseconds,
});
/** The conclusion about one target from the reports of all vantages. */
export interface Verdict extends z.output<typeof verdictSchema> {}
