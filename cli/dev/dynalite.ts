import { once } from 'node:events';
import type { Server } from 'node:http';
import type { Iterators } from 'dynalite/db/index.js';

export interface DynaliteOptions {
  /** The directory of its LevelDB; absent: in memory. */
  path?: string;
  createTableMs?: number;
}

/**
 * Loads dynalite and resolves to the function that makes its server. Use this function instead of the package: dynalite 4.0.0 ends
 * each Query, Scan and list by the `return()` of a LevelDB iterator, but the iterators of abstract-level have only `close()`. So each
 * Query leaves its iterator open, with the data that it has read, and LevelDB keeps the files that the iterator could still read.
 * Dynalite does not take a database from its caller, so the database that it opens is changed before the first request.
 */
export async function loadDynalite(): Promise<(options: DynaliteOptions) => Server> {
  const [{ default: dynalite }, { default: databases }] = await Promise.all([
    import('dynalite'),
    import('dynalite/db/index.js'),
  ]);
  const { create } = databases;
  return (options) => {
    databases.create = (given) => {
      const store = create(given);
      closeOnReturn(store.db);
      return store;
    };
    try {
      return dynalite(options);
    } finally {
      databases.create = create;
    }
  };
}

/** Makes a server listen on a free port of loopback, and resolves to its address. */
export async function listenOnLoopback(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return `http://127.0.0.1:${address.port}`;
}

function closeOnReturn(db: Iterators): void {
  for (const method of ['keys', 'values'] as const) {
    const iterate = db[method].bind(db);
    db[method] = (options) => {
      const iterator = iterate(options);
      return Object.assign(iterator, { return: () => iterator.close() });
    };
  }
}
