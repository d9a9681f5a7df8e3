import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  Stats,
  type Alarm,
  type IMetric,
  type IWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { Configuration } from '../../configuration/configuration.ts';
import type { DeployedProbe } from '../../configuration/probes.ts';
import { aggregatorFunctionName } from '../names.ts';
import { abstainedIn, functionMetric, serviceMetric } from './service-metrics.ts';

export interface ServiceDashboardProps {
  configuration: Configuration;
  probes: readonly DeployedProbe[];
  alarms: readonly Alarm[];
}

const WIDTH = 24;

/** One page: what is wrong with the targets, what is wrong with the watch itself, and every region beside the others. */
export class ServiceDashboard extends Construct {
  constructor(scope: Construct, id: string, { configuration, probes, alarms }: ServiceDashboardProps) {
    super(scope, id);
    const { name, schedule, metrics } = configuration;
    const minutes = Math.max(5, schedule.everyMinutes);
    const service = (metric: Parameters<typeof serviceMetric>[1], statistic: string): IMetric =>
      serviceMetric(name, metric, statistic, minutes);
    const aggregator = aggregatorFunctionName(name);
    const inRegions = (metric: 'Errors' | 'Throttles' | 'Duration', statistic: string): IMetric[] =>
      probes.map((probe) =>
        functionMetric(probe.functionName, metric, statistic, probe.region).with({ label: probe.name }),
      );
    const regional = [
      row([
        graph('Probe errors', inRegions('Errors', Stats.SUM)),
        graph('Probe throttles', inRegions('Throttles', Stats.SUM)),
        graph('Probe duration, p95 (ms)', inRegions('Duration', Stats.percentile(95))),
      ]),
    ];
    if (metrics.perRegion) {
      regional.push(
        row([
          graph(
            'Abstained',
            probes.map((probe) => abstainedIn(name, probe.name, minutes)),
          ),
        ]),
      );
    }
    // oxlint-disable-next-line no-new -- a construct enters the tree by its constructor
    new Dashboard(this, 'Dashboard', {
      dashboardName: name,
      widgets: [
        [new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: WIDTH, height: 3 })],
        row([
          graph('Targets', [
            service('TargetsChecked', Stats.MAXIMUM),
            service('TargetsNotAsExpected', Stats.MAXIMUM),
          ]),
          graph('Open incidents', [service('OpenIncidents', Stats.MAXIMUM)]),
          graph('Regions that abstain', [service('VantagesAbstaining', Stats.MAXIMUM)]),
        ]),
        row([
          graph('Ticks', [service('Ticks', Stats.SUM)]),
          graph('A tick (ms)', [service('TickMs', Stats.percentile(50)), service('TickMs', Stats.MAXIMUM)]),
          graph('Announcements that failed, and that were set aside', [
            service('AnnouncementsFailed', Stats.SUM),
            service('AnnouncementsRejected', Stats.SUM),
          ]),
        ]),
        row([
          graph('Aggregator errors and throttles', [
            functionMetric(aggregator, 'Errors', Stats.SUM),
            functionMetric(aggregator, 'Throttles', Stats.SUM),
          ]),
          graph('Aggregator duration (ms)', [
            functionMetric(aggregator, 'Duration', Stats.percentile(50)),
            functionMetric(aggregator, 'Duration', Stats.MAXIMUM),
          ]),
          graph('Aggregators at once', [functionMetric(aggregator, 'ConcurrentExecutions', Stats.MAXIMUM)]),
        ]),
        ...regional,
      ],
    });
  }
}

function graph(title: string, left: IMetric[]): (width: number) => IWidget {
  return (width) => new GraphWidget({ title, left, width, height: 6, leftYAxis: { min: 0 } });
}

function row(widgets: ((width: number) => IWidget)[]): IWidget[] {
  return widgets.map((widget) => widget(Math.floor(WIDTH / widgets.length)));
}
