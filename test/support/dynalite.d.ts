/** The part of dynalite that we use. The package has no types. */
declare module 'dynalite' {
  import type { Server } from 'node:http';
  export default function dynalite(options?: {
    path?: string;
    createTableMs?: number;
    deleteTableMs?: number;
    updateTableMs?: number;
  }): Server;
}

/** The module of dynalite that opens the database of a server. */
declare module 'dynalite/db/index.js' {
  /** The part of an abstract-level database that dynalite uses to iterate. */
  export interface Iterators {
    keys(options?: object): { close(): Promise<void> };
    values(options?: object): { close(): Promise<void> };
  }
  const module: { create: (options?: object) => { db: Iterators } };
  export default module;
}
