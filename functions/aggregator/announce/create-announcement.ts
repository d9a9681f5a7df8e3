import type { Change } from '../incidents/incident.ts';
import type { Announcement } from '../incidents/announcement.ts';

/** The announcement of a change. Its size is bounded by that of the evidence. */
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
