import {
  ASSUMED,
  durations,
  ITEMS,
  LOOKED_UP,
  monthlyUsd,
  PRICES,
  quantities,
  silentDayUsd,
  type Installation,
} from './cost.ts';
import { CASES, caseOf, type Figures, type SizeFigures } from './figures.ts';

const REGION_COUNTS = [3, 8, 16];
const EXAMPLE: Installation = { targets: 50, regions: 4, everyMinutes: 2 };

/** docs/cost.md, as Markdown that prettier has not formatted yet. */
export function costPage(figures: Figures): string {
  const measured = figures.sizes.map(({ targets, regions }) => ({ targets, regions, everyMinutes: 1 }));
  const perTick = measured.map(({ targets }) => usdPerMillionTicks(figures, targets));
  const [few] = measured;
  const [rates] = perTick;
  if (!few || !rates) throw new Error('no size was measured');
  return `# What it costs

\`npm run bench:tick -- --write\` writes this page from figures measured on ${figures.measuredOn} (\`bench/tick/measured.json\`) and the list prices of
us-east-1, read on ${LOOKED_UP} (\`bench/tick/cost.ts\`). It has not been compared with an AWS bill. Cost while every target is as expected:

${monthsTable(figures)}

## Calculate your own cost

    USD per month = ${dollars(rates.fixed)} + ticks × (home + regions × region)
    ticks         = ${count(ASSUMED.minutesAMonth)} / everyMinutes

${table(
  ['USD per million ticks', ...measured.map(({ targets }) => `${targets} targets`)],
  [
    ['home', ...perTick.map(({ home }) => home.toFixed(1))],
    ['region', ...perTick.map(({ region }) => region.toFixed(1))],
  ],
)}

For another number of targets, interpolate or extrapolate linearly from the two columns. Example: ${EXAMPLE.targets} targets in
${EXAMPLE.regions} regions every ${EXAMPLE.everyMinutes} minutes cost ${dollars(monthlyUsd(figures, EXAMPLE).list)} USD per month. In addition:

- While a target is silent, each tick takes two rounds of ${ASSUMED.silentRoundMs / 1000} s. For ${nameOf(few)} this costs ${dollars(silentDayUsd(figures, few))} USD per day.
- \`metrics.perRegion\`: ${dollars(PRICES.metrics.usd + PRICES.alarms.usd)} USD per month for each region.
- \`schedule.everyMinutes: 5\` divides all costs by five, except metrics, alarms and dashboard.

## Quantities and prices

Quantities of a month with one tick per minute. The prices were read on other sites. Verify them at AWS before you rely on them.

${table(
  ['', ...measured.map(nameOf), 'USD', 'free per month', 'source'],
  ITEMS.map((item) => {
    const { usd, per, free, source } = PRICES[item];
    const used = measured.map((installation) => quantities(figures, installation)[item]);
    return [item, ...used.map(amount), priceText(usd, per), free > 0 ? count(free) : '', source];
  }),
)}

Both functions share the free GB-seconds.

## What was measured

The bundled aggregator and the bundled probe run in separate processes, with the real AWS SDK. DynamoDB is dynalite, which reports the
consumed capacity. Lambda, SNS and EventBridge are servers on loopback that count requests. CPU is the median user and system time of the
aggregator's process. Measured on ${figures.machine}, load average ${figures.load}.

${figures.sizes.map(casesTable).join('\n\n')}

One probe uses ${figures.sizes.map(({ targets, probe }) => `${probe.cpuMs.toFixed(0)} ms of CPU for ${targets} targets`).join(' and ')}, and waits ${figures.sizes.map(({ probe }) => `${(probe.waitMs / 1000).toFixed(2)} s`).join(' and ')}: between
attempts, for resets after connecting, and for the controls before and after. The size of the aggregator's bundle is ${(figures.bundleBytes / 1000).toFixed(0)} KB. Its process returns the first
result after ${figures.start.aggregator.cpuMs.toFixed(0)} ms of CPU (an empty handler: ${figures.start.empty.cpuMs.toFixed(0)} ms) and uses at most ${Math.max(...figures.sizes.map(({ mostMemoryMiB }) => mostMemoryMiB))} MiB.

The duration of a function is its waiting time plus CPU × ${ASSUMED.mibOfOneCpu} / memory in MiB. GB-seconds are the duration times the memory. The duration is, for ${nameOf(few)}, ${seconds(durations(figures, few).probeS)} for a probe and ${seconds(durations(figures, few).aggregatorS)} for the
aggregator. Assumptions that were not measured:

- A probe waits ${ASSUMED.probeNetworkMs} ms for names and handshakes.
- The aggregator waits for the slowest probe, ${ASSUMED.transportMs} ms for the connection to the farthest region, and ${ASSUMED.storeRequestMs} ms for each request to the table.
- The aggregator's CPU time is proportional to the number of regions.
- An arm64 CPU of Lambda is as fast as the one above.
- Lambda writes ${count(ASSUMED.platformLogBytes)} bytes to the log for each invocation, and a response has ${count(ASSUMED.envelopeBytes)} bytes of TLS and headers.
- Cold starts, storage, backups, checks on demand and announcements are not included.
`;
}

