import { CASES, caseOf, type Figures, type SizeFigures } from './figures.ts';
import { others, type Bill } from './money.ts';
import { isUncertain, PRICES, type Price } from './prices.ts';

/** The heading under which {@link assumedRequests} looks for what a quiet tick asks. */
export const REQUESTS_TITLE = 'Requests of one tick';
const QUIET = 'nothing changes';

/** Reads back from docs/cost.md what a quiet tick of so many targets asks, by service and operation. */
export function assumedRequests(page: string, targets: number): Record<string, number> {
  const section = page.split(`## ${REQUESTS_TITLE}`)[1]?.split('\n## ')[0] ?? '';
  const rows = section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  const head = rows.findIndex(([first]) => first?.startsWith(`${targets} targets`));
  const column = rows[head]?.indexOf(QUIET) ?? -1;
  if (head < 0 || column < 0)
    throw new Error(`docs/cost.md has no requests of a quiet tick of ${targets} targets`);
  const body = rows.slice(head + 2);
  const end = body.findIndex(([first]) => first?.includes(' targets'));
  const own = end < 0 ? body : body.slice(0, end);
  return Object.fromEntries(
    own.flatMap((row) => {
      const asked = Number(row[column]);
      return asked > 0 ? [[row[0] ?? '', asked]] : [];
    }),
  );
}

export function startTable({ start }: Figures): string {
  const { aggregator, empty } = start;
  return table(
    ['', 'wall', 'CPU'],
    [
      ['aggregator', ms(aggregator.wallMs), ms(aggregator.cpuMs)],
      ['empty handler', ms(empty.wallMs), ms(empty.cpuMs)],
      ['ratio', ratio(aggregator.wallMs, empty.wallMs), ratio(aggregator.cpuMs, empty.cpuMs)],
    ],
  );
}

export function ticksTable(size: SizeFigures): string {
  return table(
    [sizeName(size), 'ticks', 'CPU', 'invocations', 'read units', 'write units', 'answer'],
    CASES.map((name) => {
      const found = caseOf(size, name);
      return [
        name,
        String(found.ticks),
        ms(found.cpuMs),
        String(found.requests['Lambda Invoke'] ?? 0),
        String(found.readUnits),
        String(found.writeUnits),
        `${(found.answerBytes / 1000).toFixed(1)} KB`,
      ];
    }),
  );
}

export function requestsTable(size: SizeFigures): string {
  const cases = CASES.map((name) => caseOf(size, name));
  const operations = [...new Set(cases.flatMap(({ requests }) => Object.keys(requests)))].toSorted();
  return table(
    [sizeName(size), ...CASES],
    operations.map((operation) => [
      operation,
      ...cases.map(({ requests }) => String(requests[operation] ?? 0)),
    ]),
  );
}

export function billTable({ lines, usd }: Bill): string {
  return table(
    ['what', 'how much a month', 'price (USD)', 'USD a month'],
    [
      ...lines.map(({ what, amount, price, usd: cost }) => [
        what,
        amount,
        `${priceText(price)}${star(price)}`,
        dollars(cost),
      ]),
      ['**together**', '', '', `**${dollars(usd)}**`],
    ],
  );
}

export function othersTable(sizes: readonly { size: SizeFigures; bill: Bill }[]): string {
  const of = sizes.map(({ size, bill: { usd } }) => ({ usd, ...others(size) }));
  const row = (name: string, value: (one: (typeof of)[number]) => number): string[] => [
    name,
    ...of.map((one) => dollars(value(one))),
  ];
  return table(
    ['USD a month', ...sizes.map(({ size }) => sizeName(size))],
    [
      row('Synwhere', ({ usd }) => usd),
      row(
        `CloudWatch Synthetics, a canary for each target and region${star(PRICES.canaryRun)}`,
        (one) => one.canaryForEach,
      ),
      row(
        `CloudWatch Synthetics, one canary a region for all targets${star(PRICES.canaryRun)}`,
        (one) => one.canaryForAll,
      ),
      row(
        `Route 53 health checks, targets outside AWS${star(PRICES.healthCheck)}`,
        (one) => one.healthChecks,
      ),
      row(
        `Route 53 health checks, targets in AWS${star(PRICES.healthCheckInAws)}`,
        (one) => one.healthChecksInAws,
      ),
    ],
  );
}

function star(price: Price): string {
  return isUncertain(price) ? ' *' : '';
}

function ratio(mine: number, other: number): string {
  return `${(mine / other).toFixed(1)}×`;
}

export function pricesTable(): string {
  return table(
    ['what', 'USD', 'free a month', 'published at', 'read in (its day)'],
    Object.values<Price>(PRICES).map((price) => [
      `${price.what}${star(price)}`,
      priceText(price),
      price.free?.words ?? '',
      price.published,
      price.sources.map(({ name, date }) => `${name} (${date})`).join('; '),
    ]),
  );
}

function priceText({ usd, per }: Price): string {
  if (usd >= 1e-4) return `${usd < 0.01 ? usd : usd.toFixed(2)} per ${per}`;
  const perMillion = usd * 1e6;
  return per === 'GB-s'
    ? `${usd.toFixed(10)} per ${per}`
    : `${Number(perMillion.toFixed(4))} per million ${per}s`;
}

export function sizeName({ targets, regions }: SizeFigures): string {
  return `${targets} targets in ${regions} regions`;
}

export function dollars(usd: number): string {
  return usd.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

function ms(value: number): string {
  return `${value.toFixed(0)} ms`;
}

/** Markdown; prettier lines up its columns. */
export function table(head: string[], rows: string[][]): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
