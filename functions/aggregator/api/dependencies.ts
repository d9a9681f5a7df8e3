import type { Configuration } from '../../../configuration/configuration.ts';
import type { Vantage } from '../vantages/vantage.ts';
import type { Store } from '../store/store.ts';

/** The dependencies of the routes. Created once per process. */
export interface ApiDependencies {
  configuration: Configuration;
  vantages: readonly Vantage[];
  store: Store;
  /** Requests need no signature, because the server is on loopback. Absent: they need one. */
  unsigned?: true;
  /** Returns one file of the status page by its path, `/` included. Absent: the page is not served. */
  page?: (path: string) => PageFile | undefined;
}

export interface PageFile {
  contentType: string;
  text: string;
}
