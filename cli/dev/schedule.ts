import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Calls `tick` at once and then every `everyMs`, until `signal` aborts. Turns that come while a tick is still running are left out,
 * so that a slow one never piles up. A failed tick is told to `onError`, and the next one comes all the same.
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
