import { asWritten } from './table.ts';
import type { LatestView } from './records.ts';
import { compress, decompress } from './pack.ts';
import type { Table } from './table.ts';

const PK = 'latest';

/** Some 10 KB each at 8 vantages, some 30 KB at 20: well inside an item. */
const TARGETS_PER_ITEM = 100;

/**
 * What the last tick saw, all targets together: a target that did not change costs a share of one write and none of its own.
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

/** Target to view. Items that an earlier tick with more targets left behind do not count. */
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
