import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  ScanCommand,
  type DynamoDBClient,
  type ScanCommandInput,
} from '@aws-sdk/client-dynamodb';

const HOUR_MS = 3_600_000;
/** To one call, so that a table which was never cleaned does not hold up the ticks: the next call goes on. */
const MOST_AT_ONCE = 10_000;

/**
 * Removes the items of `table` whose `expiresAt` (seconds of the epoch) is not after `now`, and resolves to their number, at most
 * 10,000. DynamoDB does this by itself (Time to Live); dynalite does not.
 */
export async function removeExpired(client: DynamoDBClient, table: string, now: Date): Promise<number> {
  const expired = {
    ExpressionAttributeNames: { '#expiresAt': 'expiresAt' },
    ExpressionAttributeValues: { ':now': { N: String(Math.floor(now.getTime() / 1000)) } },
  };
  const condition = '#expiresAt <= :now';
  let removed = 0;
  let start: ScanCommandInput['ExclusiveStartKey'];
  do {
    const page = await client.send(
      new ScanCommand({
        TableName: table,
        FilterExpression: condition,
        ProjectionExpression: 'pk, sk',
        ExclusiveStartKey: start,
        ...expired,
      }),
    );
    for (const key of page.Items ?? []) {
      // An item that was written again since it was read is kept.
      const input = { TableName: table, Key: key, ConditionExpression: condition, ...expired };
      try {
        await client.send(new DeleteItemCommand(input));
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        continue;
      }
      if (++removed === MOST_AT_ONCE) return removed;
    }
    start = page.LastEvaluatedKey;
  } while (start);
  return removed;
}

/** Calls `remove` at the first call, and then where an hour has passed since. */
export function onceAnHour(remove: (now: Date) => Promise<unknown>): (now: Date) => Promise<void> {
  let lastMs = -Infinity;
  return async (now) => {
    // In both directions, because a clock may be set back.
    if (Math.abs(now.getTime() - lastMs) < HOUR_MS) return;
    lastMs = now.getTime();
    await remove(now);
  };
}
