import { DEFAULTS } from '../../configuration/defaults.ts';
import { caseOf, type Figures, type SizeFigures } from './figures.ts';
import { PRICES, type Price } from './prices.ts';

/** What cannot be measured on one machine. docs/cost.md names each. */
export const ASSUMED = {
  /** 730 hours of one tick a minute. */
  ticksAMonth: 43_800,
  /** Lambda gives one vCPU at so many MiB and shares it out in proportion (Lambda developer guide, "Configure Lambda function memory"). */
  mibOfOneCpu: 1769,
  /** Names, and three handshakes one after the other (controls, targets, controls again) over some 150 ms. */
  probeNetworkMs: 600,
  /** The aggregator's connection, TLS and request to the farthest region. */
  transportMs: 800,
  /** One request of the database, as the aggregator waits for it. */
  storeMs: 10,
  /** What Lambda itself writes to the log of each invocation: start and report. */
  platformLogBytes: 1000,
  /** TLS certificates and headers of an answer: every invocation has a connection of its own. */
  envelopeBytes: 6000,
  /** A probe that meets silence: four seconds of it (`probe.timeoutMs`), and the rest. */
  silentRoundMs: 5000,
} as const;

/**
 * What CloudWatch keeps: the metrics of functions/aggregator/tick/metrics.ts, and the metrics that the alarms of infra/constructs/alarms.ts
 * evaluate, for each of which an alarm is charged.
 */
export const WATCHED = { metrics: 7, alarmMetrics: 6, dashboards: 1 } as const;

const STANDING: ReadonlySet<Price> = new Set([PRICES.metric, PRICES.alarm, PRICES.dashboard]);

const PROBE_MIB = DEFAULTS.probe.memoryMiB;
const AGGREGATOR_MIB = DEFAULTS.aggregator.memoryMiB;

/** One row of a bill. */
export interface Line {
  what: string;
  /** The sum, in words. */
  amount: string;
  price: Price;
  usd: number;
  /** How much of the price's unit. */
  quantity: number;
}

export interface Bill {
  lines: Line[];
  /** Of lines in whole cents, so that a reader who adds them up comes to the same. */
  usd: number;
  /** In an account that does nothing else. */
  usdAfterFreeTier: number;
  /** What one tick adds: all but metrics, alarms and dashboard, which cost the same without any. */
  usdATick: number;
}

/** Seconds that Lambda would bill for one quiet tick. */
export interface Durations {
  probeS: number;
  aggregatorS: number;
}

export function durations(size: SizeFigures): Durations {
  const { probe } = size;
  const quiet = caseOf(size, 'nothing changes');
  const probeMs = probe.waitMs + ASSUMED.probeNetworkMs + atMemory(probe.cpuMs, PROBE_MIB);
  const storeRequests = Object.entries(quiet.requests)
    .filter(([operation]) => operation.startsWith('DynamoDB'))
    .reduce((sum, [, times]) => sum + times, 0);
  const aggregatorMs =
    probeMs + ASSUMED.transportMs + storeRequests * ASSUMED.storeMs + atMemory(quiet.cpuMs, AGGREGATOR_MIB);
  return { probeS: probeMs / 1000, aggregatorS: aggregatorMs / 1000 };
}

/** How long a function of so much memory takes for so much CPU. */
function atMemory(cpuMs: number, memoryMiB: number): number {
  return (cpuMs * ASSUMED.mibOfOneCpu) / memoryMiB;
}

