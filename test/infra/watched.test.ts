import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { asText, isRecord, synthesised } from './synthesised.ts';

const TARGETS = 'regions: [eu-west-1, us-east-1]\ntargets: [a.example:1]\n';

function alarmsOf(yaml: string): Map<string, Record<string, unknown>> {
  const { home } = synthesised(yaml);
  const alarms = Object.values(home.findResources('AWS::CloudWatch::Alarm'));
  return new Map(
    alarms.map(({ Properties: properties }) => [
      asText(properties['AlarmName']),
      isRecord(properties) ? properties : {},
    ]),
  );
}

/** One metric of an expression, as the sum of each minute. */
function summed(namespace: string, metricName: string, dimension: string, value: string) {
  return {
    MetricStat: {
      Metric: {
        Namespace: namespace,
        MetricName: metricName,
        Dimensions: [{ Name: dimension, Value: value }],
      },
      Period: 60,
      Stat: 'Sum',
    },
    ReturnData: false,
  };
}

describe('alarms', () => {
  test('there is one for each fault of the service itself', () => {
    const alarms = alarmsOf(TARGETS);
    const facts = [...alarms]
      .slice(1)
      .map(([name, alarm]) => [
        name,
        `${asText(alarm['Namespace'])}/${asText(alarm['MetricName'])}`,
        asText(alarm['Statistic']),
        asText(alarm['Dimensions']),
        `${asText(alarm['EvaluationPeriods'])} x ${asText(alarm['Period'])} s`,
        asText(alarm['TreatMissingData']),
      ]);
    const service = '[{"Name":"Service","Value":"synwhere"}]';
    const aggregator = '[{"Name":"FunctionName","Value":"synwhere-aggregator"}]';
    expect(facts).toEqual([
      ['synwhere-errors', 'AWS/Lambda/Errors', 'Sum', aggregator, '1 x 300 s', 'notBreaching'],
      ['synwhere-throttles', 'AWS/Lambda/Throttles', 'Sum', aggregator, '1 x 300 s', 'notBreaching'],
      ['synwhere-abstaining', 'Synwhere/VantagesAbstaining', 'Minimum', service, '15 x 60 s', 'notBreaching'],
      [
        'synwhere-announcements-failed',
        'Synwhere/AnnouncementsFailed',
        'Sum',
        service,
        '3 x 60 s',
        'notBreaching',
      ],
    ]);
  });

  // Its behaviour is tested in no-tick-alarm.test.ts.
  test('the one on missing ticks is an expression of the invocations by the schedule and the finished ticks', () => {
    const [[name, alarm] = ['', {}]] = alarmsOf(TARGETS);
    expect(name).toBe('synwhere-no-tick');
    expect(alarm).toMatchObject({
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      EvaluationPeriods: 6,
      TreatMissingData: 'ignore',
      Metrics: [
        { Expression: 'IF(FILL(calls, REPEAT) > 0, FILL(ticks, 0))' },
        {
          Id: 'calls',
          ...summed('AWS/Lambda', 'AsyncEventsReceived', 'FunctionName', 'synwhere-aggregator'),
        },
        { Id: 'ticks', ...summed('Synwhere', 'Ticks', 'Service', 'synwhere') },
      ],
    });
    expect(alarm).not.toHaveProperty('DatapointsToAlarm');
  });

  test('no alarm evaluates more than a day, and the one on missing ticks evaluates more than one period', () => {
    const longest = `${TARGETS}alarms: { noTickMinutes: 1440, abstainingMinutes: 1440 }`;
    for (const yaml of [
      longest,
      `${longest}\nschedule: { everyMinutes: 60 }`,
      `${TARGETS}alarms: { noTickMinutes: 2 }`,
    ]) {
      for (const [name, alarm] of alarmsOf(yaml)) {
        const [, { MetricStat: stat = {} } = {}] = Array.isArray(alarm['Metrics'])
          ? alarm['Metrics'].filter(isRecord)
          : [];
        const period = Number(alarm['Period'] ?? (isRecord(stat) ? stat['Period'] : NaN));
        const periods = Number(alarm['EvaluationPeriods']);
        expect(period * periods, name).toBeLessThanOrEqual(86_400);
        if (name === 'synwhere-no-tick') expect(periods).toBeGreaterThan(2);
      }
    }
  });

  test('each publishes its start and its end to the topic, and links to its section of the runbook', () => {
    for (const [name, alarm] of alarmsOf(`${TARGETS}metrics: { perRegion: true }`)) {
      expect([name, asText(alarm['AlarmActions'])]).toEqual([
        name,
        expect.stringContaining('AnnouncementsTopic'),
      ]);
      expect(asText(alarm['OKActions'])).toContain('AnnouncementsTopic');
      expect(asText(alarm['AlarmDescription'])).toMatch(/ Runbook: docs\/operate\.md#[a-z-]+$/);
    }
  });

  test('every link has a heading', () => {
    const file = new URL('../../docs/operate.md', import.meta.url);
    expect(existsSync(file)).toBe(true);
    const anchors = [...readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\w -]/g, '')
        .trim()
        .replaceAll(' ', '-'),
    );
    const explicit = [...readFileSync(file, 'utf8').matchAll(/<a (?:id|name)="([^"]+)"/g)].map(
      ([, id = '']) => id,
    );
    const links = [...alarmsOf(TARGETS).values()].map(
      (alarm) => asText(alarm['AlarmDescription']).split('#')[1] ?? '',
    );
    expect(links.filter((link) => !anchors.includes(link) && !explicit.includes(link))).toEqual([]);
  });

  test('periods follow the ticks', () => {
    const alarms = alarmsOf(`${TARGETS}schedule: { everyMinutes: 10 }`);
    expect(alarms.get('synwhere-no-tick')).toMatchObject({
      Metrics: [{}, { MetricStat: { Period: 600 } }, { MetricStat: { Period: 600 } }],
      EvaluationPeriods: 4,
    });
    expect(alarms.get('synwhere-abstaining')).toMatchObject({ Period: 600, EvaluationPeriods: 3 });
  });

  test('a disabled schedule has no alarm on missing ticks', () => {
    expect([...alarmsOf(`${TARGETS}schedule: { enabled: false }`).keys()]).not.toContain('synwhere-no-tick');
  });

  test('a region has its own alarm only if the configuration enables it', () => {
    const alarm = alarmsOf(`${TARGETS}metrics: { perRegion: true }`).get('synwhere-abstaining-us-east-1');
    expect(alarm).toMatchObject({
      MetricName: 'Abstained',
      Dimensions: [
        { Name: 'Region', Value: 'us-east-1' },
        { Name: 'Service', Value: 'synwhere' },
      ],
    });
    expect([...alarmsOf(TARGETS).keys()].join()).not.toContain('us-east-1');
  });
});

describe('the dashboard', () => {
  test('shows the targets, the service and every region', () => {
    const { home } = synthesised(TARGETS);
    const [dashboard] = Object.values(home.findResources('AWS::CloudWatch::Dashboard'));
    expect(dashboard?.['Properties']['DashboardName']).toBe('synwhere');
    const body: unknown = JSON.parse(asText(dashboard?.['Properties']['DashboardBody']));
    const widgets = isRecord(body) && Array.isArray(body['widgets']) ? body['widgets'].filter(isRecord) : [];
    const text = JSON.stringify(widgets);
    for (const metric of [
      'Ticks',
      'TargetsChecked',
      'TargetsNotAsExpected',
      'OpenIncidents',
      'VantagesAbstaining',
      'TickMs',
    ]) {
      expect(text).toContain(`"Synwhere","${metric}","Service","synwhere"`);
    }
    expect(text).toContain('"FunctionName","synwhere-probe",{"label":"us-east-1","region":"us-east-1"');
    const widths = widgets.map(({ x, width }) => Number(x) + Number(width));
    expect(Math.max(...widths)).toBe(24);
  });
});
