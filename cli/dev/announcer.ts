import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { Announcement } from '../../functions/aggregator/incidents/announcement.ts';
import type { Announcer } from '../../functions/aggregator/announce/announcer.ts';

/**
 * Tells on the console what a deployed service would mail, and keeps it in `file`, one line of JSON each, as the event bus
 * would get it (event.schema.json). An announcement that may
 * have been told before the process was killed is looked for there first, so that nothing is told twice.
 */
export function fileAnnouncer(file: string, tell: (announcement: Announcement) => void): Announcer {
  return {
    name: 'dev',
    send(announcement, { mayRepeat }) {
      if (!mayRepeat || !isKept(file, announcement.id)) {
        appendFileSync(file, `${JSON.stringify({ ...announcement, mayRepeat })}\n`);
        tell(announcement);
      }
      return Promise.resolve();
    },
  };
}

function isKept(file: string, id: string): boolean {
  if (!existsSync(file)) return false;
  return readFileSync(file, 'utf8').includes(`"id":${JSON.stringify(id)}`);
}
