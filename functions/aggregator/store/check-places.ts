import type { Item, Table } from './table.ts';

const PK = 'service';
const SK = 'checks';

/**
 * How many checks on demand the whole service runs at once, over all of its processes. In the home region each check takes two Lambda
 * executions, the aggregator and the probe, and so does a tick: ten in total, which is the concurrency of a new account.
 */
export const MAX_CHECKS_AT_ONCE = 4;

/** Each conflict means that another process has taken or released a place. After this many in a row, the service is busy. */
const MOST_TRIES = 8;

export interface PlaceRequest {
  /** Unique to one check. */
  id: string;
  /** How many checks may run at once. */
  most: number;
  nowMs: number;
  /** After this time the place is free again, even if its process was killed. */
  holdMs: number;
}

/**
 * Takes one of the places for checks on demand, which all processes of the service share. One item has, for each id, the time at
 * which its place is free again. Resolves to false if all places are taken.
 */
export async function takeCheckPlace(
  table: Table,
  { id, most, nowMs, holdMs }: PlaceRequest,
): Promise<boolean> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const item = await table.get(PK, SK);
    // The check's own place may be there already: the SDK retries a write whose answer was lost, and the condition then fails.
    const taken = placesOf(item).filter(([holder, untilMs]) => holder !== id && untilMs > nowMs);
    if (taken.length >= most) return false;
    const places = Object.fromEntries([...taken, [id, nowMs + holdMs]]);
    const written = await table.put(
      { pk: PK, sk: SK, version: id, places },
      item
        ? {
            expression: '#version = :version',
            names: { '#version': 'version' },
            values: { ':version': item['version'] },
          }
        : { expression: 'attribute_not_exists(pk)' },
    );
    if (written) return true;
  }
  return false;
}

/** Releases a place. Writes a new version, so that a process that has read the item before does not write the place again. */
export async function releaseCheckPlace(table: Table, id: string): Promise<void> {
  await table.update(PK, SK, 'SET #version = :version REMOVE places.#id', {
    expression: 'attribute_exists(places.#id)',
    names: { '#version': 'version', '#id': id },
    values: { ':version': `${id} ended` },
  });
}

function placesOf(item: Item | undefined): [string, number][] {
  const places = item?.['places'];
  if (typeof places !== 'object' || places === null) return [];
  return Object.entries(places).filter((entry): entry is [string, number] => typeof entry[1] === 'number');
}
