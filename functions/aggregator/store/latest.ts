import { asWritten } from './table.ts';
import type { LatestView } from './records.ts';
import { compress, decompress } from './pack.ts';
import type { Table } from './table.ts';

const PK = 'latest';

/** An item has about 10 KB with 8 vantages and 30 KB with 20. DynamoDB's limit is 400 KB. */
const TARGETS_PER_ITEM = 100;

/**
 * Writes the verdicts of the last tick, many targets in one item: a target without a change needs no write of its own.
 */
export async function writeLatest(
  table: Table,
  tick: string,
  views: ReadonlyMap<string, LatestView>,
  expiresAt: number,
): Promise<void> {
  const all = [...views];
  const items = Math.max(1, Math.ceil(all.length / TARGETS_PER_ITEM));
  for (let index = 0; index < items; index++) {
    const packed = compress(all.slice(index * TARGETS_PER_ITEM, (index + 1) * TARGETS_PER_ITEM));
    await table.put({ pk: PK, sk: String(index).padStart(4, '0'), tick, items, packed, expiresAt });
  }
}

/** The views by target. Ignores items that remain from an earlier tick with more targets. */
export async function readLatest(table: Table): Promise<Map<string, LatestView>> {
  const views = new Map<string, LatestView>();
  let items = 1;
  let index = 0;
  for await (const item of table.query({ pk: PK })) {
    if (index === 0) items = Number(item['items']);
    if (index >= items) break;
    const entries = asWritten<[string, LatestView][]>(decompress(asWritten<Uint8Array>(item['packed'])));
    for (const [target, view] of entries) views.set(target, view);
    index++;
  }
  return views;
}
