import type { ArchiveEntry } from './records.ts';
import type { Item } from './table.ts';

export const INCIDENTS = 'incident';

export function historyPartition(target: string): string {
  return `history#${target}`;
}

/** The item of an archived entry. The same entry always has the same item, so a repeated write changes nothing. */
export function archiveItem(entry: ArchiveEntry): Item {
  if (entry.type === 'incident') {
    const { incident, expiresAt } = entry;
    return { pk: INCIDENTS, sk: `${incident.openedAt}#${incident.id}`, incident, expiresAt };
  }
  const { target, stretch, to, ticks, expiresAt } = entry;
  const sk = `${stretch.from}#${String(stretch.sequence).padStart(10, '0')}`;
  return { pk: historyPartition(target), sk, target, stretch, to, ticks, expiresAt };
}
