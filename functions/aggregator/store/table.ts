import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  type DynamoDBClientConfig,
} from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  type QueryCommandInput,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';

/** The store did not do what was asked; the message is one line, `cause` is what the database said. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}

export type Item = Record<string, unknown> & { pk: string; sk: string };

export interface Range {
  pk: string;
  /** Sort keys up to this one, inclusive. */
  skAtMost?: string;
  /** Start behind this sort key, which must have come from an earlier page. */
  after?: string;
  newestFirst?: boolean;
  /** Read what was written a moment ago, at twice the price. */
  consistent?: boolean;
  /** Items to one request of the database. */
  pageSize?: number;
}

export interface Condition {
  expression: string;
  names?: Record<string, string>;
  values?: Record<string, unknown>;
}

const DEFAULTS: DynamoDBClientConfig = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1000, requestTimeout: 3000, throwOnRequestTimeout: true },
};

/** The few things we ask of DynamoDB, with expired items left out and every failure a {@link StoreError}. */
export class Table {
  readonly #client: DynamoDBDocumentClient;
  readonly #name: string;
  readonly #clock: () => Date;

  constructor(name: string, clock: () => Date, client: DynamoDBClient = new DynamoDBClient(DEFAULTS)) {
    this.#name = name;
    this.#clock = clock;
    this.#client = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  }

  async get(pk: string, sk: string): Promise<Item | undefined> {
    const input = { TableName: this.#name, Key: { pk, sk }, ConsistentRead: true };
    const { Item: item } = await this.#ask('read', () => this.#client.send(new GetCommand(input)));
    return item ? this.#living(item) : undefined;
  }

  /** Resolves to whether the condition held, and so to whether it was written. */
  async put(item: Item, condition?: Condition): Promise<boolean> {
    const input = { TableName: this.#name, Item: item, ...conditionInput(condition) };
    return this.#conditional('write', () => this.#client.send(new PutCommand(input)));
  }

  async remove(pk: string, sk: string, condition?: Condition): Promise<boolean> {
    const input = { TableName: this.#name, Key: { pk, sk }, ...conditionInput(condition) };
    return this.#conditional('remove', () => this.#client.send(new DeleteCommand(input)));
  }

  /** Resolves to the item as it is after, or undefined where the condition did not hold. */
  async update(
    pk: string,
    sk: string,
    expression: string,
    condition: Condition,
  ): Promise<Record<string, unknown> | undefined> {
    const input: UpdateCommandInput = {
      TableName: this.#name,
      Key: { pk, sk },
      UpdateExpression: expression,
      ReturnValues: 'ALL_NEW',
      ...conditionInput(condition),
    };
    let after: Record<string, unknown> | undefined;
    await this.#conditional('update', async () => {
      after = (await this.#client.send(new UpdateCommand(input))).Attributes;
    });
    return after;
  }

  /** All items of a partition that live, in the order of their sort keys, page by page as the database gives them. */
  async *query({ pk, skAtMost, after, newestFirst = false, consistent = false, pageSize }: Range) {
    let start: Record<string, unknown> | undefined = after === undefined ? undefined : { pk, sk: after };
    do {
      const input: QueryCommandInput = {
        TableName: this.#name,
        KeyConditionExpression: skAtMost === undefined ? 'pk = :pk' : 'pk = :pk AND sk <= :most',
        ExpressionAttributeValues: { ':pk': pk, ...(skAtMost === undefined ? {} : { ':most': skAtMost }) },
        ScanIndexForward: !newestFirst,
        ConsistentRead: consistent,
        ...(start ? { ExclusiveStartKey: start } : {}),
        ...(pageSize === undefined ? {} : { Limit: pageSize }),
      };
      const page = await this.#ask('query', () => this.#client.send(new QueryCommand(input)));
      for (const item of page.Items ?? []) {
        const living = this.#living(item);
        if (living) yield living;
      }
      start = page.LastEvaluatedKey;
    } while (start);
  }

  /** DynamoDB removes expired items within days, not at once, and shows them until then. */
  #living(read: Record<string, unknown>): Item | undefined {
    const item = asWritten<Item>(read);
    const { expiresAt } = item;
    const lives = typeof expiresAt !== 'number' || expiresAt * 1000 > this.#clock().getTime();
    return lives ? item : undefined;
  }

  async #conditional(verb: string, send: () => Promise<unknown>): Promise<boolean> {
    return this.#ask(verb, async () => {
      try {
        await send();
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw error;
      }
    });
  }

  async #ask<T>(verb: string, send: () => Promise<T>): Promise<T> {
    try {
      return await send();
    } catch (error) {
      const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      throw new StoreError(`table ${this.#name}: cannot ${verb}: ${reason}`, { cause: error });
    }
  }
}

function conditionInput(condition?: Condition) {
  if (!condition) return {};
  return {
    ConditionExpression: condition.expression,
    ...(condition.names ? { ExpressionAttributeNames: condition.names } : {}),
    ...(condition.values ? { ExpressionAttributeValues: condition.values } : {}),
  };
}

/** What is read back from the table has the shape that it was written with: nobody but this store writes there. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- this is an assertion, in the one place that has its reason
export function asWritten<T>(value: unknown): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- checking each item again would cost more than it could find
  return value as T;
}
