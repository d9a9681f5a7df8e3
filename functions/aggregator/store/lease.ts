import type { Lease, ServiceState } from './records.ts';
import type { Table } from './table.ts';

const PK = 'service';
const SK = 'lease';

/**
 * One item holds the lease and what the service remembers between ticks. The lease only keeps ticks from piling up: what must
 * not happen twice is guarded by the conditions on each state, also where clocks disagree.
 *
 * A lease that was taken further in the future than a lease is long comes from a clock that was set back: it is not believed, or
 * nothing would be watched until that time.
 */
export async function takeLease(
  table: Table,
  { tick, owner, leaseMs, nowMs }: { tick: string; owner: string; leaseMs: number; nowMs: number },
): Promise<Lease> {
  const item = await table.update(
    PK,
    SK,
    'SET #owner = :owner, tick = :tick, takenAtMs = :now, untilMs = :until',
    {
      expression: 'attribute_not_exists(#owner) OR #owner = :owner OR untilMs <= :now OR takenAtMs > :soon',
      names: { '#owner': 'owner' },
      values: {
        ':owner': owner,
        ':tick': tick,
        ':now': nowMs,
        ':until': nowMs + leaseMs,
        ':soon': nowMs + leaseMs,
      },
    },
  );
  if (item) return { taken: true, service: serviceOf(item) };
  const holder = await table.get(PK, SK);
  return {
    taken: false,
    heldBy: typeof holder?.['tick'] === 'string' ? holder['tick'] : 'another',
    until: new Date(typeof holder?.['untilMs'] === 'number' ? holder['untilMs'] : nowMs).toISOString(),
  };
}

export async function releaseLease(table: Table, owner: string, service?: ServiceState): Promise<void> {
  const remember = service ? 'SET #sequence = :sequence, lastTickAt = :at ' : '';
  await table.update(PK, SK, `${remember}REMOVE #owner, tick, takenAtMs, untilMs`, {
    expression: '#owner = :owner',
    names: { '#owner': 'owner', ...(service ? { '#sequence': 'sequence' } : {}) },
    values: {
      ':owner': owner,
      ...(service ? { ':sequence': service.sequence, ':at': service.lastTickAt ?? null } : {}),
    },
  });
}

export async function readService(table: Table): Promise<ServiceState> {
  return serviceOf((await table.get(PK, SK)) ?? {});
}

function serviceOf(item: Record<string, unknown>): ServiceState {
  const { sequence, lastTickAt } = item;
  return {
    sequence: typeof sequence === 'number' ? sequence : 0,
    ...(typeof lastTickAt === 'string' ? { lastTickAt } : {}),
  };
}