/** USD per month: one row for each size and number of regions. */
export function monthsTable(figures: Figures): string {
  const rows = figures.sizes.flatMap(({ targets }) =>
    REGION_COUNTS.map((regions) => {
      const every = (everyMinutes: number) => monthlyUsd(figures, { targets, regions, everyMinutes });
      const minute = every(1);
      return [targets, regions, dollars(minute.list), dollars(every(5).list), dollars(minute.free)].map(
        String,
      );
    }),
  );
  return table(
    [
      'targets',
      'regions',
      'USD per month, every minute',
      'every 5 minutes',
      'every minute, after the free tier',
    ],
    rows,
  );
}

/** The requests of each kind of tick to AWS. */
export function casesTable(size: SizeFigures): string {
  const cases = CASES.map((name) => caseOf(size, name));
  const operations = [...new Set(cases.flatMap(({ requests }) => Object.keys(requests)))].toSorted();
  return table(
    [nameOf(size), 'CPU', 'read units', 'write units', ...operations],
    cases.map(({ name, cpuMs, readUnits, writeUnits, requests }) => [
      name,
      `${cpuMs.toFixed(0)} ms`,
      ...[readUnits, writeUnits, ...operations.map((operation) => requests[operation] ?? 0)].map(String),
    ]),
  );
}

/** The cost is linear in the numbers of regions and ticks, so three numbers define it for one number of targets. */
export function usdPerMillionTicks(
  figures: Figures,
  targets: number,
): { fixed: number; home: number; region: number } {
  const of = (regions: number, everyMinutes: number): number =>
    monthlyUsd(figures, { targets, regions, everyMinutes }).list;
  const fixed = of(1, Infinity);
  const millions = ASSUMED.minutesAMonth / 1e6;
  const region = (of(2, 1) - of(1, 1)) / millions;
  return { fixed, home: (of(1, 1) - fixed) / millions - region, region };
}

function nameOf({ targets, regions }: { targets: number; regions: number }): string {
  return `${targets} targets in ${regions} regions`;
}

function priceText(usd: number, per: string): string {
  return usd < 1e-4
    ? `${Number((usd * 1e6).toFixed(4))} per million ${per}s`
    : `${usd.toFixed(2)} per ${per}`;
}

function amount(value: number): string {
  return value < 100 && !Number.isInteger(value) ? value.toFixed(2) : count(value);
}

function seconds(value: number): string {
  return `${value.toFixed(2)} s`;
}

function dollars(usd: number): string {
  return usd.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** Markdown; prettier aligns its columns. */
function table(head: string[], rows: string[][]): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
