import type { Announcer } from './announce/announcement.ts';
import { eventBridgeAnnouncer } from './announce/eventbridge.ts';
import { slackAnnouncer } from './announce/slack.ts';
import { snsAnnouncer } from './announce/sns.ts';

export interface Channels {
  /** Name or ARN of an event bus. */
  bus?: string;
  topicArn?: string;
  slackWebhookUrl?: string;
}

/** One announcer for each channel that is there. Make them once: each remembers what it sent and could not write down. */
export function announcersFor({ bus, topicArn, slackWebhookUrl }: Channels): Announcer[] {
  return [
    ...(bus ? [eventBridgeAnnouncer(bus)] : []),
    ...(topicArn ? [snsAnnouncer(topicArn)] : []),
    ...(slackWebhookUrl ? [slackAnnouncer(slackWebhookUrl)] : []),
  ];
}
