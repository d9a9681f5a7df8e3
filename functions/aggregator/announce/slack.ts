import { NotTakenError, type Announcer } from './announcement.ts';
import { NEVER_LEFT } from './one-attempt.ts';
import { bodyText, subjectLine } from './text.ts';

/**
 * Posts each announcement to a Slack-compatible incoming webhook (`{"text": …}`; Slack, Mattermost, Rocket.Chat, Zulip and Discord's
 * `/slack` take it). The URL is a secret and never shows up in an error.
 */
export function slackAnnouncer(webhookUrl: string): Announcer {
  return {
    name: 'slack',
    async send(announcement, { mayRepeat, signal }) {
      const text = `*${escape(subjectLine(announcement, mayRepeat))}*\n${escape(bodyText(announcement, mayRepeat))}`;
      let response: Response;
      try {
        response = await fetch(webhookUrl, {
          method: 'POST',
          // One connection for one message, as in ONE_ATTEMPT.
          headers: { 'content-type': 'application/json', connection: 'close' },
          body: JSON.stringify({ text }),
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
      const Kind = response.status < 500 ? NotTakenError : Error;
      throw new Kind(`the webhook answered ${response.status}`);
    },
  };
}

/** https://api.slack.com/reference/surfaces/formatting#escaping */
function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
  return code ?? error.name;
}
