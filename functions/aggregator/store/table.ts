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

/** A request to the database failed. The message is one line; `cause` is the error of the database. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}

export type Item = Record<string, unknown> & { pk: string; sk: string };

export interface Range {
  pk: string;
  /** Sort keys up to this one, inclusive. */
  skAtMost?: string;
  /** Start after this sort key, which must be from an earlier page. */
  after?: string;
  newestFirst?: boolean;
  /** A strongly consistent read, at twice the price. */
  consistent?: boolean;
  /** Items for each request to the database. */
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

/** A DynamoDB table. Ignores expired items, and rejects with a {@link StoreError} for every failure. */
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
    return item ? this.#unlessExpired(item) : undefined;
  }

  /** Resolves to false if the condition was not met and nothing was written. */
  async put(item: Item, condition?: Condition): Promise<boolean> {
    const input = { TableName: this.#name, Item: item, ...conditionInput(condition) };
    return this.#conditional('write', () => this.#client.send(new PutCommand(input)));
  }

  async remove(pk: string, sk: string, condition?: Condition): Promise<boolean> {
    const input = { TableName: this.#name, Key: { pk, sk }, ...conditionInput(condition) };
    return this.#conditional('remove', () => this.#client.send(new DeleteCommand(input)));
  }

  /** Resolves to the item after the update, or to undefined if the condition was not met. */
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

  /** The items of a partition that have not expired, in the order of their sort keys. Requests one page at a time. */
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
        const current = this.#unlessExpired(item);
        if (current) yield current;
      }
      start = page.LastEvaluatedKey;
    } while (start);
  }

  /** DynamoDB deletes expired items within days, and returns them until then. */
  #unlessExpired(read: Record<string, unknown>): Item | undefined {
    const item = asWritten<Item>(read);
    const { expiresAt } = item;
    const isCurrent = typeof expiresAt !== 'number' || expiresAt * 1000 > this.#clock().getTime();
    return isCurrent ? item : undefined;
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

/** An item has the type with which it was written: only this store writes to the table. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- this is an assertion, for the reason above
export function asWritten<T>(value: unknown): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- validating each item again would cost time and find nothing
  return value as T;
}
