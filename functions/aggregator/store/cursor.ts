import { CursorError } from './errors.ts';

const PREFIX = 'v1:';

/** A place in a partition, as text that nobody is tempted to take apart. */
export function toCursor(sk: string): string {
  return Buffer.from(PREFIX + sk).toString('base64url');
}

/** Throws {@link CursorError} for anything that {@link toCursor} has not made. */
export function fromCursor(cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  if (!text.startsWith(PREFIX) || text.length > 1000 || text.length === PREFIX.length) {
    throw new CursorError('cursor: not one that was given here; leave it out to begin at the first page');
  }
  return text.slice(PREFIX.length);
}
