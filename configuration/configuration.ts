import type { FileContent } from './schema.ts';

/** `synwhere.yaml` after validation, with every default. The names of keys have the units. */
export interface Configuration extends FileContent {
  /** The region of the aggregator, its table and its topics. */
  home: string;
  alarms: Required<FileContent['alarms']>;
}

/** A time in which no announcements about a target are sent. */
export type MaintenanceWindow = Configuration['incidents']['maintenance'][number];

/** Where a secret is kept: exactly one of `parameter` and `secret`. */
export type StoredSecret = NonNullable<Configuration['announce']['slackWebhook']>;
