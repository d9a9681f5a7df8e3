import { printable } from '../../reachability/one-line.ts';
import type { Announcement } from '../incidents/announcement.ts';

/**
 * Returns the announcement with every text as one printable line. New evidence already is (incidents/read-verdict.ts); evidence that
 * an earlier version has stored in the outbox is not.
 */
export function printableAnnouncement(announcement: Announcement): Announcement {
  const clean: Announcement = JSON.parse(JSON.stringify(announcement), (_key, value: unknown) =>
    typeof value === 'string' ? printable(value) : value,
  );
  return clean;
}
