import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { listenOnLoopback, loadDynalite } from '../../cli/dev/dynalite.ts';
import { TABLE_SCHEMA } from '../../functions/aggregator/store/table-schema.ts';

/** The requests to the services since the last call of {@link LoopbackAws.takeCounts}. */
export interface Counts {
  /** By service and operation, e.g. `DynamoDB PutItem`. */
  requests: Record<string, number>;
  /** Request units of DynamoDB on demand, which dynalite computes from the sizes of the items. */
  readUnits: number;
  writeUnits: number;
  /** Bytes of the bodies of invocations. */
  invokeRequestBytes: number;
  invokeAnswerBytes: number;
}

export const TABLE = 'synwhere';
const HOME = 'eu-central-1';

/**
 * The four services that the deployed aggregator uses, on loopback. DynamoDB is dynalite behind a counter. Lambda implements Invoke
 * and passes the payload to `probe` for every region. SNS and EventBridge accept every request.
 */
export class LoopbackAws {
  /** The environment that makes the SDK use these servers. */
  readonly env: Record<string, string>;
  readonly #servers: Server[];
  #counts = none();

  private constructor(env: Record<string, string>, servers: Server[]) {
    this.env = env;
    this.#servers = servers;
  }

  static async start(probe: (request: unknown) => Promise<unknown>): Promise<LoopbackAws> {
    const dynalite = await loadDynalite();
    const database = dynalite({ createTableMs: 0 });
    const databaseUrl = await listenOnLoopback(database);
    await createTable(databaseUrl);
    const servers: Server[] = [database];
    const env: Record<string, string> = {
      AWS_REGION: HOME,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      SYNWHERE_TABLE: TABLE,
      SYNWHERE_BUS: 'synwhere',
      SYNWHERE_TOPIC_ARN: `arn:aws:sns:${HOME}:111122223333:synwhere-announcements`,
    };
    const aws = new LoopbackAws(env, servers);
    const services: Record<string, (request: IncomingMessage, body: Buffer) => Promise<Answer>> = {
      DYNAMODB: (request, body) => aws.#dynamoDb(databaseUrl, request, body),
      LAMBDA: (_request, body) => aws.#invoke(probe, body),
      SNS: async () => aws.#accept('SNS Publish', 'text/xml', SNS_ANSWER),
      EVENTBRIDGE: async () =>
        aws.#accept('EventBridge PutEvents', 'application/x-amz-json-1.1', EVENTBRIDGE_ANSWER),
    };
    for (const [name, answer] of Object.entries(services)) {
      const server = createServer((request, response) => void reply(request, response, answer));
      servers.push(server);
      env[`AWS_ENDPOINT_URL_${name}`] = await listenOnLoopback(server);
    }
    return aws;
  }

  /** What was counted since the last call. */
  takeCounts(): Counts {
    const counts = this.#counts;
    this.#counts = none();
    return counts;
  }

  async close(): Promise<void> {
    for (const server of this.#servers) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  async #dynamoDb(url: string, request: IncomingMessage, body: Buffer): Promise<Answer> {
    const target = String(request.headers['x-amz-target']);
    const operation = target.slice(target.indexOf('.') + 1);
    this.#count(`DynamoDB ${operation}`);
    const asked = { ...JSON.parse(body.toString()), ReturnConsumedCapacity: 'TOTAL' };
    const answer = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': String(request.headers['content-type']),
        'x-amz-target': target,
        'x-amz-date': String(request.headers['x-amz-date']),
        authorization: String(request.headers.authorization),
      },
      body: JSON.stringify(asked),
    });
    const text = await answer.text();
    // A write whose condition fails also costs units. Dynalite does not report how many, and such items are small here.
    const units = Number(JSON.parse(text).ConsumedCapacity?.CapacityUnits ?? 1);
    if (operation === 'GetItem' || operation === 'Query') this.#counts.readUnits += units;
    else this.#counts.writeUnits += units;
    return { status: answer.status, type: answer.headers.get('content-type') ?? '', body: text };
  }

  async #invoke(probe: (request: unknown) => Promise<unknown>, body: Buffer): Promise<Answer> {
    this.#count('Lambda Invoke');
    const answer = JSON.stringify(await probe(JSON.parse(body.toString())));
    this.#counts.invokeRequestBytes += body.length;
    this.#counts.invokeAnswerBytes += Buffer.byteLength(answer);
    return { status: 200, type: 'application/json', body: answer };
  }

  #accept(operation: string, type: string, body: string): Answer {
    this.#count(operation);
    return { status: 200, type, body };
  }

  #count(operation: string): void {
    this.#counts.requests[operation] = (this.#counts.requests[operation] ?? 0) + 1;
  }
}

interface Answer {
  status: number;
  type: string;
  body: string;
}

const SNS_ANSWER =
  '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>1</MessageId></PublishResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></PublishResponse>';
const EVENTBRIDGE_ANSWER = '{"FailedEntryCount":0,"Entries":[{"EventId":"1"}]}';

function none(): Counts {
  return { requests: {}, readUnits: 0, writeUnits: 0, invokeRequestBytes: 0, invokeAnswerBytes: 0 };
}

async function reply(
  request: IncomingMessage,
  response: ServerResponse,
  answer: (request: IncomingMessage, body: Buffer) => Promise<Answer>,
): Promise<void> {
  try {
    const { status, type, body } = await answer(request, await buffer(request));
    response.writeHead(status, { 'content-type': type, 'x-amzn-requestid': '1' }).end(body);
  } catch (error) {
    response
      .writeHead(500, { 'content-type': 'application/json' })
      .end(JSON.stringify({ message: String(error) }));
  }
}

async function createTable(endpoint: string): Promise<void> {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new DynamoDBClient({ endpoint, region: HOME, credentials });
  await client.send(
    new CreateTableCommand({
      TableName: TABLE,
      ...TABLE_SCHEMA,
    }),
  );
  client.destroy();
}
