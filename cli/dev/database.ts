import { mkdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { UsageError } from '../usage-error.ts';
import { listenOnLoopback } from './dynalite.ts';
import { loadPackages, type DevPackages } from './packages.ts';
import { TABLE_SCHEMA } from '../../functions/aggregator/store/table-schema.ts';

/** Dynalite makes a table in some milliseconds; one that was killed meanwhile never completes it. */
const ACTIVE_WITHIN_MS = 3000;
const POLL_MS = 5;

/** A DynamoDB of our own on loopback, whose data stay in a directory. */
export interface DevDatabase {
  client: DynamoDBClient;
  close(): Promise<void>;
}

/**
 * Starts dynalite over LevelDB in `directory` and makes the table where it is not there yet. Every write is in the operating
 * system's hands before it is answered, so a killed process loses nothing. Rejects with a UsageError where another process has the
 * directory.
 */
export async function openDatabase(directory: string, table: string): Promise<DevDatabase> {
  const { dynalite, sdk, Level } = await loadPackages();
  mkdirSync(directory, { recursive: true });
  // Dynalite dies of a database that it cannot open; this one tells.
  const trial = new Level(directory);
  try {
    await trial.open();
    await trial.close();
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    const locked = cause instanceof Error && 'code' in cause && cause.code === 'LEVEL_LOCKED';
    const reason = locked ? 'another synwhere dev is using it' : firstLine(cause ?? error);
    throw new UsageError(
      `the data in ${directory} cannot be opened: ${reason}; give another place with --data`,
    );
  }
  const server = dynalite({ path: directory, createTableMs: 0 });
  const endpoint = await listenOnLoopback(server);
  const client = new sdk.DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    // Dynalite wants to see some; they open nothing.
    credentials: { accessKeyId: 'dev', secretAccessKey: 'dev' },
    maxAttempts: 1,
  });
  const close = async (): Promise<void> => {
    // What is under way ends first: dynalite dies of a request that finds its data closed.
    await new Promise((resolve) => server.close(resolve));
    client.destroy();
  };
  try {
    await ensureTable(sdk, client, table);
  } catch (error) {
    await close();
    throw error;
  }
  return { client, close };
}

/** Makes the table where it is not there yet, and resolves once it can be used, which in DynamoDB is a moment later. */
async function ensureTable(sdk: DevPackages['sdk'], client: DynamoDBClient, table: string): Promise<void> {
  const status = async (): Promise<string | undefined> => {
    const { Table } = await client.send(new sdk.DescribeTableCommand({ TableName: table }));
    return Table?.TableStatus;
  };
  try {
    await status();
  } catch (error) {
    if (!(error instanceof sdk.ResourceNotFoundException)) throw error;
    await client.send(
      new sdk.CreateTableCommand({
        TableName: table,
        ...TABLE_SCHEMA,
      }),
    );
  }
  const giveUpAtMs = performance.now() + ACTIVE_WITHIN_MS;
  while ((await status()) !== 'ACTIVE') {
    if (performance.now() > giveUpAtMs) {
      throw new UsageError(
        `the table ${table} of the data is not complete; delete the data, or give another place with --data`,
      );
    }
    await sleep(POLL_MS);
  }
}

function firstLine(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  return line;
}
