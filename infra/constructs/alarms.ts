import {
  Alarm,
  ComparisonOperator,
  Stats,
  TreatMissingData,
  type AlarmProps,
  type Metric,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Configuration } from '../../configuration/configuration.ts';
import { aggregatorFunctionName } from '../names.ts';
import { abstainedIn, functionMetric, serviceMetric } from './service-metrics.ts';

/** The anchors of the runbook, one for each alarm. */
const RUNBOOK = 'docs/operate.md';

export interface AlarmsProps {
  configuration: Configuration;
  topic: ITopic;
}

type Condition = Required<
  Pick<AlarmProps, 'threshold' | 'evaluationPeriods' | 'comparisonOperator' | 'treatMissingData'>
> & { metric: Metric };

/** What a person is woken for. Each alarm leads to its page of the runbook and tells when it is over, too. */
export class Alarms extends Construct {
  readonly alarms: Alarm[] = [];
  readonly #name: string;
  readonly #action: SnsAction;

  constructor(scope: Construct, id: string, { configuration, topic }: AlarmsProps) {
    super(scope, id);
    const { name, schedule, alarms, metrics, regions } = configuration;
    this.#name = name;
    this.#action = new SnsAction(topic);
    const { everyMinutes, enabled } = schedule;
    const aggregator = aggregatorFunctionName(name);
    const ticksIn = (minutes: number): number => Math.ceil(minutes / everyMinutes);

    if (enabled) {
      this.#add('no-tick', `No tick was finished for ${alarms.noTickMinutes} min: nobody is watching.`, {
        metric: serviceMetric(name, 'Ticks', Stats.SUM, everyMinutes),
        comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
        threshold: 1,
        evaluationPeriods: ticksIn(alarms.noTickMinutes),
        // The dead man: where nothing is written at all, that is the alarm.
        treatMissingData: TreatMissingData.BREACHING,
      });
    }
    this.#add('errors', 'The aggregator crashed, ran out of time or answered with an error.', {
      ...atLeastOnce,
      metric: functionMetric(aggregator, 'Errors', Stats.SUM),
      evaluationPeriods: 1,
    });
    this.#add('throttles', 'Lambda turned the aggregator away: the concurrency of the account is used up.', {
      ...atLeastOnce,
      metric: functionMetric(aggregator, 'Throttles', Stats.SUM),
      evaluationPeriods: 1,
    });
    this.#add(
      'abstaining',
      `At least one region has abstained in every tick for ${alarms.abstainingMinutes} min.`,
      {
        ...atLeastOnce,
        metric: serviceMetric(name, 'VantagesAbstaining', Stats.MINIMUM, everyMinutes),
        evaluationPeriods: ticksIn(alarms.abstainingMinutes),
      },
    );
    this.#add('announcements-failed', 'Changes could not be announced for three ticks in a row.', {
      ...atLeastOnce,
      metric: serviceMetric(name, 'AnnouncementsFailed', Stats.SUM, everyMinutes),
      evaluationPeriods: 3,
    });
    for (const region of metrics.perRegion ? regions : []) {
      this.#add(
        `abstaining-${region}`,
        `${region} has abstained for ${alarms.abstainingMinutes} min.`,
        {
          ...atLeastOnce,
          metric: abstainedIn(name, region, everyMinutes),
          evaluationPeriods: ticksIn(alarms.abstainingMinutes),
        },
        'abstaining',
      );
    }
  }

  #add(id: string, what: string, condition: Condition, anchor = id): void {
    const alarm = new Alarm(this, id, {
      alarmName: `${this.#name}-${id}`,
      alarmDescription: `${what} Runbook: ${RUNBOOK}#${anchor}`,
      ...condition,
    });
    alarm.addAlarmAction(this.#action);
    alarm.addOkAction(this.#action);
    this.alarms.push(alarm);
  }
}

/** Where nothing is written, nothing is wrong: that nothing is written at all has an alarm of its own. */
const atLeastOnce = {
  comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  threshold: 1,
  treatMissingData: TreatMissingData.NOT_BREACHING,
};
