import type { Item, Table } from './table.ts';

const PK = 'service';
const SK = 'checks';

/**
 * Checks on demand that the whole service runs at once, over all of its processes. In the home region each takes two Lambda
 * functions, the aggregator and the probe, and so does the tick: ten together, which is all that a new account may run at once.
 */
export const MAX_CHECKS_AT_ONCE = 4;

/** Each conflict means that another process took or left a place; with so many in a row the service is busy. */
const MOST_TRIES = 8;

export interface PlaceRequest {
  /** Unique to one check. */
  id: string;
  /** How many checks may run at once. */
  most: number;
  nowMs: number;
  /** After this time the place is free again, also where its process was killed. */
  holdMs: number;
}

/**
 * Takes one of the places for checks on demand, which all processes of the service share: one item holds the ids with the time at
 * which each place is free again. Resolves to false where all places are taken.
 */
export async function takeCheckPlace(
  table: Table,
  { id, most, nowMs, holdMs }: PlaceRequest,
): Promise<boolean> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const item = await table.get(PK, SK);
    // Its own place may be there already: a write whose answer was lost is sent again, and finds the item changed.
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

/** Gives a place back. A new version, so that a process that has just read the item does not write the place again. */
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
