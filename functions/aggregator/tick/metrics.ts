import type { TickRecord } from '../store/store.ts';

/** The results of a tick that become metrics. */
export interface TickMetrics {
  /** The record of a completed tick. Absent: the tick failed. */
  record?: TickRecord;
  /** Failed attempts to send an announcement. */
  announcementsFailed: number;
  /** Announcements that were set aside because a receiver rejected the full and the short form. Default: 0. */
  announcementsRejected?: number;
  /** The vantages that were asked, and whether each one abstained. */
  vantages: { vantage: string; abstained: boolean }[];
}

export type Metrics = (metrics: TickMetrics) => void;

export interface EmfOptions {
  /** The value of the dimension `Service`: the name of the installation. */
  service: string;
  /** Adds `Abstained` by `Region`. Each region is one more custom metric, which costs money. */
  perRegion: boolean;
  clock?: () => Date;
  /** Writes one line. Default: to stdout. */
  write?: (line: string) => void;
}

const NAMESPACE = 'Synwhere';

/**
 * Writes metrics in CloudWatch's embedded metric format, one line of JSON each
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html).
 * Writes directly to stdout: Lambda's JSON logging wraps what `console` writes, and CloudWatch would find no metric in it.
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
      // CloudWatch charges for each hour in which a metric is written.
      ...(announcementsRejected > 0 ? { AnnouncementsRejected: announcementsRejected } : {}),
    });
    if (!perRegion || !record) return;
    for (const { vantage, abstained } of vantages) line({ Abstained: abstained ? 1 : 0 }, vantage);
  };
}

function toStdout(line: string): void {
  process.stdout.write(`${line}\n`);
}
