import { randomUUID } from 'node:crypto';
import { MAX_CHECKS_AT_ONCE } from '../store/store.ts';
import type { Store } from '../store/store.ts';
import { logFault } from './problem.ts';
import { Problem } from './problem.ts';

/** Most checks take less time. A caller that retries too early gets the same answer. */
const RETRY_AFTER_SECONDS = 5;

/** Between the deadline of a check and the time at which its place is free again without a release. */
const MARGIN_MS = 5000;

/**
 * Takes a place for one check on demand. Resolves to the function that releases it, which never rejects. Rejects with a 429
 * {@link Problem} if {@link MAX_CHECKS_AT_ONCE} checks run. If the table does not answer, the check runs without a place: checks must
 * work during an outage of the database.
 */
export async function takePlace(store: Store, deadlineMs: number): Promise<() => Promise<void>> {
  const id = randomUUID();
  let taken: boolean;
  try {
    taken = await store.takeCheckPlace(id, deadlineMs + MARGIN_MS);
  } catch (error) {
    logFault('take a place for a check', error);
    return () => Promise.resolve();
  }
  if (taken) {
    return () =>
      store.releaseCheckPlace(id).catch((error: unknown) => logFault('release the place of a check', error));
  }
  throw new Problem(
    429,
    'too-many-checks',
    `${MAX_CHECKS_AT_ONCE} checks are running, which is the maximum; try again in ${RETRY_AFTER_SECONDS} seconds`,
    {
      headers: { 'retry-after': String(RETRY_AFTER_SECONDS) },
      extensions: { maxChecks: MAX_CHECKS_AT_ONCE },
    },
  );
}
