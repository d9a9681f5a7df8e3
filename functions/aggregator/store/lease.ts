import type { Lease, ServiceState } from './records.ts';
import type { Table } from './table.ts';

const PK = 'service';
const SK = 'lease';

/**
 * Takes the lease that prevents ticks from running at the same time. It is only an optimisation: the conditions on each state prevent
 * that something happens twice, even if clocks differ. The same item has the state of the service between ticks.
 *
 * A lease that was taken later than `leaseMs` from now comes from a clock that was set back since. It is ignored; otherwise no tick
 * would run until that time.
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
    heldBy: typeof holder?.['tick'] === 'string' ? holder['tick'] : 'of another process',
    until: new Date(typeof holder?.['untilMs'] === 'number' ? holder['untilMs'] : nowMs).toISOString(),
  };
}

/** Releases the lease of `owner`, and writes the state of the service after a completed tick. */
export async function releaseLease(table: Table, owner: string, service?: ServiceState): Promise<void> {
  const setService = service ? 'SET #sequence = :sequence, lastTickAt = :at ' : '';
  await table.update(PK, SK, `${setService}REMOVE #owner, tick, takenAtMs, untilMs`, {
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