/** A month in which every tick is quiet, by the list. */
export function bill(size: SizeFigures): Bill {
  const { regions } = size;
  const { ticksAMonth: ticks } = ASSUMED;
  const quiet = caseOf(size, 'nothing changes');
  const { probeS, aggregatorS } = durations(size);
  const probeGbS = regions * ticks * probeS * (PROBE_MIB / 1024);
  const aggregatorGbS = ticks * aggregatorS * (AGGREGATOR_MIB / 1024);
  const invocations = ticks * (regions + 1);
  const logGb = (ticks * (quiet.logBytes + (regions + 1) * ASSUMED.platformLogBytes)) / 1e9;
  const transferBytes = quiet.answerBytes + quiet.requestBytes + ASSUMED.envelopeBytes;
  const transferGb = (ticks * (regions - 1) * transferBytes) / 1e9;
  const lines = [
    line(
      'probes',
      `${count(regions * ticks)} × ${probeS.toFixed(2)} s × ${PROBE_MIB / 1024} GB = ${count(probeGbS)} GB-s`,
      probeGbS,
      PRICES.lambdaGbSecond,
    ),
    line(
      'aggregator',
      `${count(ticks)} × ${aggregatorS.toFixed(2)} s × ${AGGREGATOR_MIB / 1024} GB = ${count(aggregatorGbS)} GB-s`,
      aggregatorGbS,
      PRICES.lambdaGbSecond,
    ),
    line(
      'invocations',
      `${count(ticks)} × ${regions + 1} = ${count(invocations)}`,
      invocations,
      PRICES.lambdaRequest,
    ),
    line(
      'table, writes',
      `${count(ticks)} × ${quiet.writeUnits} units = ${count(ticks * quiet.writeUnits)}`,
      ticks * quiet.writeUnits,
      PRICES.writeUnit,
    ),
    line(
      'table, reads',
      `${count(ticks)} × ${quiet.readUnits} units = ${count(ticks * quiet.readUnits)}`,
      ticks * quiet.readUnits,
      PRICES.readUnit,
    ),
    line('schedule', count(ticks), ticks, PRICES.schedulerInvocation),
    line('metrics', String(WATCHED.metrics), WATCHED.metrics, PRICES.metric),
    line('alarms', `${WATCHED.alarmMetrics} metrics`, WATCHED.alarmMetrics, PRICES.alarm),
    line('dashboard', String(WATCHED.dashboards), WATCHED.dashboards, PRICES.dashboard),
    line('logs', `${logGb.toFixed(2)} GB`, logGb, PRICES.logGb),
    line(
      'between regions',
      `${regions - 1} × ${count(ticks)} × ${(transferBytes / 1000).toFixed(1)} KB = ${transferGb.toFixed(1)} GB`,
      transferGb,
      PRICES.transferGb,
    ),
  ];
  return {
    lines,
    usd: lines.reduce((sum, { usd }) => sum + Math.round(usd * 100), 0) / 100,
    usdAfterFreeTier: afterFreeTier(lines),
    usdATick:
      lines.filter(({ price }) => !STANDING.has(price)).reduce((sum, { usd }) => sum + usd, 0) / ticks,
  };
}

function line(what: string, amount: string, quantity: number, price: Price): Line {
  return { what, amount, price, quantity, usd: quantity * price.usd };
}

/** What is free is free once, however many lines draw on the same price. */
function afterFreeTier(lines: readonly Line[]): number {
  const prices = new Set(lines.map(({ price }) => price));
  return [...prices].reduce((sum, price) => {
    const quantity = lines.filter((own) => own.price === price).reduce((all, own) => all + own.quantity, 0);
    return sum + Math.max(0, quantity - (price.free?.amount ?? 0)) * price.usd;
  }, 0);
}

/**
 * A month in which every function starts once an hour, at the CPU of the aggregator's start, which is the largest. Memory does not
 * matter to it: half of it takes twice as long.
 */
export function coldStartsUsd({ start, sizes }: Figures): number {
  const functions = Math.max(...sizes.map(({ regions }) => regions)) + 1;
  const gbS = (start.aggregator.cpuMs / 1000) * (ASSUMED.mibOfOneCpu / 1024);
  return 730 * functions * gbS * PRICES.lambdaGbSecond.usd;
}

/** What one day costs on top while one target is silent, so that every tick takes two long rounds. */
export function silentDayUsd(size: SizeFigures): number {
  const { regions } = size;
  const { probeS, aggregatorS } = durations(size);
  const roundS = ASSUMED.silentRoundMs / 1000;
  const roundsS = 2 * (roundS + ASSUMED.transportMs / 1000);
  const gbS =
    regions * (2 * roundS - probeS) * (PROBE_MIB / 1024) + (roundsS - aggregatorS) * (AGGREGATOR_MIB / 1024);
  return 24 * 60 * (gbS * PRICES.lambdaGbSecond.usd + regions * PRICES.lambdaRequest.usd);
}

/** What 1,000 incidents cost that open and close, each told over the bus, the topic and to one address by mail. */
export function thousandIncidentsUsd(size: SizeFigures): number {
  const [opens, closes] = [caseOf(size, 'one target fails'), caseOf(size, 'it is well again')];
  const quiet = caseOf(size, 'nothing changes');
  const writes = opens.writeUnits + closes.writeUnits - 2 * quiet.writeUnits;
  const told = 2 * (PRICES.busEvent.usd + PRICES.snsPublish.usd + PRICES.snsMail.usd);
  return 1000 * (writes * PRICES.writeUnit.usd + told);
}

/** What others list for looking at as many targets from as many regions every minute. */
export function others({ targets, regions }: Pick<SizeFigures, 'targets' | 'regions'>) {
  const { ticksAMonth } = ASSUMED;
  return {
    canaryForEach: targets * regions * ticksAMonth * PRICES.canaryRun.usd,
    canaryForAll: regions * ticksAMonth * PRICES.canaryRun.usd,
    healthChecks: targets * PRICES.healthCheck.usd,
    healthChecksInAws: targets * PRICES.healthCheckInAws.usd,
  };
}

export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
