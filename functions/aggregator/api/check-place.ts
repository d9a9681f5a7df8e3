import { randomUUID } from 'node:crypto';
import { MAX_CHECKS_AT_ONCE } from '../store/store.ts';
import type { Store } from '../store/store.ts';
import { logFault } from './problem.ts';
import { Problem } from './problem.ts';

/** Most checks take less; a caller that tries again too early gets the same answer. */
const RETRY_AFTER_SECONDS = 5;

/** Between the deadline of a check and the time at which its place is free again, also without being given back. */
const MARGIN_MS = 5000;

/**
 * Takes a place for one check on demand and resolves to the function that gives it back, which never rejects. Throws a 429
 * {@link Problem} where {@link MAX_CHECKS_AT_ONCE} checks run. Where the table does not answer, the check runs without a place:
 * an outage of the database is no reason to say nothing about a target.
 */
export async function takePlace(store: Store, deadlineMs: number): Promise<() => Promise<void>> {
  const id = randomUUID();
  let taken: boolean;
  try {
    taken = await store.takeCheckPlace(id, deadlineMs + MARGIN_MS);
  } catch (error) {
    logFault('taking a place for a check', error);
    return () => Promise.resolve();
  }
  if (taken) {
    return () =>
      store
        .releaseCheckPlace(id)
        .catch((error: unknown) => logFault('giving the place of a check back', error));
  }
  throw new Problem(
    429,
    'too-many-checks',
    `${MAX_CHECKS_AT_ONCE} checks are running, which is the most at once; try again in ${RETRY_AFTER_SECONDS} seconds`,
    {
      headers: { 'retry-after': String(RETRY_AFTER_SECONDS) },
      extensions: { maxChecks: MAX_CHECKS_AT_ONCE },
    },
  );
}
