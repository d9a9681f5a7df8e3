import { NotTakenError, RejectedError, type Announcer } from './announcement.ts';
import { chatText } from './chat-text.ts';
import { MESSAGE_STATUSES, NEVER_LEFT } from './one-attempt.ts';
import { bodyText, subjectLine } from './text.ts';

/**
 * Slack makes no links of names and addresses by itself, and shows no previews of pages (chat.postMessage, `parse`, `link_names`,
 * `unfurl_links`, `unfurl_media`). Others ignore what they do not know.
 */
const PLAIN = { parse: 'none', link_names: false, unfurl_links: false, unfurl_media: false } as const;

/**
 * Posts each announcement to a Slack-compatible incoming webhook (`{"text": …}`; Slack, Mattermost, Rocket.Chat, Zulip and Discord's
 * `/slack` take it). The URL is a secret and never shows up in an error.
 */
export function slackAnnouncer(webhookUrl: string): Announcer {
  return {
    name: 'slack',
    async send(announcement, { mayRepeat, signal }) {
      const text = `*${chatText(subjectLine(announcement, mayRepeat))}*\n${chatText(bodyText(announcement, mayRepeat))}`;
      let response: Response;
      try {
        response = await fetch(webhookUrl, {
          method: 'POST',
          // One connection for one message, as in ONE_ATTEMPT.
          headers: { 'content-type': 'application/json', connection: 'close' },
          body: JSON.stringify({ text, ...PLAIN }),
          redirect: 'error',
          signal,
        });
        await response.body?.cancel();
      } catch (error) {
        const reason = reasonOf(error);
        const Kind = NEVER_LEFT.has(reason) ? NotTakenError : Error;
        throw new Kind(`the webhook did not answer: ${reason}`, { cause: error });
      }
      if (response.ok) return;
      const { status } = response;
      const Kind = MESSAGE_STATUSES.has(status) ? RejectedError : status < 500 ? NotTakenError : Error;
      throw new Kind(`the webhook answered ${status}`);
    },
  };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
  return code ?? error.name;
}
