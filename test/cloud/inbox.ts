import { once } from 'node:events';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { portOf } from '../support/ports.ts';

const ACCOUNT = '000000000000';
const QUIET_MS = 2_000;

/** What an SNS topic and an EventBridge bus delivered, received by two queues. */
export interface Inbox {
  /** Every event and every message since the last call. Waits until no more arrive for some time. */
  collect(): Promise<{ events: unknown[]; messages: unknown[] }>;
}

/** A Slack-compatible webhook on loopback. */
export interface Webhook {
  url: string;
  /** The received bodies, in order. */
  texts: string[];
  close(): Promise<void>;
}

export async function openWebhook(): Promise<Webhook> {
  const texts: string[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      texts.push(String(Reflect.get(Object(await json(request)), 'text')));
      response.end('ok');
    })();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${portOf(server)}/services/secret`,
    texts,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Subscribes two queues to the installation's topic and bus. */
export async function openInbox(name: string, region: string, endpoint: string): Promise<Inbox> {
  const options = { region, endpoint, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
  const sqs = new SQSClient(options);
  const queue = async (queueName: string): Promise<{ url: string; arn: string }> => {
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: queueName }));
    if (QueueUrl === undefined) throw new Error(`no queue ${queueName}`);
    return { url: QueueUrl, arn: `arn:aws:sqs:${region}:${ACCOUNT}:${queueName}` };
  };
  const events = await queue('inbox-events');
  const messages = await queue('inbox-messages');
  await new SNSClient(options).send(
    new SubscribeCommand({
      TopicArn: `arn:aws:sns:${region}:${ACCOUNT}:${name}-announcements`,
      Protocol: 'sqs',
      Endpoint: messages.arn,
    }),
  );
  const bridge = new EventBridgeClient(options);
  const rule = { Name: 'inbox', EventBusName: name };
  await bridge.send(new PutRuleCommand({ ...rule, EventPattern: JSON.stringify({ source: ['synwhere'] }) }));
  await bridge.send(
    new PutTargetsCommand({
      Rule: rule.Name,
      EventBusName: name,
      Targets: [{ Id: 'inbox', Arn: events.arn }],
    }),
  );
  return {
    async collect() {
      return { events: await drain(sqs, events.url), messages: await drain(sqs, messages.url) };
    },
  };
}

async function drain(sqs: SQSClient, url: string): Promise<unknown[]> {
  const bodies: unknown[] = [];
  const most = 100;
  for (let last = Date.now(); Date.now() - last < QUIET_MS && bodies.length < most;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
    );
    for (const { Body = 'null', ReceiptHandle } of Messages) {
      bodies.push(JSON.parse(Body));
      last = Date.now();
      await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle }));
    }
  }
  return bodies;
}
