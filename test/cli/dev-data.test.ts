import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Level } from 'level';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDatabase } from '../../cli/dev/database.ts';

const TABLE = 'synwhere';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'synwhere-data-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

test('says so where a table was left half made', async () => {
  await (await openDatabase(join(directory, 'table'), TABLE)).close();
  const level = new Level<string, { TableStatus: string }>(join(directory, 'table'), {
    valueEncoding: 'json',
  });
  const key = `table~${TABLE}`;
  const description = await level.get(key);
  if (!description) throw new Error('no description of the table');
  await level.put(key, { ...description, TableStatus: 'CREATING' });
  await level.close();
  await expect(openDatabase(join(directory, 'table'), TABLE)).rejects.toThrow(
    /the table synwhere of the data is not complete; delete the data, or give another place with --data/,
  );
});
