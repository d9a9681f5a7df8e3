import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { Announcement } from '../../functions/aggregator/incidents/announcement.ts';
import type { Announcer } from '../../functions/aggregator/announce/announcer.ts';

/**
 * Prints each announcement, and appends it to `file` as one line of JSON, in the form of an event (event.schema.json). An
 * announcement that may have been written before the process was killed is searched in the file first, so none is printed twice.
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
