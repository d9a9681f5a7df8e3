import { mkdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { UsageError } from '../usage-error.ts';
import { listenOnLoopback } from './dynalite.ts';
import { loadPackages, type DevPackages } from './packages.ts';
import { TABLE_SCHEMA } from '../../functions/aggregator/store/table-schema.ts';

/** Dynalite creates a table within milliseconds. A process that was killed meanwhile never completes it. */
const ACTIVE_WITHIN_MS = 3000;
const POLL_MS = 5;

/** A local DynamoDB on loopback that keeps its data in a directory. */
export interface DevDatabase {
  client: DynamoDBClient;
  close(): Promise<void>;
}

/**
 * Starts dynalite over LevelDB in `directory`, and creates the table where it does not exist. Every write is passed to the operating
 * system before it is answered, so a killed process loses nothing. Rejects with a UsageError where another process uses the
 * directory.
 */
export async function openDatabase(directory: string, table: string): Promise<DevDatabase> {
  const { dynalite, sdk, Level } = await loadPackages();
  mkdirSync(directory, { recursive: true });
  // Dynalite crashes where it cannot open its database, so this opens it first and reports the error.
  const trial = new Level(directory);
  try {
    await trial.open();
    await trial.close();
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    const locked = cause instanceof Error && 'code' in cause && cause.code === 'LEVEL_LOCKED';
    const reason = locked ? 'another synwhere dev uses it' : firstLine(cause ?? error);
    throw new UsageError(
      `the data in ${directory} cannot be opened: ${reason}; give another directory with --data`,
    );
  }
  const server = dynalite({ path: directory, createTableMs: 0 });
  const endpoint = await listenOnLoopback(server);
  const client = new sdk.DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    // Dynalite requires credentials and does not check them.
    credentials: { accessKeyId: 'dev', secretAccessKey: 'dev' },
    maxAttempts: 1,
  });
  const close = async (): Promise<void> => {
    // Requests end first: dynalite crashes where a request finds its database closed.
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

/** Creates the table where it does not exist, and resolves once the table is active. */
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
        `the table ${table} of the data is not complete; delete the data, or give another directory with --data`,
      );
    }
    await sleep(POLL_MS);
  }
}

function firstLine(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  return line;
}
