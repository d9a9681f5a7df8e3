import { pathToFileURL } from 'node:url';

/** What the parent sends: an event for the handler, or a query for the usage so far. */
export type Query = { id: number; event: unknown; remainingMs: number } | { id: number; usage: true };

/** CPU is user and system time of the whole process, start included. */
export interface Usage {
  cpuMs: number;
  mostMemoryMiB: number;
}

export type Reply = { id: number } & ({ result: unknown } | { error: string } | { usage: Usage });

interface Bundle {
  handler: (event: unknown, context: { getRemainingTimeInMillis: () => number }) => Promise<unknown>;
}

// Replaces Lambda's runtime: one process loads one module, receives events and sends results.
const { handler }: Bundle = await import(pathToFileURL(process.argv[2] ?? '').href);

process.on('message', (query: Query) => {
  void answer(query).then((reply) => process.send?.(reply));
});
process.on('disconnect', () => process.exit());

async function answer(query: Query): Promise<Reply> {
  const { id } = query;
  if ('usage' in query) return { id, usage: usage() };
  const endsAt = performance.now() + query.remainingMs;
  try {
    const result = await handler(query.event, { getRemainingTimeInMillis: () => endsAt - performance.now() });
    return { id, result };
  } catch (error) {
    return { id, error: error instanceof Error ? error.message : String(error) };
  }
}

function usage(): Usage {
  const { user, system } = process.cpuUsage();
  return { cpuMs: (user + system) / 1000, mostMemoryMiB: process.resourceUsage().maxRSS / 1024 };
}
