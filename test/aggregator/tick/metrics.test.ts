import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { emfMetrics, type TickMetrics } from '../../../functions/aggregator/tick/metrics.ts';

const DONE: TickMetrics = {
  record: {
    id: 't',
    scheduledAt: '2026-05-01T10:00:00.000Z',
    startedAt: '2026-05-01T10:00:00.000Z',
    elapsedMs: 4321,
    targets: 12,
    notAsExpected: 2,
    abstaining: ['us-east-1'],
    openIncidents: 3,
  },
  announcementsFailed: 1,
  vantages: [
    { vantage: 'eu-west-1', abstained: false },
    { vantage: 'us-east-1', abstained: true },
  ],
};

interface Emf {
  _aws: {
    Timestamp: number;
    CloudWatchMetrics: {
      Namespace: string;
      Dimensions: string[][];
      Metrics: { Name: string; Unit: string }[];
    }[];
  };
  [name: string]: unknown;
}

function linesOf(metrics: TickMetrics, perRegion = false): Emf[] {
  const lines: Emf[] = [];
  const write = (line: string): void => {
    const emf: Emf = JSON.parse(line);
    lines.push(emf);
  };
  emfMetrics({ service: 'synwhere', perRegion, clock: () => new Date(1_777_629_600_000), write })(metrics);
  return lines;
}

describe('a tick', () => {
  test('is one line with one dimension', () => {
    const [line, ...more] = linesOf(DONE);
    expect(more).toEqual([]);
    expect(line).toMatchObject({
      Service: 'synwhere',
      Ticks: 1,
      TargetsChecked: 12,
      TargetsNotAsExpected: 2,
      VantagesAbstaining: 1,
      OpenIncidents: 3,
      AnnouncementsFailed: 1,
      TickMs: 4321,
      _aws: {
        Timestamp: 1_777_629_600_000,
        CloudWatchMetrics: [{ Namespace: 'Synwhere', Dimensions: [['Service']] }],
      },
    });
  });

  test('has a value for every metric and dimension that it declares, as the format requires', () => {
    for (const line of linesOf(DONE, true)) {
      const { _aws: aws } = line;
      for (const { Dimensions, Metrics } of aws.CloudWatchMetrics) {
        for (const name of Dimensions.flat()) expect(typeof line[name]).toBe('string');
        for (const { Name, Unit } of Metrics) {
          expect(typeof line[Name]).toBe('number');
          expect(Unit).toBe(Name === 'TickMs' ? 'Milliseconds' : 'Count');
        }
      }
    }
  });

  test('has metrics of regions only if they are configured', () => {
    const regions = linesOf(DONE, true).slice(1);
    expect(regions.map(({ Region, Abstained }) => [Region, Abstained])).toEqual([
      ['eu-west-1', 0],
      ['us-east-1', 1],
    ]);
    expect(regions[0]).toMatchObject({
      _aws: { CloudWatchMetrics: [{ Dimensions: [['Service', 'Region']] }] },
    });
  });
});

test('a failed tick is not counted, but its failed announcements are', () => {
  const [line] = linesOf({ announcementsFailed: 2, vantages: [] }, true);
  expect(line).toMatchObject({ AnnouncementsFailed: 2 });
  // CloudWatch charges for each hour in which the metric is written.
  expect(line).not.toHaveProperty('AnnouncementsRejected');
  const [rejected] = linesOf({ announcementsFailed: 2, announcementsRejected: 1, vantages: [] });
  expect(rejected).toMatchObject({ AnnouncementsFailed: 2, AnnouncementsRejected: 1 });
  expect(line).not.toHaveProperty('Ticks');
});

test('lines are written to stdout unchanged, without console', () => {
  const metrics = new URL('../../../functions/aggregator/tick/metrics.ts', import.meta.url).href;
  const script = `console.log = () => {}; const { emfMetrics } = await import(${JSON.stringify(metrics)});
    emfMetrics({ service: 's', perRegion: false })({ announcementsFailed: 0, vantages: [] });`;
  const out = execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' });
  const emf: Emf = JSON.parse(out);
  expect(emf['Service']).toBe('s');
  expect(out.endsWith('}\n')).toBe(true);
});
