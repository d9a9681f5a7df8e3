import type { StoredSecret } from '../../../configuration/configuration.ts';
import { readStoredSecret, type SecretOptions } from './stored-secret.ts';

/**
 * Resolves to the URL of a webhook. `refused`: the receiver did not know the URL of the last call. Rejects with one line if there is no
 * URL. The line never has the URL.
 */
export type WebhookUrl = (signal: AbortSignal, refused: boolean) => Promise<string>;

/** The URL is read again after this time, so a change in the store is used within it. */
const KEEP_MS = 15 * 60_000;
/** A refused URL is read again only after this time, because several announcements of one tick may be refused. */
const REFUSED_KEEP_MS = 10_000;

/**
 * The URL from a secret store. It is read when it is first needed and kept only in memory. If it must be read again and the store does
 * not answer, the old one is used.
 */
export function storedWebhookUrl(
  secret: StoredSecret,
  options: Omit<SecretOptions, 'signal'> = {},
  clock: () => number = Date.now,
): WebhookUrl {
  let kept: { url: string; readAt: number } | undefined;
  return async (signal, refused) => {
    if (kept && clock() - kept.readAt < (refused ? REFUSED_KEEP_MS : KEEP_MS)) return kept.url;
    try {
      const url = (await readStoredSecret(secret, { ...options, signal })).trim();
      if (!isWebhook(url)) throw new Error('the stored webhook is not an https URL');
      kept = { url, readAt: clock() };
    } catch (error) {
      if (!kept || refused) throw error;
    }
    return kept.url;
  };
}

/** An https URL, or an http URL on loopback, which does not leave this machine. */
function isWebhook(text: string): boolean {
  const url = URL.parse(text);
  if (url === null) return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && url.hostname === '127.0.0.1');
}
