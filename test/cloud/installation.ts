import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { join } from 'node:path';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { GetFunctionUrlConfigCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { Verdict } from '../../functions/reachability/verdict.ts';
import { synwhere, type Result } from '../cli/command.ts';
import { cdk } from './cdk.ts';
import type { Inbox } from './inbox.ts';
import type { LocalAws } from './ministack.ts';

export const NAME = 'cloudtest';
export const HOME = 'eu-central-1';
export const REGIONS = ['eu-west-1', 'us-east-1', 'ap-southeast-2'];
export const ACCOUNT = '000000000000';

/** The parameter with the URL of the webhook. */
export const WEBHOOK_PARAMETER = `/${NAME}/slack`;

/** The parts of the service's responses that these tests use. */
interface Incidents {
  incidents: { id: string; kind: string; subject: { type: string; target?: string }; closedAt?: string }[];
}

/** One installation on a local AWS, with a target and a control on loopback. */
export class Cloud {
  directory = '';
  aws!: LocalAws;
  inbox!: Inbox;
  readonly port = { target: 0, control: 0 };
  listener: Server | undefined;
  control!: Server;

  get target(): string {
    return `127.0.0.1:${this.port.target}`;
  }

  get file(): string {
    return join(this.directory, 'synwhere.yaml');
  }

  options(region: string) {
    return {
      region,
      endpoint: this.aws.endpoint,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    };
  }

  async configure(regions: readonly string[], scheduled = true): Promise<void> {
    const configuration = {
      name: NAME,
      home: HOME,
      regions,
      targets: [this.target],
      controls: [`127.0.0.1:${this.port.control}`],
      // The probes of a local AWS run on this machine. Only here does loopback belong to the user.
      policy: { allow: [{ cidr: '127.0.0.0/8', ports: [this.port.target, this.port.control, 25] }] },
      schedule: { everyMinutes: 1, enabled: scheduled },
      announce: { slackWebhook: { parameter: WEBHOOK_PARAMETER } },
      history: { keepOnDestroy: false },
    };
    await writeFile(this.file, JSON.stringify(configuration));
  }

  async deploy(): Promise<string> {
    return cdk(
      ['deploy', '--all', '--require-approval', 'never', '--concurrency', '4', ...this.app('out')],
      this.aws.env,
    );
  }

  app(output: string): string[] {
    return ['-c', `config=${this.file}`, '-o', join(this.directory, output)];
  }

  async invoke(payload: unknown, functionName = `${NAME}-aggregator`, region = HOME): Promise<unknown> {
    const client = new LambdaClient({ ...this.options(region), maxAttempts: 1 });
    const answer = await client.send(
      new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(payload) }),
    );
    const text = Buffer.from(answer.Payload ?? []).toString();
    if (answer.FunctionError) throw new Error(`${functionName} failed: ${text}`);
    return JSON.parse(text);
  }

  /** The Function URL at the path that the emulator uses, because the URL's host name is one of AWS. */
  async functionUrl(): Promise<string> {
    const { FunctionUrl = '' } = await new LambdaClient(this.options(HOME)).send(
      new GetFunctionUrlConfigCommand({ FunctionName: `${NAME}-aggregator` }),
    );
    const { hostname } = new URL(FunctionUrl);
    if (!hostname.endsWith(`.lambda-url.${HOME}.on.aws`))
      throw new Error(`${FunctionUrl} is no Function URL`);
    return `${this.aws.endpoint}/_aws/lambda-url/${hostname.split('.')[0]}`;
  }

  /** One call of CloudFormation's API. The emulator reads the region from the signature's scope and checks no signature. */
  async cloudFormation(region: string, parameters: Record<string, string>): Promise<string> {
    const scope = `test/20260101/${region}/cloudformation/aws4_request`;
    const answer = await fetch(this.aws.endpoint, {
      method: 'POST',
      headers: { authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0` },
      body: new URLSearchParams({ Version: '2010-05-15', ...parameters }),
    });
    return answer.text();
  }

  /** Stores the URL of the webhook as a user does. The emulator reads the region from the signature's scope and checks no signature. */
  async keepWebhook(url: string): Promise<void> {
    const scope = `test/20260101/${HOME}/ssm/aws4_request`;
    const answer = await fetch(this.aws.endpoint, {
      method: 'POST',
      headers: {
        authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`,
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'AmazonSSM.PutParameter',
      },
      body: JSON.stringify({ Name: WEBHOOK_PARAMETER, Type: 'SecureString', Value: url, Overwrite: true }),
    });
    if (!answer.ok) throw new Error(`the parameter was not kept: ${await answer.text()}`);
  }

  /** The status of a stack in CloudFormation, or undefined if there is none. */
  async stackStatus(region: string, stack: string): Promise<string | undefined> {
    const answer = await this.cloudFormation(region, { Action: 'DescribeStacks', StackName: stack });
    const [, status] = /<StackStatus>(\w+)</.exec(answer) ?? [];
    if (status === undefined && !/does not exist/i.test(answer)) throw new Error(`${stack}: ${answer}`);
    return status === 'DELETE_COMPLETE' ? undefined : status;
  }

  /** The command, with the credentials of the local AWS. */
  async command(...args: string[]): Promise<Result> {
    return synwhere(args, {
      cwd: this.directory,
      env: Object.fromEntries(
        Object.entries(this.aws.env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
      ),
    });
  }

  /** A tick as the schedule delivers it. It is in the far future, so that it is not a tick of the real schedule. */
  async tick(minute: number): Promise<string> {
    const id = new Date(Date.parse('2030-01-01T00:00:00Z') + minute * 60_000)
      .toISOString()
      .replace('.000Z', 'Z');
    await this.invoke({ tick: id });
    return id;
  }

  async incidents(): Promise<Incidents['incidents']> {
    const answer = (await this.invoke({ get: '/incidents' })) as Incidents;
    return answer.incidents;
  }

  async items(): Promise<Record<string, unknown>[]> {
    const client = new DynamoDBClient(this.options(HOME));
    const { Items = [] } = await client.send(new ScanCommand({ TableName: NAME }));
    return Items.map((item) =>
      Object.fromEntries(Object.entries(item).map(([key, value]) => [key, Object.values(value)[0]])),
    );
  }

  async check(): Promise<Verdict> {
    const answer = (await this.invoke({ check: { targets: [this.target] } })) as { verdicts: Verdict[] };
    const [verdict] = answer.verdicts;
    if (!verdict) throw new Error('no verdict came back');
    return verdict;
  }

  async open(): Promise<void> {
    this.listener = await listen(this.port.target);
  }

  async close(): Promise<void> {
    this.listener?.close();
    await once(this.listener!, 'close');
    this.listener = undefined;
  }
}

/** A listener on loopback that keeps accepted connections open. */
export async function listen(port = 0): Promise<Server> {
  const server = createServer((socket) => socket.on('error', () => undefined).unref()).listen(
    port,
    '127.0.0.1',
  );
  await once(server, 'listening');
  return server;
}
