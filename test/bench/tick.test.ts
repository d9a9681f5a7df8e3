import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ITEMS, monthlyUsd, PRICES, quantities, silentDayUsd, WATCHED } from '../../bench/tick/cost.ts';
import { Deployment, makeBundles, REGIONS, type Bundles } from '../../bench/tick/deployment.ts';
import { COST_PAGE, costDocument, measured } from '../../bench/tick/documents.ts';
import { caseOf } from '../../bench/tick/figures.ts';
import { usdPerMillionTicks } from '../../bench/tick/page.ts';

const TARGETS = 100;
const MOST_BUNDLE_BYTES = 600_000;

interface Emf {
  _aws: { CloudWatchMetrics: { Metrics: unknown[] }[] };
}

let bundles: Bundles;
let deployment: Deployment;

beforeAll(async () => {
  bundles = await makeBundles();
  deployment = await Deployment.start(bundles, TARGETS);
});

afterAll(async () => {
  await deployment?.close();
  bundles?.remove();
});

test('the bundle of the aggregator is under 600 KB', () => {
  expect(bundles.aggregatorBytes).toBeGreaterThan(100_000);
  expect(bundles.aggregatorBytes).toBeLessThan(MOST_BUNDLE_BYTES);
});

test('a tick makes the measured requests: no additional ones for a target that did not change, more for one that did', async () => {
  const size = (await measured()).sizes.find(({ targets }) => targets === TARGETS);
  if (!size) throw new Error(`no figures for ${TARGETS} targets`);
  const expected = caseOf(size, 'nothing changes');
  await deployment.tick();
  deployment.aws.takeCounts();
  deployment.aggregator.log = '';

  await deployment.tick();
  const quiet = deployment.aws.takeCounts();
  expect(quiet.requests).toEqual(expected.requests);
  expect(quiet.requests['Lambda Invoke']).toBe(REGIONS.length);

  // The log has a separate pipe and sometimes arrives after the result.
  await vi.waitFor(() => expect(deployment.aggregator.log).toContain('\n'), { timeout: 10_000 });
  const { _aws: emf } = JSON.parse(deployment.aggregator.log.split('\n')[0] ?? '') as Emf;
  expect(emf.CloudWatchMetrics.flatMap(({ Metrics }) => Metrics)).toHaveLength(WATCHED.metrics);

  await deployment.targets.closeOne(0);
  await deployment.tick();
  const changed = deployment.aws.takeCounts();
  expect(changed.requests['Lambda Invoke']).toBe(2 * REGIONS.length);
  expect(changed.requests).toMatchObject({ 'SNS Publish': 1, 'EventBridge PutEvents': 1 });
  expect(changed.requests).not.toEqual(expected.requests);

  // Units follow from the sizes of the items, so they may differ a little.
  expect(Math.abs(quiet.readUnits - expected.readUnits)).toBeLessThanOrEqual(0.25 * expected.readUnits);
  expect(Math.abs(quiet.writeUnits - expected.writeUnits)).toBeLessThanOrEqual(3);
}, 120_000);

test('docs/cost.md agrees with the figures and the prices', async () => {
  expect(await readFile(COST_PAGE, 'utf8')).toBe(await costDocument(await measured()));
});

test('the cost of a month is that of its quantities, calculated here by hand for 10 targets in 8 regions', async () => {
  const figures = await measured();
  const [size] = figures.sizes;
  if (!size) throw new Error('no size was measured');
  expect({ targets: size.targets, regions: size.regions }).toEqual({ targets: 10, regions: 8 });
  const quiet = caseOf(size, 'nothing changes');
  const used = quantities(figures, { targets: 10, regions: 8, everyMinutes: 1 });
  const probeS =
    (Math.max(...figures.sizes.map(({ probe }) => probe.waitMs)) + 600) / 1000 +
    (size.probe.cpuMs / 1000) * (1769 / 256);
  expect(used.probes).toBeCloseTo(43_800 * 8 * probeS * 0.25, 0);
  // Lease, states, views, record: six requests to the table.
  const aggregatorS = probeS + 0.8 + 6 * 0.01 + (quiet.cpuMs / 1000) * (1769 / 512);
  expect(used.aggregator).toBeCloseTo(43_800 * aggregatorS * 0.5, 0);
  expect(used).toMatchObject({
    invocations: 43_800 * 9,
    'table, writes': 43_800 * quiet.writeUnits,
    'table, reads': 43_800 * quiet.readUnits,
    schedule: 43_800,
    ...WATCHED,
  });
  const { list, free } = monthlyUsd(figures, { targets: 10, regions: 8, everyMinutes: 1 });
  expect(list).toBeCloseTo(
    ITEMS.reduce((sum, item) => sum + used[item] * PRICES[item].usd, 0),
    9,
  );
  // The items without a free tier: the table, traffic between regions.
  const least = (['table, writes', 'table, reads', 'between regions'] as const).reduce(
    (sum, item) => sum + used[item] * PRICES[item].usd,
    0,
  );
  expect(free).toBeGreaterThanOrEqual(least);
  expect(free).toBeLessThan(list);
});

test('the formula in docs/cost.md gives the same cost, also between and beyond the measured sizes', async () => {
  const figures = await measured();
  const [few, many] = [usdPerMillionTicks(figures, 10), usdPerMillionTicks(figures, 100)];
  for (const targets of [1, 10, 55, 100, 400]) {
    const along = (key: 'home' | 'region'): number =>
      few[key] + ((many[key] - few[key]) * (targets - 10)) / 90;
    for (const [regions, everyMinutes] of [
      [1, 1],
      [8, 1],
      [20, 5],
    ] as const) {
      const byHand = few.fixed + (0.0438 / everyMinutes) * (along('home') + regions * along('region'));
      expect(monthlyUsd(figures, { targets, regions, everyMinutes }).list).toBeCloseTo(byHand, 6);
    }
  }
  expect(few.fixed).toBeCloseTo(7 * 0.3 + 6 * 0.1 + 3, 9);
  expect(few.region).toBeGreaterThan(0);
  expect(many.region).toBeGreaterThan(few.region);
  expect(silentDayUsd(figures, { targets: 10, regions: 8, everyMinutes: 1 })).toBeGreaterThan(0.1);
});

test('every price has a source with its date', () => {
  for (const { usd, per, source } of Object.values(PRICES)) {
    expect(usd).toBeGreaterThan(0);
    expect(per).not.toBe('');
    expect(source).toMatch(/, (?:\d{4}-\d\d-\d\d|undated)$/);
  }
});
