import { randomUUID } from 'node:crypto';
import { Run } from './run.ts';
import type { Tick, TickParts, TickResult } from './tick-parts.ts';

export type { Tick, TickParts, TickResult } from './tick-parts.ts';

const LEAST_LEASE_MS = 50_000;
/** Between the end of a lease and the next tick. */
const AFTER_LEASE_MS = 10_000;

/**
 * One tick: check all targets, remember, announce what changed. It may be killed between any two of its steps, delivered twice,
 * and run beside another; docs/operate.md says what holds then. Rejects with a StoreError where it could not begin or read what was,
 * and with the check's error; also then it has tried to deliver what was waiting.
 */
export async function runTick(tick: Tick, parts: TickParts): Promise<TickResult> {
  const { store, clock = () => new Date() } = parts;
  const owner = randomUUID();
  const everyMs = parts.configuration.schedule.everyMinutes * 60_000;
  const leaseMs = parts.leaseMs ?? Math.max(LEAST_LEASE_MS, everyMs - AFTER_LEASE_MS);
  const lease = await store.takeLease(tick.id, owner, leaseMs);
  if (!lease.taken) {
    return skip(parts, `tick ${lease.heldBy} is still running, at the latest until ${lease.until}`);
  }
  const run = new Run(tick, parts, owner, clock, lease.service);
  try {
    if (await store.tickRecord(tick.id)) {
      await run.attempt('give the lease back', () => store.releaseLease(owner));
      return skip(parts, `tick ${tick.id} was done before`);
    }
    return await run.complete();
  } catch (error) {
    await run.attempt('give the lease back', () => store.releaseLease(owner));
    const { failed, setAside } = run.courier;
    parts.metrics({ announcementsFailed: failed, announcementsRejected: setAside, vantages: [] });
    throw error;
  }
}

function skip({ log }: TickParts, reason: string): TickResult {
  log?.(`tick skipped: ${reason}`);
  return { status: 'skipped', reason };
}
