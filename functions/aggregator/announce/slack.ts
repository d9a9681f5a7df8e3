import { NotTakenError, RejectedError, type Announcer } from './announcer.ts';
import { chatText } from './chat-text.ts';
import { MESSAGE_STATUSES, NEVER_LEFT } from './one-attempt.ts';
import { bodyText, subjectLine } from './text.ts';
import type { WebhookUrl } from './webhook-url.ts';

/** How Slack and its like answer a webhook that was revoked, disabled or removed. */
const URL_REFUSED: ReadonlySet<number> = new Set([401, 403, 404, 410]);

/**
 * Slack makes no links of names and addresses by itself, and shows no previews of pages (chat.postMessage, `parse`, `link_names`,
 * `unfurl_links`, `unfurl_media`). Others ignore what they do not know.
 */
const PLAIN = { parse: 'none', link_names: false, unfurl_links: false, unfurl_media: false } as const;

/**
 * Posts each announcement to a Slack-compatible incoming webhook (`{"text": …}`; Slack, Mattermost, Rocket.Chat, Zulip and Discord's
 * `/slack` take it). The URL is a secret and never shows up in an error. It is asked for when there is something to send.
 */
export function slackAnnouncer(webhookUrl: WebhookUrl): Announcer {
  let refused = false;
  return {
    name: 'slack',
    async send(announcement, { mayRepeat, signal }) {
      const url = await webhookUrl(signal, refused).catch((error: unknown) => {
        throw new NotTakenError(error instanceof Error ? error.message : String(error), { cause: error });
      });
      const text = `*${chatText(subjectLine(announcement, mayRepeat))}*
${chatText(bodyText(announcement, mayRepeat))}`;
      let response: Response;
      try {
        response = await fetch(url, {
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
      refused = URL_REFUSED.has(response.status);
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
