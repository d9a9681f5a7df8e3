import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Level } from 'level';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { countOpenIterators } from '../../bench/soak/open-iterators.ts';
import { openDatabase } from '../../cli/dev/database.ts';
import { openService, type Service } from '../../cli/dev/service.ts';
import { parseConfiguration } from '../../configuration/load.ts';
import { inProcessVantage } from '../../functions/aggregator/vantages/in-process.ts';
import { allowEverything } from '../../functions/probe/policy.ts';
import { probe } from '../../functions/probe/probe.ts';
import { Listener } from '../aggregator/api-service.ts';

const TABLE = 'synwhere';
const MINUTE_MS = 60_000;

/** Without the wait for a reset after each connect: nobody resets here. */
const vantage = inProcessVantage('here', (request, { signal }) =>
  probe({ ...request, settleMs: 0 }, { signal, policy: allowEverything }),
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

async function listening(): Promise<Listener> {
  const listener = await new Listener().start();
  closings.push(() => listener.stop());
  return listener;
}

test('ticks and requests leave no database iterator open', { timeout: 120_000 }, async () => {
  const iterators = countOpenIterators();
  closings.push(() => Promise.resolve(iterators.stop()));
  const { target } = await listening();
  const service = await openedService(target);
  const turn = async (): Promise<void> => {
    now = new Date(now.getTime() + MINUTE_MS);
    expect(await service.tick(now)).toMatchObject({ status: 'done', troubles: [] });
    // A page of the history ends before the data do.
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
