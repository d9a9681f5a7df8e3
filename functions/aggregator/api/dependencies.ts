import type { Configuration } from '../../../configuration/configuration.ts';
import type { Vantage } from '../vantages/vantage.ts';
import type { Store } from '../store/store.ts';

/** What the routes work with, made once per process. */
export interface ApiDependencies {
  configuration: Configuration;
  vantages: readonly Vantage[];
  store: Store;
  /** Whether requests need no signature, because the server is on loopback. Absent: they need one. */
  unsigned?: true;
  /** One file of the status page by its path, `/` included; absent where the page is not served. */
  page?: (path: string) => PageFile | undefined;
}

export interface PageFile {
  contentType: string;
  text: string;
}
