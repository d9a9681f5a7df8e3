import { DEFAULTS } from '../../configuration/defaults.ts';
import { caseOf, type CaseFigures, type Figures } from './figures.ts';

/** A list price of AWS in us-east-1, without discounts. */
interface Price {
  usd: number;
  per: string;
  /** How much is free per account and month. */
  free: number;
  /** The page with the price, and its date. AWS's own pages load their tables by a script. */
  source: string;
}

/** The day on which the sources were read. */
export const LOOKED_UP = '2026-11-22';

const LAMBDA = 'git.mcrn.ar, lambda-13-cost.md, 2026-05-11';
const DYNAMODB = 'airbyte.com, Amazon DynamoDB Pricing, 2025-07-21';
const CLOUDWATCH = 'factualminds.com, Amazon CloudWatch Pricing, 2026-06-13';

export const PRICES = {
  probes: { usd: 0.000_013_333_4, per: 'GB-second', free: 400_000, source: LAMBDA },
  aggregator: { usd: 0.000_013_333_4, per: 'GB-second', free: 0, source: LAMBDA },
  invocations: { usd: 0.2e-6, per: 'invocation', free: 1e6, source: LAMBDA },
  'table, writes': { usd: 0.625e-6, per: 'request unit', free: 0, source: DYNAMODB },
  'table, reads': { usd: 0.125e-6, per: 'request unit', free: 0, source: DYNAMODB },
  schedule: {
    usd: 1e-6,
    per: 'invocation',
    free: 14e6,
    source: 'cloudburn.io, Amazon EventBridge Pricing, 2026-03-13',
  },
  logs: { usd: 0.5, per: 'GB', free: 5, source: CLOUDWATCH },
  'between regions': {
    usd: 0.02,
    per: 'GB',
    free: 0,
    source: 'redresscompliance.com, AWS inter region transfer costs, undated',
  },
  metrics: { usd: 0.3, per: 'metric', free: 10, source: 'signoz.io, CloudWatch Pricing, 2026-02-15' },
  alarms: {
    usd: 0.1,
    per: 'metric of an alarm',
    free: 10,
    source: 'Infracost, cloudwatch_metric_alarm_test.golden at 2599472, undated',
  },
  dashboard: { usd: 3, per: 'dashboard', free: 3, source: CLOUDWATCH },
} as const satisfies Record<string, Price>;

export type Item = keyof typeof PRICES;
export const ITEMS: readonly Item[] = Object.keys(PRICES).filter((name): name is Item => name in PRICES);

/** Assumptions for what one machine cannot measure. docs/cost.md lists each. */
export const ASSUMED = {
  /** A month of 730 hours. */
  minutesAMonth: 43_800,
  /** Lambda provides one vCPU at this size and proportionally less below it (Lambda developer guide, "Configure Lambda function memory"). */
  mibOfOneCpu: 1769,
  /** Lookups, and three sequential handshakes: controls, targets, controls again. */
  probeNetworkMs: 600,
  /** The connection, TLS and the request of the aggregator to the farthest region. */
  transportMs: 800,
  storeRequestMs: 10,
  /** What Lambda writes to the log for each invocation: start and report. */
  platformLogBytes: 1000,
  /** TLS certificates and headers: each invocation has a new connection. */
  envelopeBytes: 6000,
  /** A probe with a silent target: the timeout and everything else. */
  silentRoundMs: 5000,
} as const;

/**
 * What CloudWatch charges by the month: the metrics of functions/aggregator/tick/metrics.ts, the metrics that the alarms of
 * infra/constructs/alarms.ts evaluate, and the dashboard.
 */
export const WATCHED = { metrics: 7, alarms: 6, dashboard: 1 } as const;

export interface Installation {
  targets: number;
  regions: number;
  everyMinutes: number;
}

