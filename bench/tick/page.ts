import { caseOf, type Figures } from './figures.ts';
import {
  ASSUMED,
  bill,
  coldStartsUsd,
  count,
  durations,
  silentDayUsd,
  thousandIncidentsUsd,
} from './money.ts';
import { LOOKED_UP, PRICES } from './prices.ts';
import {
  billTable,
  dollars,
  othersTable,
  pricesTable,
  requestsTable,
  REQUESTS_TITLE,
  sizeName,
  startTable,
  table,
  ticksTable,
} from './tables.ts';

/** docs/cost.md, as Markdown that prettier has not seen yet. */
export function costPage(figures: Figures): string {
  const sizes = figures.sizes.map((size) => ({ size, bill: bill(size) }));
  return `# What it costs

Made by \`npm run bench:tick -- --write\` from figures measured on ${figures.measuredOn} (\`bench/tick/measured.json\`) and list prices looked up
on ${LOOKED_UP} (\`bench/tick/prices.ts\`). Nobody has held it against a bill of AWS yet.

${table(
  [
    'all well',
    'USD for a tick',
    'USD a month of one a minute',
    'the same after the free tier of an account that does nothing else',
  ],
  sizes.map(({ size, bill: { usd, usdATick, usdAfterFreeTier } }) => [
    sizeName(size),
    usdATick.toFixed(6),
    dollars(usd),
    dollars(usdAfterFreeTier),
  ]),
)}

## How it was measured

The aggregator is bundled as for a deployment and runs in a process of its own on Node 24, with the real AWS SDK in it. Loopback stands in for AWS:
DynamoDB is dynalite behind a counter that asks it for the consumed capacity; Lambda is a small server that hands each invocation to
the real bundled probe in a third process, which really connects to real listeners; SNS and EventBridge take what comes and count it. A tick is
what the schedule sends. CPU is user and system time of the aggregator's process.

On ${figures.machine}; load average before the run ${figures.load}. On a busy machine CPU and ratios hold, wall times are too
long; the sums below use no wall time but the probe's own waiting, the least of all runs.

**Size.** The aggregator's bundle: ${(figures.bundleBytes / 1000).toFixed(0)} KB, minified (600 KB is the most that a test allows).

**Start**, from the start of the process to its first answer, medians of ${figures.start.runs}:

${startTable(figures)}

**Ticks.** CPU of the aggregator, medians; units as DynamoDB would bill them; bytes of one invocation's answer:

${figures.sizes.map(ticksTable).join('\n\n')}

One probe by itself:

${table(
  ['', 'CPU', 'waiting on purpose'],
  figures.sizes.map(({ targets, probe }) => [
    `${targets} targets`,
    `${probe.cpuMs.toFixed(0)} ms`,
    `${(probe.waitMs / 1000).toFixed(2)} s`,
  ]),
)}

It waits between its staggered attempts, for the settling of connections, and for the controls before and after. The process of the
aggregator held at most ${Math.max(...figures.sizes.map(({ mostMemoryMiB }) => mostMemoryMiB))} MiB.

## ${REQUESTS_TITLE}

${figures.sizes.map(requestsTable).join('\n\n')}

A tick in which nothing changes writes nothing about any target: its lease (twice), what was seen (one item for each 100 targets) and its
own record. Its reads grow with the targets, for all states are read. A test counts the requests of a quiet tick and holds them against this table.

## The sum

A month is 730 hours, so ${count(ASSUMED.ticksAMonth)} ticks, here all quiet. For each function

    seconds = waiting + CPU × ${ASSUMED.mibOfOneCpu} / memory in MiB
    GB-s    = seconds × memory in GB

because Lambda gives a whole CPU at ${ASSUMED.mibOfOneCpu} MiB and shares it out in proportion. Measured are the CPU, the probe's own waiting, the requests, the units
and the bytes. Assumed, because one machine cannot show them:

- A probe waits ${ASSUMED.probeNetworkMs} ms for names and handshakes. The targets measured have no names to look up.
- The aggregator waits for the slowest probe, ${ASSUMED.transportMs} ms for its connection to the farthest region, and ${ASSUMED.storeMs} ms for each request of the table.
- An arm64 CPU of Lambda is as fast as the one above.
- Lambda writes ${count(ASSUMED.platformLogBytes)} bytes of its own to the log for each invocation; the functions write ${count(quietLog(figures))} for each tick.
- An answer carries ${count(ASSUMED.envelopeBytes)} bytes of TLS and headers, for no connection is used twice.
- Left out: cold starts (one an hour of every function is ${dollars(coldStartsUsd(figures))} USD a month), storage (a few MB), point-in-time recovery of the same, calls on demand.

${sizes.map(({ size, bill: sum }) => `### ${sizeName(size)}\n\n${billTable(sum)}`).join('\n\n')}

Prices are those of us-east-1; other regions differ, mostly by less than a fifth. What comes on top:

${sizes
  .map(
    ({ size }) =>
      `- ${sizeName(size)}: a day in which one target is silent, so that every tick takes two rounds of five seconds, costs ${dollars(silentDayUsd(size))} USD; a thousand incidents that open and close, each told on the bus, on the topic and to one address by mail, ${dollars(thousandIncidentsUsd(size))} USD.`,
  )
  .join('\n')}
- \`metrics.perRegion\`: a metric and an alarm more for each region, ${dollars(PRICES.metric.usd + PRICES.alarm.usd)} USD a month.

To pay less: \`schedule.everyMinutes: 5\` divides by five all but metrics, alarms and dashboard; \`probe.memoryMiB: 128\` halves the waiting part of
the probes, at the price of slower starts and coarser handshake times.

## Beside others

The same targets, looked at from as many regions every minute, by the list, before any free tier:

${othersTable(sizes)}

They do not do the same. A canary may run any script, a browser too; its Lambda, its S3 and its logs are billed on top and not counted
here, and one canary for all targets of a region needs a script of your own. A health check comes from at least three of the places that Route 53 has, every 30 s, at one
price however many they are, and its basic kind does what is asked here: a TCP connect. It says healthy or not, and neither of the two says whose
fault a failure is.

## Prices, and how far they can be trusted

**None was read from AWS's own price table**: the copies of these pages that could be had lack their tables, which a script loads. Of the page of CloudWatch such a
copy gives the free tier (undated). Every price was read elsewhere, as listed. A star marks those that only one source names, or that
differ widely from region to region: look them up where AWS publishes them before you rely on them.

${pricesTable()}

Where sources contradict: wring.co calls the invocations of Scheduler free. Between regions the same source names up to 0.09 USD per GB for
some pairs. The price of a canary is given for us-east-1 or "most of the United States' regions"; others were not looked up.
`;
}

