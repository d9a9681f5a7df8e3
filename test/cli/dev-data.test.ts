import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBDocumentClient, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { Level } from 'level';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { countOpenIterators } from '../../bench/soak/open-iterators.ts';
import { openDatabase, type DevDatabase } from '../../cli/dev/database.ts';
import { onceAnHour, removeExpired } from '../../cli/dev/expiry.ts';
import { openService, type Service } from '../../cli/dev/service.ts';
import { parseConfiguration } from '../../configuration/load.ts';
import { inProcessVantage } from '../../functions/aggregator/vantages/in-process.ts';
import { ownMachine } from '../../functions/probe/policy/policy.ts';
import { probe } from '../../functions/probe/probe.ts';
import { Listener } from '../aggregator/api/service.ts';

const TABLE = 'synwhere';
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** Without the wait for a reset after each connect, because nothing resets connections here. */
const vantage = inProcessVantage('here', (request, { signal }) =>
  probe({ ...request, settleMs: 0 }, { signal, policy: ownMachine }),
);

let directory: string;
let closings: (() => Promise<void>)[] = [];
let lines: string[] = [];
let now: Date;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'synwhere-data-'));
  closings = [];
  lines = [];
  now = new Date();
});
afterEach(async () => {
  for (const close of closings.toReversed()) await close();
  rmSync(directory, { recursive: true, force: true });
});

async function openedService(target: string): Promise<Service> {
  const configuration = parseConfiguration(
    JSON.stringify({ targets: [target], probe: { attempts: 1 } }),
    'the test',
  );
  const { signal } = new AbortController();
  const journal = { line: (text: string) => lines.push(text), announcement: () => {} };
  const service = await openService(
    { configuration: { ...configuration, regions: [] }, vantages: [vantage] },
    { port: 0, directory, journal, signal, clock: () => now },
  );
  closings.push(() => service.close());
  return service;
}

async function openedDatabase(): Promise<DevDatabase> {
  const database = await openDatabase(join(directory, 'table'), TABLE);
  closings.push(() => database.close());
  return database;
}

async function put(database: DevDatabase, items: Record<string, unknown>[]): Promise<void> {
  const client = DynamoDBDocumentClient.from(database.client);
  for (const item of items) await client.send(new PutCommand({ TableName: TABLE, Item: item }));
}

/** `pk sk` of all items, also of expired ones, which the store does not show. */
async function keys(database: DevDatabase): Promise<string[]> {
  const client = DynamoDBDocumentClient.from(database.client);
  const found: string[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const page = await client.send(new ScanCommand({ TableName: TABLE, ExclusiveStartKey: start }));
    found.push(...(page.Items ?? []).map(({ pk, sk }) => `${String(pk)} ${String(sk)}`));
    start = page.LastEvaluatedKey;
  } while (start);
  return found.toSorted();
}

async function listening(): Promise<Listener> {
  const listener = await new Listener().start();
  closings.push(() => listener.stop());
  return listener;
}

test('ticks and requests close every database iterator', { timeout: 120_000 }, async () => {
  const iterators = countOpenIterators();
  closings.push(() => Promise.resolve(iterators.stop()));
  const { target } = await listening();
  const service = await openedService(target);
  const turn = async (): Promise<void> => {
    now = new Date(now.getTime() + MINUTE_MS);
    expect(await service.tick(now)).toMatchObject({ status: 'done', troubles: [] });
    // A page of the history ends before the end of the data.
    for (const path of ['/targets', '/incidents?limit=1', `/targets/${target}/history?limit=1`, '/metrics']) {
      expect((await fetch(`${service.url}${path}`)).status).toBe(200);
    }
  };
  for (let tick = 0; tick < 3; tick++) await turn();
  const before = iterators.open();
  for (let tick = 3; tick < 30; tick++) await turn();
  expect(iterators.open()).toBe(before);
  expect(lines).toEqual([]);
});

test('removes exactly the expired items, on all pages', async () => {
  const database = await openedDatabase();
  const nowSeconds = Math.floor(now.getTime() / 1000);
  // Four items of this size fill a page of 1 MB.
  const filling = 'x'.repeat(300_000);
  const expired = Array.from({ length: 12 }, (_, index) => ({
    pk: 'tick',
    sk: `expired-${index}`,
    expiresAt: nowSeconds - index,
    filling,
  }));
  await put(database, [
    ...expired,
    { pk: 'tick', sk: 'living', expiresAt: nowSeconds + 1 },
    { pk: 'state', sk: 'without' },
    { pk: 'state', sk: 'as-text', expiresAt: String(nowSeconds - 10) },
  ]);
  expect(await removeExpired(database.client, TABLE, now)).toBe(expired.length);
  expect(await keys(database)).toEqual(['state as-text', 'state without', 'tick living']);
  expect(await removeExpired(database.client, TABLE, now)).toBe(0);
});

test('the service removes the records of ticks when they expire', async () => {
  const { target } = await listening();
  const service = await openedService(target);
  const ids = [now, new Date(now.getTime() + MINUTE_MS), new Date(now.getTime() + 8 * DAY_MS)];
  for (const id of ids) {
    now = id;
    expect(await service.tick(id)).toMatchObject({ status: 'done' });
  }
  await service.close();
  closings.pop();
  const ticks = (await keys(await openedDatabase())).filter((key) => key.startsWith('tick '));
  expect(ticks).toEqual([`tick ${ids[2]?.toISOString()}`]);
  expect(lines).toEqual([]);
});

test('looks for expired items at the first tick and once per hour, also after the clock was set back', async () => {
  const looked: number[] = [];
  const clean = onceAnHour(async (at) => looked.push(at.getTime() / MINUTE_MS));
  for (const minutes of [1000, 1001, 1059, 1060, 1119, 100, 101, 160]) {
    await clean(new Date(minutes * MINUTE_MS));
  }
  expect(looked).toEqual([1000, 1060, 100, 160]);
});

test('reports a table that was not created completely', async () => {
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
    /the table synwhere of the data is not complete; delete the data, or give another directory with --data/,
  );
});