/** The quantity of each item per month, in its unit, if every tick finds everything as expected. */
export function quantities(figures: Figures, { targets, regions, everyMinutes }: Installation) {
  const ticks = ASSUMED.minutesAMonth / everyMinutes;
  const { probeS, aggregatorS } = durations(figures, { targets, regions });
  const quiet = (of: (one: CaseFigures) => number): number => between(figures, targets, quietOf(of));
  const answerBytes = quiet((one) => one.requestBytes + one.answerBytes) + ASSUMED.envelopeBytes;
  return {
    probes: ticks * regions * gbSeconds(probeS, DEFAULTS.probe.memoryMiB),
    aggregator: ticks * gbSeconds(aggregatorS, DEFAULTS.aggregator.memoryMiB),
    invocations: ticks * (regions + 1),
    'table, writes': ticks * quiet(({ writeUnits }) => writeUnits),
    'table, reads': ticks * quiet(({ readUnits }) => readUnits),
    schedule: ticks,
    logs: (ticks * (quiet(({ logBytes }) => logBytes) + (regions + 1) * ASSUMED.platformLogBytes)) / 1e9,
    'between regions': (ticks * (regions - 1) * answerBytes) / 1e9,
    ...WATCHED,
  } satisfies Record<Item, number>;
}

/** USD per month at list prices, and in an account that uses its free tier for nothing else. */
export function monthlyUsd(figures: Figures, installation: Installation): { list: number; free: number } {
  const used = quantities(figures, installation);
  const list = ITEMS.reduce((sum, item) => sum + used[item] * PRICES[item].usd, 0);
  // Both functions use the same free GB-seconds.
  const billed = { ...used, probes: used.probes + used.aggregator, aggregator: 0 };
  const free = ITEMS.reduce((sum, item) => {
    const { usd, free: freeAmount } = PRICES[item];
    return sum + Math.max(0, billed[item] - freeAmount) * usd;
  }, 0);
  return { list, free };
}

/** Additional USD per day while a target is silent, because each tick then takes two long rounds. */
export function silentDayUsd(figures: Figures, { targets, regions, everyMinutes }: Installation): number {
  const { probeS, aggregatorS } = durations(figures, { targets, regions });
  const roundsS = (2 * ASSUMED.silentRoundMs) / 1000;
  const more =
    regions * gbSeconds(roundsS - probeS, DEFAULTS.probe.memoryMiB) +
    gbSeconds(roundsS + (2 * ASSUMED.transportMs) / 1000 - aggregatorS, DEFAULTS.aggregator.memoryMiB);
  return ((24 * 60) / everyMinutes) * (more * PRICES.probes.usd + regions * PRICES.invocations.usd);
}

/** Seconds that Lambda bills for one probe and for the aggregator in a tick that finds everything as expected. */
export function durations(figures: Figures, { targets, regions }: Omit<Installation, 'everyMinutes'>) {
  const probeMs =
    Math.max(...figures.sizes.map(({ probe }) => probe.waitMs)) +
    ASSUMED.probeNetworkMs +
    atMemory(
      between(figures, targets, ({ probe }) => probe.cpuMs),
      DEFAULTS.probe.memoryMiB,
    );
  const storeRequests = between(figures, targets, quietOf(storeRequestsOf));
  const cpuMs =
    regions * between(figures, targets, (size) => quietOf(({ cpuMs: ms }) => ms)(size) / size.regions);
  const aggregatorMs =
    probeMs +
    ASSUMED.transportMs +
    storeRequests * ASSUMED.storeRequestMs +
    atMemory(cpuMs, DEFAULTS.aggregator.memoryMiB);
  return { probeS: probeMs / 1000, aggregatorS: aggregatorMs / 1000 };
}

type Size = Figures['sizes'][number];

/** The value for a number of targets, by linear interpolation between the smallest and the largest measured size. */
function between({ sizes }: Figures, targets: number, of: (size: Size) => number): number {
  const [first, last] = [sizes[0], sizes.at(-1)];
  if (!first || !last) throw new Error('no size was measured');
  if (first === last) return of(first);
  const slope = (of(last) - of(first)) / (last.targets - first.targets);
  return of(first) + slope * (targets - first.targets);
}

function quietOf(of: (one: CaseFigures) => number): (size: Size) => number {
  return (size) => of(caseOf(size, 'nothing changes'));
}

function storeRequestsOf({ requests }: CaseFigures): number {
  return Object.entries(requests).reduce(
    (sum, [operation, count]) => (operation.startsWith('DynamoDB') ? sum + count : sum),
    0,
  );
}

function gbSeconds(seconds: number, memoryMiB: number): number {
  return seconds * (memoryMiB / 1024);
}

/** How long a function with this memory takes for this CPU time. */
function atMemory(cpuMs: number, memoryMiB: number): number {
  return (cpuMs * ASSUMED.mibOfOneCpu) / memoryMiB;
}
