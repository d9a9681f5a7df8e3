import type { Server } from 'node:http';
import type { Iterators } from 'dynalite/db/index.js';

export interface DynaliteOptions {
  /** The directory of its LevelDB; absent: in memory. */
  path?: string;
  createTableMs?: number;
}

/**
 * Loads dynalite, and gives back what makes its server. Use this and not the package itself: dynalite 4.0.0 ends each Query, Scan
 * and list by the `return()` of a LevelDB iterator, and abstract-level's iterators have `close()` alone. So each Query leaves its
 * iterator open, with what it has read, and LevelDB keeps the files that it could still read. Dynalite takes no database of the
 * caller's, so the one that it opens is changed before its first request.
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

function closeOnReturn(db: Iterators): void {
  for (const method of ['keys', 'values'] as const) {
    const iterate = db[method].bind(db);
    db[method] = (options) => {
      const iterator = iterate(options);
      return Object.assign(iterator, { return: () => iterator.close() });
    };
  }
}
