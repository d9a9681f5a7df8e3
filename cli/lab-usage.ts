import { UsageError } from './usage-error.ts';

/** Runs work in the lab. Its LabErrors become UsageErrors: the user can resolve them. */
export async function labErrorsAsUsage<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error && error.name === 'LabError') throw new UsageError(error.message);
    throw error;
  }
}
