import * as z from 'zod/mini';
import {
  CHANGE_TYPES,
  evidenceSchema,
  incidentSchema,
  subjectSchema,
  incidentKindSchema,
} from './incident.ts';

const { id, openedAt, closedAt, closedBecause, flapping } = incidentSchema.shape;

export const announcementSchema = z.strictObject({
  version: z.literal(1),
  id: z
    .string()
    .check(
      z.regex(/^inc-[0-9a-f]{16}-[1-9][0-9]*$/),
      z.describe(
        'The same for all attempts and channels. Delivery is at least once: ignore an id that you have already received.',
      ),
    ),
  change: z.enum(CHANGE_TYPES),
  at: z.iso.datetime().check(z.describe('When the change was detected.')),
  installation: z.string().check(z.minLength(1), z.describe('The `name` in synwhere.yaml.')),
  subject: subjectSchema,
  incident: z
    .strictObject({
      id,
      kind: incidentKindSchema,
      openedAt,
      closedAt,
      closedBecause,
      flapping,
      open: z.boolean(),
    })
    .check(z.describe('The incident after the change.')),
  previousKind: z.exactOptional(
    incidentKindSchema.check(
      z.describe(
        'The previously announced kind. Present if `change` is `updated` or `flapping` and the kind differs.',
      ),
    ),
  ),
  ...evidenceSchema.shape,
  labels: z.exactOptional(
    z.record(z.string(), z.string()).check(z.describe("The target's labels in synwhere.yaml.")),
  ),
  leftOut: z.exactOptional(
    z
      .int()
      .check(
        z.gte(1),
        z.describe(
          'The number of earlier changes of the subject that were dropped, because they could not be delivered in time.',
        ),
      ),
  ),
});
/** The announcement of one change. Every message is created from it. See docs/events.md. */
export interface Announcement extends z.output<typeof announcementSchema> {}

/** The `detail` of an event, and the JSON of an SNS message. */
export const eventDetailSchema = z.extend(announcementSchema, {
  mayRepeat: z
    .boolean()
    .check(
      z.describe('An earlier attempt was interrupted, and it is unknown whether the message was delivered.'),
    ),
});
