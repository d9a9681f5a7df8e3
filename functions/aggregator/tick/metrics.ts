import type { TickRecord } from '../store/store.ts';

/** What a tick came to, as numbers. */
export interface TickMetrics {
  /** The record of a completed tick; absent where the tick was skipped or failed. */
  record?: TickRecord;
  /** Attempts to announce that failed. */
  announcementsFailed: number;
  /** Announcements that were set aside, because a receiver rejected them in full and in short. Default: none. */
  announcementsRejected?: number;
  /** Vantages that were asked, with whether they abstained. */
  vantages: { vantage: string; abstained: boolean }[];
}

export type Metrics = (metrics: TickMetrics) => void;

export interface EmfOptions {
  /** The value of the one dimension `Service`: the name of the installation. */
  service: string;
  /** Adds `Abstained` by `Region`: each region is one more custom metric to pay for. */
  perRegion: boolean;
  clock?: () => Date;
  /** Writes one line; default stdout. */
  write?: (line: string) => void;
}

const NAMESPACE = 'Synwhere';

/**
 * Metrics in CloudWatch's embedded metric format, one line of JSON each
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html).
 * They go to stdout past `console`, which Lambda's JSON logging would wrap into a message, so that no metric came of it.
 */
export function emfMetrics({
  service,
  perRegion,
  clock = () => new Date(),
  write = toStdout,
}: EmfOptions): Metrics {
  const line = (values: Record<string, number>, region?: string): void => {
    const dimensions = region === undefined ? ['Service'] : ['Service', 'Region'];
    const units = Object.keys(values).map((name) => ({
      Name: name,
      Unit: name === 'TickMs' ? 'Milliseconds' : 'Count',
    }));
    write(
      JSON.stringify({
        _aws: {
          Timestamp: clock().getTime(),
          CloudWatchMetrics: [{ Namespace: NAMESPACE, Dimensions: [dimensions], Metrics: units }],
        },
        Service: service,
        ...(region === undefined ? {} : { Region: region }),
        ...values,
      }),
    );
  };
  return ({ record, announcementsFailed, announcementsRejected = 0, vantages }) => {
    line({
      ...(record
        ? {
            Ticks: 1,
            TargetsChecked: record.targets,
            TargetsNotAsExpected: record.notAsExpected,
            VantagesAbstaining: record.abstaining.length,
            OpenIncidents: record.openIncidents,
            TickMs: record.elapsedMs,
          }
        : {}),
      AnnouncementsFailed: announcementsFailed,
      // CloudWatch charges for the hours in which a metric is written.
      ...(announcementsRejected > 0 ? { AnnouncementsRejected: announcementsRejected } : {}),
    });
    if (!perRegion || !record) return;
    for (const { vantage, abstained } of vantages) line({ Abstained: abstained ? 1 : 0 }, vantage);
  };
}

function toStdout(line: string): void {
  process.stdout.write(`${line}\n`);
}
