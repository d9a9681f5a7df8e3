import { pathToFileURL } from 'node:url';

/** What the parent asks: an event for the handler, or what the process has used so far. */
export type Ask = { id: number; event: unknown; remainingMs: number } | { id: number; usage: true };

/** CPU is user and system time of the whole process, start included. */
export interface Usage {
  cpuMs: number;
  mostMemoryMiB: number;
}

export type Reply = { id: number } & ({ result: unknown } | { error: string } | { usage: Usage });

interface Bundle {
  handler: (event: unknown, context: { getRemainingTimeInMillis: () => number }) => Promise<unknown>;
}

// Stands in for Lambda's runtime: one process, one module, events in, answers out.
const { handler }: Bundle = await import(pathToFileURL(process.argv[2] ?? '').href);

process.on('message', (ask: Ask) => {
  void answer(ask).then((reply) => process.send?.(reply));
});
process.on('disconnect', () => process.exit());

async function answer(ask: Ask): Promise<Reply> {
  const { id } = ask;
  if ('usage' in ask) return { id, usage: usage() };
  const endsAt = performance.now() + ask.remainingMs;
  try {
    const result = await handler(ask.event, { getRemainingTimeInMillis: () => endsAt - performance.now() });
    return { id, result };
  } catch (error) {
    return { id, error: error instanceof Error ? error.message : String(error) };
  }
}

function usage(): Usage {
  const { user, system } = process.cpuUsage();
  return { cpuMs: (user + system) / 1000, mostMemoryMiB: process.resourceUsage().maxRSS / 1024 };
}
