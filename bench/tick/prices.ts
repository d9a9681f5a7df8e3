/** One list price of AWS in us-east-1, without discounts. */
export interface Price {
  what: string;
  usd: number;
  /** What that buys, in words. */
  per: string;
  /** AWS's page that publishes it. */
  published: string;
  /** Where it was read, with the day that stands there. */
  sources: readonly Source[];
  /** What is free for every account, every month, in the unit of `per`. */
  free?: { amount: number; words: string };
}

export interface Source {
  name: string;
  /** The day, ISO 8601, or why there is none. */
  date: string;
}

/** When the sources were looked up. */
export const LOOKED_UP = '2026-11-22';

/**
 * Infracost is an open-source tool that asks AWS's price list; the expected outputs of its tests hold what the list answered. The
 * stored copies have commits and no days.
 */
function infracost(test: string, commit: string): Source {
  return { name: `Infracost, ${test}_test.golden at ${commit}`, date: 'no day known' };
}

const LAMBDA_PAGE = 'aws.amazon.com/lambda/pricing';
const DYNAMODB_PAGE = 'aws.amazon.com/dynamodb/pricing/on-demand';
const CLOUDWATCH_PAGE = 'aws.amazon.com/cloudwatch/pricing';
const EVENTBRIDGE_PAGE = 'aws.amazon.com/eventbridge/pricing';
const SNS_PAGE = 'aws.amazon.com/sns/pricing';

const LAMBDA_SOURCES = [
  infracost('lambda_function', 'da0a586'),
  { name: 'git.mcrn.ar, lambda-13-cost.md', date: '2026-05-11' },
];
const DYNAMODB_SOURCES = [
  infracost('dynamodb_table', '0b97cc5'),
  { name: 'airbyte.com, "Amazon DynamoDB Pricing"', date: '2025-07-21' },
];
const FACTUALMINDS_CLOUDWATCH = { name: 'factualminds.com, "Amazon CloudWatch Pricing"', date: '2026-06-13' };
const FACTUALMINDS_SNS = { name: 'factualminds.com, "Amazon SNS Pricing"', date: '2026-06-13' };
const CLOUDBURN = { name: 'cloudburn.io, "Amazon EventBridge Pricing"', date: '2026-03-13' };

export const PRICES = {
  lambdaGbSecond: {
    what: 'Lambda, arm64',
    usd: 0.000_013_333_4,
    per: 'GB-s',
    published: LAMBDA_PAGE,
    sources: LAMBDA_SOURCES,
    free: { amount: 400_000, words: '400,000 GB-s' },
  },
  lambdaRequest: {
    what: 'Lambda, invocations',
    usd: 0.2 / 1e6,
    per: 'invocation',
    published: LAMBDA_PAGE,
    sources: LAMBDA_SOURCES,
    free: { amount: 1e6, words: '1 million' },
  },
  writeUnit: {
    what: 'DynamoDB on demand, write request units',
    usd: 0.625 / 1e6,
    per: 'unit',
    published: DYNAMODB_PAGE,
    sources: DYNAMODB_SOURCES,
  },
  readUnit: {
    what: 'DynamoDB on demand, read request units',
    usd: 0.125 / 1e6,
    per: 'unit',
    published: DYNAMODB_PAGE,
    sources: DYNAMODB_SOURCES,
  },
  schedulerInvocation: {
    what: 'EventBridge Scheduler',
    usd: 1 / 1e6,
    per: 'invocation',
    published: EVENTBRIDGE_PAGE,
    sources: [CLOUDBURN],
    free: { amount: 14e6, words: '14 million' },
  },
  busEvent: {
    what: 'EventBridge, custom events',
    usd: 1 / 1e6,
    per: 'event',
    published: EVENTBRIDGE_PAGE,
    sources: [infracost('cloudwatch_event_bus', '2599472'), CLOUDBURN],
  },
  snsPublish: {
    what: 'SNS, requests',
    usd: 0.5 / 1e6,
    per: 'request',
    published: SNS_PAGE,
    sources: [FACTUALMINDS_SNS],
  },
  snsMail: {
    what: 'SNS, mail',
    usd: 2 / 1e5,
    per: 'mail',
    published: SNS_PAGE,
    sources: [FACTUALMINDS_SNS],
  },
  metric: {
    what: 'CloudWatch, custom metrics (EMF too)',
    usd: 0.3,
    per: 'metric and month',
    published: CLOUDWATCH_PAGE,
    sources: [{ name: 'signoz.io, "CloudWatch Pricing"', date: '2026-02-15' }],
    free: { amount: 10, words: '10' },
  },
  alarm: {
    what: 'CloudWatch, alarms',
    usd: 0.1,
    per: 'alarm metric and month',
    published: CLOUDWATCH_PAGE,
    sources: [infracost('cloudwatch_metric_alarm', '2599472')],
    free: { amount: 10, words: '10' },
  },
  dashboard: {
    what: 'CloudWatch, dashboards',
    usd: 3,
    per: 'dashboard and month',
    published: CLOUDWATCH_PAGE,
    sources: [infracost('cloudwatch_dashboard', '5cdfa4b'), FACTUALMINDS_CLOUDWATCH],
    free: { amount: 3, words: '3 of up to 50 metrics' },
  },
  logGb: {
    what: 'CloudWatch Logs, taken in',
    usd: 0.5,
    per: 'GB',
    published: CLOUDWATCH_PAGE,
    sources: [infracost('cloudwatch_log_group', '2599472'), FACTUALMINDS_CLOUDWATCH],
    free: { amount: 5, words: '5 GB' },
  },
  transferGb: {
    what: 'data from one region to another',
    usd: 0.02,
    per: 'GB',
    published: 'aws.amazon.com/ec2/pricing/on-demand',
    sources: [{ name: 'redresscompliance.com, "AWS inter region transfer costs"', date: 'undated' }],
  },
  canaryRun: {
    what: 'CloudWatch Synthetics, canary runs',
    usd: 0.0012,
    per: 'run',
    published: CLOUDWATCH_PAGE,
    sources: [
      { name: 'blog.mattsbit.co.uk, "AWS Synthetics Canaries"', date: '2023-11-11' },
      { name: 'thomasstep.com, "Creating Your Own Canary For An API"', date: 'undated' },
    ],
    free: { amount: 100, words: '100' },
  },
  healthCheck: {
    what: 'Route 53 health checks, endpoints outside AWS',
    usd: 0.75,
    per: 'check and month',
    published: 'aws.amazon.com/route53/pricing',
    sources: [
      infracost('route53_health_check', '01c59b1'),
      { name: 'wewantcode.com, lesson on health checks', date: 'undated' },
    ],
  },
  healthCheckInAws: {
    what: 'Route 53 health checks, endpoints in AWS',
    usd: 0.5,
    per: 'check and month',
    published: 'aws.amazon.com/route53/pricing',
    sources: [
      infracost('route53_health_check', '01c59b1'),
      { name: 'wewantcode.com, lesson on health checks', date: 'undated' },
    ],
  },
} as const satisfies Record<string, Price>;

/** Prices that only one source names, or that differ by more than a fifth from place to place: to be looked up before relying on them. */
export function isUncertain({ sources, what }: Price): boolean {
  return sources.length < 2 || what === PRICES.transferGb.what;
}
