import type { Change } from '../incidents/incident.ts';
import type { Announcement } from '../incidents/announcement.ts';

/** Creates the announcement of a change. The size of the evidence bounds its size. */
export function announcementOf(
  { id, type, at, incident, previousKind, evidence }: Change,
  installation: string,
  labels?: Record<string, string>,
): Announcement {
  const { kind, openedAt, closedAt, closedBecause, flapping, subject } = incident;
  return {
    version: 1,
    id,
    change: type,
    at,
    installation,
    subject,
    incident: {
      id: incident.id,
      kind,
      openedAt,
      ...(closedAt === undefined ? {} : { closedAt }),
      ...(closedBecause === undefined ? {} : { closedBecause }),
      flapping,
      open: closedAt === undefined,
    },
    ...(previousKind === undefined ? {} : { previousKind }),
    ...evidence,
    ...(labels ? { labels } : {}),
  };
}
