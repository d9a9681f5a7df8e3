import type { Target } from '../functions/reachability/request.ts';
import type { ExpectedTarget } from '../functions/reachability/verdict.ts';

/** What a user owns and opens in the address policy of the probes. */
export interface PolicyAllowance {
  /** IPv4 or IPv6, e.g. `10.1.0.0/16`. */
  cidr: string;
  /** Absent: every port. */
  ports?: number[];
}

/** A window in which announcements about a target stay silent. */
export interface MaintenanceWindow {
  /** `host:port` of the targets it covers; absent: all. */
  targets?: string[];
  /** ISO 8601 with an offset. */
  from: string;
  until: string;
}

/** Where a secret is kept: exactly one of `parameter` and `secret`. */
export interface StoredSecret {
  /** The name of a parameter in SSM Parameter Store, of the account and the region of home. */
  parameter?: string;
  /** The name of a secret in Secrets Manager there, or the full ARN of one anywhere. */
  secret?: string;
  /** The ARN of the customer managed key that it is encrypted with. Absent: a key that AWS manages. */
  kmsKey?: string;
}

export type OnDemandTargets = 'configured' | 'allow-list' | 'any';

/** `synwhere.yaml` after validation, defaults filled in. Units stand in the names. */
export interface Configuration {
  /** Names the stacks, functions and the table: `synwhere` unless several installations share an account. */
  name: string;
  /** The region of the aggregator, its table and its topics. */
  home: string;
  /** The regions that probes stand in. */
  regions: string[];
  targets: (ExpectedTarget & { labels?: Record<string, string> })[];
  controls: Target[];
  policy: { allow: PolicyAllowance[] };
  probe: { timeoutMs: number; attempts: number; memoryMiB: number; reservedConcurrency?: number };
  /** Absent: see `DEFAULTS` in defaults.ts. */
  aggregator?: { memoryMiB: number };
  /** How long CloudWatch keeps the functions' logs. Absent: see `DEFAULTS` in defaults.ts. */
  logs?: { retentionDays: number };
  schedule: { everyMinutes: number; enabled: boolean };
  incidents: {
    /** Ticks in a row that must agree before an incident opens or closes. */
    confirmTicks: number;
    /** Open-close changes within `flappingWindowMinutes` after which a target is called flapping. */
    flappingChanges: number;
    flappingWindowMinutes: number;
    maintenance: MaintenanceWindow[];
  };
  onDemand: { targets: OnDemandTargets; allowList: string[]; maxTargets: number };
  history: {
    retentionDays: number;
    /** Whether the table outlives the stack. Absent: true. */
    keepOnDestroy?: boolean;
  };
  announce: {
    email: string[];
    /** Where the URL of a Slack-compatible webhook is kept. */
    slackWebhook?: StoredSecret;
    /** The URL itself, which becomes part of the function's code: replaced by `slackWebhook`. */
    slackWebhookUrl?: string;
  };
  metrics: { perRegion: boolean };
  alarms: { noTickMinutes: number; abstainingMinutes: number };
  /** Local vantages of `synwhere check` and `synwhere dev`: name -> command. */
  vantages: Record<string, string>;
}
