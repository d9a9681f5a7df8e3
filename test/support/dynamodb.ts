import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { listenOnLoopback, loadDynalite } from '../../cli/dev/dynalite.ts';
import { TABLE_SCHEMA } from '../../functions/aggregator/store/table-schema.ts';

/** A DynamoDB on loopback, in memory, with the table that the home stack deploys. */
export interface LocalDynamoDb {
  endpoint: string;
  table: string;
  client: DynamoDBClient;
  /** A separate client for the same data, for instance through a proxy. */
  clientAt(endpoint: string, maxAttempts?: number): DynamoDBClient;
  close(): Promise<void>;
}

export async function startDynamoDb(): Promise<LocalDynamoDb> {
  const dynalite = await loadDynalite();
  const server = dynalite({ createTableMs: 0 });
  const endpoint = await listenOnLoopback(server);
  const client = clientAt(endpoint);
  const table = 'synwhere';
  await createTable(client, table);
  return {
    endpoint,
    table,
    client,
    clientAt,
    async close() {
      // Waits for running requests first: dynalite crashes if a request finds its data closed.
      await new Promise((resolve) => server.close(resolve));
      client.destroy();
    },
  };
}

export async function createTable(client: DynamoDBClient, table: string): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName: table,
      ...TABLE_SCHEMA,
    }),
  );
}

function clientAt(endpoint: string, maxAttempts = 3): DynamoDBClient {
  return new DynamoDBClient({
    endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts,
  });
}
