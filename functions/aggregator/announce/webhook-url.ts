import type { StoredSecret } from '../../../configuration/configuration.ts';
import { readStoredSecret, type StoreOptions } from '../secrets/stored-value.ts';

/**
 * Gives the URL of a webhook. `refused`: the receiver did not know the one that was given last. Rejects where there is none, with one
 * line that does not hold it.
 */
export type WebhookUrl = (signal: AbortSignal, refused: boolean) => Promise<string>;

/** A URL that was changed in the store is used after this time at the latest. */
const KEEP_MS = 15 * 60_000;
/** A URL that the receiver refuses is not read again sooner: several announcements of one tick may be refused. */
const REFUSED_KEEP_MS = 10_000;

/**
 * The URL that a store holds, read when it is first needed and kept in memory only. Where a kept URL has become old and the store does
 * not answer, the kept one is given.
 */
export function storedWebhookUrl(
  secret: StoredSecret,
  options: Omit<StoreOptions, 'signal'> = {},
  clock: () => number = Date.now,
): WebhookUrl {
  let kept: { url: string; readAt: number } | undefined;
  return async (signal, refused) => {
    if (kept && clock() - kept.readAt < (refused ? REFUSED_KEEP_MS : KEEP_MS)) return kept.url;
    try {
      const url = (await readStoredSecret(secret, { ...options, signal })).trim();
      if (!isWebhook(url)) throw new Error('what the store holds for the webhook is not an https URL');
      kept = { url, readAt: clock() };
    } catch (error) {
      if (!kept || refused) throw error;
    }
    return kept.url;
  };
}

/** Only an https URL, or an http URL on loopback, where the URL does not leave this machine. */
function isWebhook(text: string): boolean {
  const url = URL.parse(text);
  if (url === null) return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && url.hostname === '127.0.0.1');
}
