import { join } from 'node:path';
import { ScanCommand, type ScanCommandOutput } from '@aws-sdk/client-dynamodb';
import { Level } from 'level';
import { openDatabase } from '../../cli/dev/database.ts';
import { sizeOf } from './sample.ts';

/** What a closed table holds. */
export interface Contents {
  /** By the first word of the partition key. */
  kinds: Record<string, { items: number; bytes: number }>;
  /** The files of the table after LevelDB removed overwritten and deleted items. */
  compactedBytes: number;
}

/** Reads the table that a service has left in `directory`, and compacts it. */
export async function readContents(directory: string, table: string): Promise<Contents> {
  const path = join(directory, 'table');
  const kinds: Contents['kinds'] = {};
  const database = await openDatabase(path, table);
  try {
    let start: ScanCommandOutput['LastEvaluatedKey'];
    do {
      const page: ScanCommandOutput = await database.client.send(
        new ScanCommand({ TableName: table, ExclusiveStartKey: start }),
      );
      for (const item of page.Items ?? []) {
        const kind = item['pk']?.S?.split('#')[0] ?? '';
        const { items, bytes } = kinds[kind] ?? { items: 0, bytes: 0 };
        kinds[kind] = { items: items + 1, bytes: bytes + JSON.stringify(item, asBase64).length };
      }
      start = page.LastEvaluatedKey;
    } while (start);
  } finally {
    await database.close();
  }
  await compact(path);
  return { kinds, compactedBytes: await sizeOf(path) };
}

/** As dynalite writes binary values. */
function asBase64(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
}

async function compact(path: string): Promise<void> {
  const level = new Level(path);
  await level.open();
  try {
    // In Node a Level is a ClassicLevel, which has this method. Its type omits it because browsers do not have it.
    if (!('compactRange' in level && typeof level.compactRange === 'function')) {
      throw new Error('this LevelDB cannot be compacted');
    }
    // All keys of dynalite are text that is less than this.
    await level.compactRange('', '\xff');
  } finally {
    await level.close();
  }
}
