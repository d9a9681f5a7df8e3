import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SNSClient } from '@aws-sdk/client-sns';
import type { Announcement } from '../../../functions/aggregator/incidents/announcement.ts';
import type { Announcer } from '../../../functions/aggregator/announce/announcer.ts';
import { eventBridgeAnnouncer } from '../../../functions/aggregator/announce/eventbridge.ts';
import { ONE_ATTEMPT } from '../../../functions/aggregator/announce/one-attempt.ts';
import { slackAnnouncer } from '../../../functions/aggregator/announce/slack.ts';
import { snsAnnouncer } from '../../../functions/aggregator/announce/sns.ts';
import { portOf } from '../../support/ports.ts';

export const TOPIC = 'arn:aws:sns:eu-central-1:123456789012:synwhere';
export const BUS = 'synwhere';

export type Channel = 'eventbridge' | 'sns' | 'slack';

/**
 * What a receiver does with a request: an HTTP status, a hang, a cut before or after it took the message, a no inside a 200, or a no to
 * this very message, by status or inside a 200.
 */
export type Conduct =
  'take' | number | 'hang' | 'cut-before' | 'cut-after' | 'failed-entry' | 'reject' | 'rejected-entry';

export interface Received {
  channel: Channel;
  headers: IncomingMessage['headers'];
  /** What was sent, in the channel's own words. */
  message: Record<string, string>;
  announcement: (Announcement & { mayRepeat: boolean }) | undefined;
}

/**
 * EventBridge, SNS and a webhook on loopback. They speak as much of their protocols as the real clients need: the AWS JSON and
 * query protocols' requests and answers.
 */
export interface Receivers {
  endpoint: string;
  /** What was taken, in order. */
  taken: Received[];
  /** Every request, taken or not. */
  requests: number;
  /** The connections that requests came over. */
  connections: Set<unknown>;
  conduct: (channel: Channel, request: number, received: Received) => Conduct;
  announcers(endpoint?: string): Announcer[];
  close(): Promise<void>;
}

export async function startReceivers(): Promise<Receivers> {
  const server = createServer((request, response) => {
    answer(request, response, receivers).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const receivers: Receivers = {
    endpoint: `http://127.0.0.1:${portOf(server)}`,
    taken: [],
    requests: 0,
    connections: new Set(),
    conduct: () => 'take',
    announcers: (endpoint = receivers.endpoint) => announcersAt(endpoint),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return receivers;
}

/** The real announcers over the real clients, but for the endpoint. */
export function announcersAt(endpoint: string): Announcer[] {
  const options = {
    ...ONE_ATTEMPT,
    endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  return [
    eventBridgeAnnouncer(BUS, new EventBridgeClient(options)),
    snsAnnouncer(TOPIC, new SNSClient(options)),
    slackAnnouncer(() => Promise.resolve(`${endpoint}/services/T000/B000/secret`)),
  ];
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  receivers: Receivers,
): Promise<void> {
  const body = await text(request);
  const received = read(request, body);
  receivers.connections.add(request.socket);
  const conduct = receivers.conduct(received.channel, receivers.requests++, received);
  if (conduct === 'hang') return;
  if (conduct === 'cut-before') {
    response.destroy();
    return;
  }
  if (conduct === 'failed-entry' || conduct === 'rejected-entry') {
    response.end(JSON.stringify({ FailedEntryCount: 1, Entries: [ENTRIES[conduct]] }));
    return;
  }
  if (conduct === 'reject') {
    response.statusCode = 400;
    response.end(REJECTIONS[received.channel]);
    return;
  }
  if (typeof conduct === 'number') {
    response.statusCode = conduct;
    response.end(ERRORS[received.channel]);
    return;
  }
  receivers.taken.push(received);
  if (conduct === 'cut-after') response.destroy();
  else response.end(ANSWERS[received.channel]);
}

const ANSWERS: Record<Channel, string> = {
  eventbridge: JSON.stringify({ FailedEntryCount: 0, Entries: [{ EventId: 'e-1' }] }),
  sns: '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>m-1</MessageId></PublishResult><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></PublishResponse>',
  slack: 'ok',
};

const ERRORS: Record<Channel, string> = {
  eventbridge: JSON.stringify({ __type: 'ThrottlingException', message: 'Rate exceeded' }),
  sns: '<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error><RequestId>r</RequestId></ErrorResponse>',
  slack: 'no_service',
};

/** How each service says that it does not take this message. */
const REJECTIONS: Record<Channel, string> = {
  eventbridge: JSON.stringify({
    __type: 'ValidationException',
    message: 'Total size of the entries is over the limit',
  }),
  sns: '<ErrorResponse><Error><Type>Sender</Type><Code>InvalidParameter</Code><Message>Invalid parameter: Message too long</Message></Error><RequestId>r</RequestId></ErrorResponse>',
  slack: 'invalid_payload',
};

const ENTRIES = {
  'failed-entry': { ErrorCode: 'InternalFailure', ErrorMessage: 'the bus is full' },
  'rejected-entry': { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' },
};

function read(request: IncomingMessage, body: string): Received {
  const { headers } = request;
  if (request.url?.startsWith('/services/')) {
    const message: Record<string, string> = JSON.parse(body);
    return { channel: 'slack', headers, message, announcement: undefined };
  }
  if (headers['x-amz-target'] === 'AWSEvents.PutEvents') {
    const put: { Entries: [Record<string, string>] } = JSON.parse(body);
    const [entry] = put.Entries;
    return { channel: 'eventbridge', headers, message: entry, announcement: parse(entry['Detail']) };
  }
  const message = Object.fromEntries(new URLSearchParams(body));
  if (message['Action'] !== 'Publish') throw new Error(`not spoken here: ${request.method} ${request.url}`);
  const bodies: Record<string, string> = JSON.parse(message['Message'] ?? '{}');
  return {
    channel: 'sns',
    headers,
    message: { ...message, ...bodies },
    announcement: parse(bodies['default']),
  };
}

function parse(json: string | undefined): Received['announcement'] {
  const announcement: Received['announcement'] = json === undefined ? undefined : JSON.parse(json);
  return announcement;
}
