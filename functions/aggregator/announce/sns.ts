import type { SNSClient } from '@aws-sdk/client-sns';
import { subjectKey, subjectName } from '../incidents/incident.ts';
import type { Announcement } from '../incidents/announcement.ts';
import type { Announcer } from './announcer.ts';
import { shortened } from '../../reachability/one-line.ts';
import { bodyText, headline, subjectLine } from './text.ts';
import { ONE_ATTEMPT, sendOnce } from './one-attempt.ts';
import { printableAnnouncement } from './printable.ts';

/** The length of one SMS. */
const MAX_SMS_CHARS = 140;

/**
 * Publishes each announcement once, with text for people (mail, SMS) and JSON for programs: the detail of the event. Subscribers can
 * filter by message attributes. For a FIFO topic, the announcement's id is the deduplication id, so that SNS drops a repeat within five
 * minutes; FIFO topics cannot send mail. Most ticks announce nothing, so the AWS client is loaded with the first announcement.
 */
export function snsAnnouncer(topicArn: string, client?: SNSClient): Announcer {
  let used = client;
  const fifo = topicArn.endsWith('.fifo');
  return {
    name: 'sns',
    async send(given, { mayRepeat, signal }) {
      const { PublishCommand, SNSClient } = await import('@aws-sdk/client-sns');
      const sns = (used ??= new SNSClient(ONE_ATTEMPT));
      const announcement = printableAnnouncement(given);
      const publish = new PublishCommand({
        TopicArn: topicArn,
        Subject: subjectLine(announcement, mayRepeat),
        MessageStructure: 'json',
        Message: JSON.stringify({
          default: JSON.stringify({ ...announcement, mayRepeat }),
          email: bodyText(announcement, mayRepeat),
          sms: shortened(headline(announcement), MAX_SMS_CHARS),
        }),
        MessageAttributes: attributesOf(announcement),
        ...(fifo
          ? {
              MessageDeduplicationId: announcement.id,
              MessageGroupId: groupId(announcement),
            }
          : {}),
      });
      await sendOnce(() => sns.send(publish, { abortSignal: signal }));
    },
  };
}

function attributesOf({ id, change, subject, incident, installation }: Announcement) {
  const values = {
    announcementId: id,
    change,
    kind: incident.kind,
    subject: subjectName(subject),
    subjectType: subject.type,
    installation,
  };
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
  );
}

/** Letters, digits and punctuation, at most 128 of them (Publish API reference). */
function groupId({ subject }: Announcement): string {
  return subjectKey(subject)
    .replaceAll(/[^\x21-\x7e]/g, '_')
    .slice(-128);
}
