import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Deployment, makeBundles, REGIONS, type Bundles } from '../../bench/tick/deployment.ts';
import { COST_PAGE, DEPLOY_PAGE, documents, measured } from '../../bench/tick/documents.ts';
import { caseOf } from '../../bench/tick/figures.ts';
import { bill, WATCHED } from '../../bench/tick/money.ts';
import { assumedRequests } from '../../bench/tick/tables.ts';

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

test('a tick asks what docs/cost.md says: nothing of its own for a target that did not change, more for one that did', async () => {
  const page = await readFile(COST_PAGE, 'utf8');
  await deployment.tick();
  deployment.aws.takeCounts();
  deployment.aggregator.log = '';

  await deployment.tick();
  const quiet = deployment.aws.takeCounts();
  expect(quiet.requests).toEqual(assumedRequests(page, TARGETS));
  expect(quiet.requests['Lambda Invoke']).toBe(REGIONS.length);

  // It comes on a pipe of its own, sometimes after the answer.
  await vi.waitFor(() => expect(deployment.aggregator.log).toContain('\n'), { timeout: 10_000 });
  const { _aws: emf } = JSON.parse(deployment.aggregator.log.split('\n')[0] ?? '') as Emf;
  expect(emf.CloudWatchMetrics.flatMap(({ Metrics }) => Metrics)).toHaveLength(WATCHED.metrics);

  await deployment.targets.shutOne(0);
  await deployment.tick();
  const changed = deployment.aws.takeCounts();
  expect(changed.requests['Lambda Invoke']).toBe(2 * REGIONS.length);
  expect(changed.requests).toMatchObject({ 'SNS Publish': 1, 'EventBridge PutEvents': 1 });
  expect(changed.requests).not.toEqual(assumedRequests(page, TARGETS));

  // Units follow from what the items hold, so they may differ a little, and not by a kind.
  const size = (await measured()).sizes.find(({ targets }) => targets === TARGETS);
  if (!size) throw new Error(`no figures for ${TARGETS} targets`);
  const written = caseOf(size, 'nothing changes');
  expect(Math.abs(quiet.readUnits - written.readUnits)).toBeLessThanOrEqual(0.25 * written.readUnits);
  expect(Math.abs(quiet.writeUnits - written.writeUnits)).toBeLessThanOrEqual(3);
}, 120_000);

test('docs/cost.md and docs/deploy.md follow from the figures and the prices', async () => {
  const { cost, deploy } = await documents(await measured());
  expect(await readFile(COST_PAGE, 'utf8')).toBe(cost);
  expect(await readFile(DEPLOY_PAGE, 'utf8')).toBe(deploy);
});

test('a bill is the sum of its lines, and the free tier makes it no dearer', async () => {
  const { sizes } = await measured();
  expect(sizes.map(({ targets }) => targets)).toEqual([10, 100]);
  const bills = sizes.map(bill);
  for (const { lines, usd, usdAfterFreeTier } of bills) {
    expect(lines.length).toBeGreaterThan(8);
    for (const line of lines) expect(line.usd).toBeGreaterThan(0);
    expect(usd).toBeCloseTo(
      lines.reduce((sum, line) => sum + line.quantity * line.price.usd, 0),
      1,
    );
    expect(usdAfterFreeTier).toBeLessThan(usd);
  }
  expect(bills[1]?.usd).toBeGreaterThan(bills[0]?.usd ?? 0);
});