/** The part of docs/deploy.md that is made of the same figures: a bill for the smallest size. */
export function deployPart(figures: Figures): string {
  const [size] = figures.sizes;
  if (!size) throw new Error('no size was measured');
  const sum = bill(size);
  const { probeS, aggregatorS } = durations(size);
  return `**${sizeName(size)}, every minute, all well: about ${sum.usd.toFixed(0)} USD a month** by the list, and ${dollars(sum.usdAfterFreeTier)} where the free tier of the account is not
used by anything else.

A month is 730 hours, so ${count(ASSUMED.ticksAMonth)} ticks. A healthy tick is one round: ${size.regions} probes of ${probeS.toFixed(1)} s, mostly waiting, and an aggregator that waits for the slowest
and stores, ${aggregatorS.toFixed(1)} s.

${billTable(sum)}

Prices are those of us-east-1, looked up on ${LOOKED_UP}, none of them in AWS's own table; those with a star rest on one source or differ widely from region to region.
[cost.md](cost.md) has where each is published and where it was read, what was measured and what is assumed, ${figures.sizes
    .slice(1)
    .map((other) => `${other.targets} targets (${dollars(bill(other).usd)} USD)`)
    .join(', ')}, a day
with a silent target (${dollars(silentDayUsd(size))} USD more), and other services beside it.`;
}

function quietLog({ sizes }: Figures): number {
  return Math.max(...sizes.map((size) => caseOf(size, 'nothing changes').logBytes));
}
