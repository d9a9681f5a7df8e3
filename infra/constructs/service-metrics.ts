import { Duration } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';

const NAMESPACE = 'Synwhere';

/** What the aggregator writes at every tick (functions/aggregator, EMF), with the one dimension `Service`. */
export type ServiceMetric =
  | 'Ticks'
  | 'TargetsChecked'
  | 'TargetsNotAsExpected'
  | 'VantagesAbstaining'
  | 'OpenIncidents'
  | 'AnnouncementsFailed'
  | 'AnnouncementsRejected'
  | 'TickMs';

export function serviceMetric(
  service: string,
  metricName: ServiceMetric,
  statistic: string,
  minutes: number,
): Metric {
  return new Metric({
    namespace: NAMESPACE,
    metricName,
    dimensionsMap: { Service: service },
    statistic,
    period: Duration.minutes(minutes),
  });
}

/** Written only where `metrics.perRegion` is on. */
export function abstainedIn(service: string, vantage: string, minutes: number): Metric {
  return new Metric({
    namespace: NAMESPACE,
    metricName: 'Abstained',
    dimensionsMap: { Service: service, Region: vantage },
    statistic: Stats.MINIMUM,
    period: Duration.minutes(minutes),
  });
}

/** What Lambda itself counts, for nothing. `region` is where the function stands, for graphs over several regions. */
export function functionMetric(
  functionName: string,
  metricName: 'AsyncEventsReceived' | 'Errors' | 'Throttles' | 'Duration' | 'ConcurrentExecutions',
  statistic: string,
  region?: string,
): Metric {
  return new Metric({
    namespace: 'AWS/Lambda',
    metricName,
    dimensionsMap: { FunctionName: functionName },
    statistic,
    period: Duration.minutes(5),
    ...(region !== undefined && { region }),
  });
}
