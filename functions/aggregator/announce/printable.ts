import { printable } from '../../reachability/one-line.ts';
import type { Announcement } from '../incidents/announcement.ts';

/**
 * An announcement in which every text is one printable line. Evidence is made so already (incidents/reading.ts); what an earlier
 * version left in the outbox is not.
 */
export function printableAnnouncement(announcement: Announcement): Announcement {
  const clean: Announcement = JSON.parse(JSON.stringify(announcement), (_key, value: unknown) =>
    typeof value === 'string' ? printable(value) : value,
  );
  return clean;
}
