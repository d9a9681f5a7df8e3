import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Calls `tick` at once and then every `everyMs`, until `signal` aborts. A turn that is due while a tick still runs is skipped, so ticks
 * never overlap. `onError` receives the error of a failed tick, and the schedule continues.
 */
export async function runSchedule(
  everyMs: number,
  tick: (scheduledAt: Date) => Promise<void>,
  { signal, onError }: { signal: AbortSignal; onError: (error: unknown) => void },
): Promise<void> {
  const start = performance.now();
  for (let turn = 0; !signal.aborted;) {
    await tick(new Date()).catch((error: unknown) => {
      if (!signal.aborted) onError(error);
    });
    const elapsedMs = performance.now() - start;
    turn = Math.max(turn + 1, Math.ceil(elapsedMs / everyMs));
    await sleep(turn * everyMs - elapsedMs, undefined, { signal }).catch(() => {});
  }
}
