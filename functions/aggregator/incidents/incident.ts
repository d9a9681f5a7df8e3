import * as z from 'zod/mini';
import { CONFIDENCES, FAULTS, KINDS, SIGHTINGS } from '../../reachability/words.ts';

/** The faults of a vantage itself, independent of any target. */
export const VANTAGE_TROUBLES = ['vantage-abstaining', 'vantage-path-fault'] as const;
export type VantageTrouble = (typeof VANTAGE_TROUBLES)[number];

const time = z.iso.datetime();

export const incidentKindSchema = z.enum([...KINDS, ...VANTAGE_TROUBLES]);
export type IncidentKind = z.output<typeof incidentKindSchema>;

export const subjectSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('target'),
    target: z.string().check(z.regex(/:\d{1,5}$/), z.describe('host:port')),
  }),
  z.strictObject({
    type: z.literal('vantage'),
    vantage: z.string().check(z.describe('A region, or the name of another vantage.')),
  }),
]);
/** What an incident is about: one target (`host:port`), or one vantage. */
export type Subject = z.output<typeof subjectSchema>;

export const evidenceSchema = z.strictObject({
  summary: z.string().check(z.describe('One plain sentence.')),
  because: z.array(z.string()).check(z.describe('Facts, with counts.')),
  notRuledOut: z.array(z.string()).check(z.describe('What the evidence cannot exclude.')),
  nextSteps: z.exactOptional(
    z
      .array(z.string())
      .check(
        z.describe(
          'What to do now. Empty where everything is as expected; absent in what version 0.1.0 has stored.',
        ),
      ),
  ),
  confidence: z.exactOptional(z.enum(CONFIDENCES)),
  vantages: z
    .array(
      z.strictObject({
        vantage: z.string(),
        saw: z.enum(SIGHTINGS),
        fault: z.enum(FAULTS),
        reason: z.exactOptional(z.string().check(z.describe('Why the vantage abstained.'))),
      }),
    )
    .check(
      z.describe(
        'The vantages that abstain or have a fault. For an incident of a vantage: that vantage alone.',
      ),
    ),
});
/** The part of a verdict that explains an incident. Its size is bounded, so that it fits into a message. */
export interface Evidence extends z.output<typeof evidenceSchema> {}

const closedBecause = z
  .enum(['well', 'settled', 'no-longer-watched'])
  .check(
    z.describe(
      '`well`: as expected again. `settled`: as expected, and no longer flapping. `no-longer-watched`: removed from the configuration.',
    ),
  );
/** Why an incident was closed. */
export type ClosedBecause = z.output<typeof closedBecause>;

const incidentIdSchema = z.string().check(z.regex(/^inc-[0-9a-f]{16}$/));

export const incidentSchema = z.strictObject({
  id: incidentIdSchema,
  subject: subjectSchema,
  kind: incidentKindSchema,
  kinds: z.array(incidentKindSchema).check(z.describe('All kinds that it has had, in order.')),
  openedAt: time,
  updatedAt: time,
  closedAt: z.exactOptional(time.check(z.describe('Absent while the incident is open.'))),
  closedBecause: z.exactOptional(closedBecause),
  flapping: z
    .boolean()
    .check(
      z.describe(
        'It opened and closed too often to announce each change. It remains one open incident until flapping ends.',
      ),
    ),
  evidence: evidenceSchema,
  announcements: z
    .int()
    .check(
      z.nonnegative(),
      z.describe('The number of its announced changes. 0: it was open only during a maintenance window.'),
    ),
});
/** A time in which a subject was not as expected. The incident is open while `closedAt` is absent. Times are ISO 8601. */
export interface Incident extends z.output<typeof incidentSchema> {}

export const CHANGE_TYPES = ['opened', 'updated', 'closed', 'flapping'] as const;
export type ChangeType = (typeof CHANGE_TYPES)[number];

/** One change of an incident, which is announced once. */
export interface Change {
  /** Every attempt to send the change has the same id. */
  id: string;
  type: ChangeType;
  at: string;
  /** The incident after the change. */
  incident: Incident;
  /** The previously announced kind, if it differs. */
  previousKind?: IncidentKind;
  /** The evidence at the change. For a closing: of the verdict that is as expected. */
  evidence: Evidence;
}

/** The text of a subject in keys. */
export function subjectKey(subject: Subject): string {
  return subject.type === 'target' ? `target#${subject.target}` : `vantage#${subject.vantage}`;
}

/** The text of a subject for a person: `api.example.com:443` or `eu-west-1`. */
export function subjectName(subject: Subject): string {
  return subject.type === 'target' ? subject.target : subject.vantage;
}
