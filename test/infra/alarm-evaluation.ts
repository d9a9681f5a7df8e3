import { asText, isRecord } from './synthesised.ts';

export type AlarmState = 'INSUFFICIENT_DATA' | 'OK' | 'ALARM';

/** The value of one period; undefined if it has none. */
export type Series = readonly (number | undefined)[];

/** An alarm below a threshold, read from a template. */
export interface EvaluatedAlarm {
  evaluationPeriods: number;
  periodMinutes: number;
  treatMissingData: string;
  /** Computed from the values of each metric by its id, oldest first. */
  values(metrics: Readonly<Record<string, Series>>): Series;
}

/** Reads the alarm on missing ticks from a template. Supports the one expression that it may have, and a plain metric. */
export function readAlarm(alarm: Record<string, unknown>): EvaluatedAlarm {
  const queries = Array.isArray(alarm['Metrics']) ? alarm['Metrics'].filter(isRecord) : [];
  const expression = queries.find((query) => 'Expression' in query)?.['Expression'];
  const [period] = queries.flatMap(({ MetricStat: stat }) => (isRecord(stat) ? [stat['Period']] : []));
  const evaluated = {
    evaluationPeriods: Number(alarm['EvaluationPeriods']),
    periodMinutes: Number(period ?? alarm['Period']) / 60,
    treatMissingData: asText(alarm['TreatMissingData']),
  };
  if (expression === undefined) return { ...evaluated, values: ({ ticks = [] }) => ticks };
  if (expression !== 'IF(FILL(calls, REPEAT) > 0, FILL(ticks, 0))') {
    throw new Error(`this expression is not known here: ${asText(expression)}`);
  }
  return {
    ...evaluated,
    values({ calls = [], ticks = [] }) {
      const repeated = fillRepeat(calls);
      return ticks.map((value, index) => ((repeated[index] ?? 0) > 0 ? (value ?? 0) : undefined));
    },
  };
}

/** `FILL(series, REPEAT)`: "the most recent actual value of the metric before the missing value". */
function fillRepeat(series: Series): Series {
  let last: number | undefined;
  return series.map((value) => (last = value ?? last));
}

/**
 * The state after one evaluation, by the rules of the CloudWatch User Guide, "Configuring how CloudWatch alarms treat missing data".
 *
 * @param range the values of the evaluation range, oldest first; it has more periods than the alarm evaluates
 */
export function evaluate(alarm: EvaluatedAlarm, range: Series, state: AlarmState): AlarmState {
  const { evaluationPeriods: wanted, treatMissingData } = alarm;
  const real = range.filter((value) => value !== undefined).slice(-wanted);
  const breaching = real.filter((value) => value < 1).length;
  // Enough data: how missing data is treated does not matter.
  if (real.length === wanted) return breaching === wanted ? 'ALARM' : 'OK';
  if (breaching < real.length) return 'OK';
  if (treatMissingData === 'breaching') return 'ALARM';
  if (treatMissingData === 'notBreaching') return 'OK';
  // Only breaching data, and fewer values than required. The oldest value is old enough, so the alarm does not wait for more.
  const oldest = range.findIndex((value) => value !== undefined);
  if (oldest !== -1 && range.length - oldest >= wanted) return 'ALARM';
  return treatMissingData === 'missing' ? 'INSUFFICIENT_DATA' : state;
}
