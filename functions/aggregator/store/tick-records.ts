import { asWritten } from './table.ts';
import type { TickRecord } from './records.ts';
import type { Item, Table } from './table.ts';

const PK = 'tick';

/** A tick that is delivered twice is delivered within minutes. A week of records is for people. */
const KEPT_SECONDS = 7 * 86_400;

export async function readTick(table: Table, id: string): Promise<TickRecord | undefined> {
  const item = await table.get(PK, id);
  return item && recordOf(item);
}

export async function writeTick(table: Table, record: TickRecord, nowSeconds: number): Promise<boolean> {
  const item = { ...record, pk: PK, sk: record.id, expiresAt: nowSeconds + KEPT_SECONDS };
  return table.put(item, { expression: 'attribute_not_exists(pk)' });
}

/** The latest ticks by id, newest first. */
export async function readTicks(table: Table, limit: number): Promise<TickRecord[]> {
  const records: TickRecord[] = [];
  for await (const item of table.query({ pk: PK, newestFirst: true, pageSize: limit })) {
    records.push(recordOf(item));
    if (records.length >= limit) break;
  }
  return records;
}

function recordOf({ pk: _pk, sk: _sk, expiresAt: _expiresAt, ...item }: Item): TickRecord {
  return asWritten<TickRecord>(item);
}
