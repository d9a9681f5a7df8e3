/**
 * Runs one tick in a separate process, which a test kills. The first argument is a {@link ChildTick} as JSON.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Kind } from '../../../functions/reachability/words.ts';
import { announcersAt } from '../announce/receivers.ts';
import { verdictsOf, worldOf } from './world.ts';

export interface ChildTick {
  endpoint: string;
  table: string;
  minute: number;
  kinds: Record<string, Kind>;
}

const { endpoint, table, minute, kinds }: ChildTick = JSON.parse(process.argv[2] ?? '{}');
const client = new DynamoDBClient({
  endpoint,
  region: 'eu-central-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});
await worldOf({ client }, table, announcersAt(endpoint)).tick(minute, verdictsOf(kinds));
