import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  MathExpression,
  Stats,
  TreatMissingData,
  type AlarmProps,
  type IMetric,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Configuration } from '../../configuration/configuration.ts';
import type { DeployedProbe } from '../../configuration/probes.ts';
import { aggregatorFunctionName } from '../names.ts';
import { abstainedIn, functionMetric, serviceMetric } from './service-metrics.ts';

/** The anchors of the runbook, one for each alarm. */
const RUNBOOK = 'docs/operate.md';

export interface AlarmsProps {
  configuration: Configuration;
  probes: readonly DeployedProbe[];
  topic: ITopic;
}

type Condition = Required<
  Pick<AlarmProps, 'threshold' | 'evaluationPeriods' | 'comparisonOperator' | 'treatMissingData'>
> & { metric: IMetric };

/** What a person is woken for. Each alarm leads to its page of the runbook and tells when it is over, too. */
export class Alarms extends Construct {
  readonly alarms: Alarm[] = [];
  readonly #name: string;
  readonly #action: SnsAction;

  constructor(scope: Construct, id: string, { configuration, probes, topic }: AlarmsProps) {
    super(scope, id);
    const { name, schedule, alarms, metrics } = configuration;
    this.#name = name;
    this.#action = new SnsAction(topic);
    const { everyMinutes, enabled } = schedule;
    const aggregator = aggregatorFunctionName(name);
    const ticksIn = (minutes: number): number => Math.ceil(minutes / everyMinutes);

    if (enabled) {
      this.#add(
        'no-tick',
        `No tick was finished for ${alarms.noTickMinutes} min: the targets are not watched.`,
        noTick(name, everyMinutes, alarms.noTickMinutes),
      );
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
    for (const { name: vantage } of metrics.perRegion ? probes : []) {
      this.#add(
        `abstaining-${vantage}`,
        `${vantage} has abstained for ${alarms.abstainingMinutes} min.`,
        {
          ...atLeastOnce,
          metric: abstainedIn(name, vantage, everyMinutes),
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

/** A day: evaluation periods of less than an hour cover no more (PutMetricAlarm, `EvaluationPeriods`). */
const LONGEST_MINUTES = 1440;

/**
 * That no tick was finished for `noTickMinutes`. It rings when that time has passed, at the latest two ticks after it.
 *
 * - `calls` is what Lambda took from the schedule (`AsyncEventsReceived`), `ticks` what was finished. A period has the value 0 from the
 *   first call on, as long as no tick was finished in it. So it does not matter why none was: no call, a crash, a throttle.
 * - Before the first call after a deployment there is no value at all, for `FILL(…, REPEAT)` repeats the value before the gap and there
 *   is none, and `IF` drops what its condition has no value for (CloudWatch User Guide, "Using math expressions"). An alarm that
 *   ignores missing data keeps its state then: it stays quiet, and needs all its periods after the first call to ring.
 * - Missing data as `breaching` would ring at once after a deployment, and late afterwards: CloudWatch looks at more periods than the
 *   alarm evaluates, and treats none as missing while enough of them have data ("Configuring how CloudWatch alarms treat missing
 *   data").
 * - One period more than the time holds: the data of the newest period may still be on its way, which `FILL` takes for 0.
 * - When the data of the last call leaves what CloudWatch looks at, there is no value any more, and the alarm keeps its state: it goes
 *   on ringing until a tick is finished.
 */
export function noTick(service: string, everyMinutes: number, noTickMinutes: number): Condition {
  const evaluationPeriods = Math.min(
    Math.ceil(noTickMinutes / everyMinutes) + 1,
    Math.floor(LONGEST_MINUTES / everyMinutes),
  );
  return {
    metric: new MathExpression({
      expression: 'IF(FILL(calls, REPEAT) > 0, FILL(ticks, 0))',
      label: 'Ticks finished',
      period: Duration.minutes(everyMinutes),
      usingMetrics: {
        calls: functionMetric(aggregatorFunctionName(service), 'AsyncEventsReceived', Stats.SUM),
        ticks: serviceMetric(service, 'Ticks', Stats.SUM, everyMinutes),
      },
    }),
    comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
    threshold: 1,
    evaluationPeriods,
    treatMissingData: TreatMissingData.IGNORE,
  };
}

/** Where nothing is written, nothing is wrong: that nothing is written at all has an alarm of its own. */
const atLeastOnce = {
  comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  threshold: 1,
  treatMissingData: TreatMissingData.NOT_BREACHING,
};
