import type { Announcement } from '../incidents/announcement.ts';

/** How one announcement is sent this time. */
export interface Sending {
  /** An earlier attempt may have got through. */
  mayRepeat: boolean;
  signal: AbortSignal;
}

/** The receiver certainly did not take it: sending again repeats nothing. */
export class NotTakenError extends Error {
  override readonly name: string = 'NotTakenError';
}

/**
 * The receiver did not take it because of this message itself: too long, or text that it refuses. Others may get through. Of the
 * answers of HTTP these are 400, 413 and 422. All other answers of 4xx are about the channel, and every message meets them: who is
 * sending (401, 403, 407), where to (404, 405, 410), how (406, 411, 415), how fast (408, 425, 429).
 */
export class RejectedError extends NotTakenError {
  override readonly name = 'RejectedError';
}

/**
 * One way out. Rejects with an error whose message says in one line what went wrong: a {@link RejectedError} where the receiver
 * refused this message, a {@link NotTakenError} where it certainly did not get through for another reason, any other error where
 * this is not known. Never sends twice by itself.
 */
export interface Announcer {
  /** Unique among the announcers, stable over deployments: deliveries are remembered under it. */
  readonly name: string;
  /** Ends soon after `signal` aborts. */
  send(announcement: Announcement, sending: Sending): Promise<void>;
}
