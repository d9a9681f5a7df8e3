import type { Announcement } from '../incidents/announcement.ts';

/** The conditions of one attempt to send an announcement. */
export interface Sending {
  /** An earlier attempt may have been delivered. */
  mayRepeat: boolean;
  signal: AbortSignal;
}

/** The receiver certainly did not accept the announcement, so another attempt is not a repeat. */
export class NotTakenError extends Error {
  override readonly name: string = 'NotTakenError';
}

/**
 * The receiver rejected this message: it is too long, or its text is not allowed. Other messages may be accepted. The HTTP statuses for
 * this are 400, 413 and 422. All other 4xx statuses are about the channel and apply to every message: the sender (401, 403, 407), the
 * address (404, 405, 410), the format (406, 411, 415), the rate (408, 425, 429).
 */
export class RejectedError extends NotTakenError {
  override readonly name = 'RejectedError';
}

/**
 * Sends announcements over one channel. Rejects with an error whose message is one line: a {@link RejectedError} if the receiver
 * rejected this message, a {@link NotTakenError} if it was certainly not delivered for another reason, or any other error if the
 * delivery is unknown. Never retries.
 */
export interface Announcer {
  /** Unique among the announcers. The same in all deployments, because deliveries are stored under it. */
  readonly name: string;
  /** Ends soon after `signal` aborts. */
  send(announcement: Announcement, sending: Sending): Promise<void>;
}
