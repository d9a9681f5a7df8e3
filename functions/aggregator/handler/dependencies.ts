import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Configuration } from '../../../configuration/configuration.ts';
import { DEPLOYED_CONFIG } from '../../../configuration/defaults.ts';
import { probesOf, type DeployedConfiguration } from '../../../configuration/probes.ts';
import type { Announcer } from '../announce/announcer.ts';
import { eventBridgeAnnouncer } from '../announce/eventbridge.ts';
import { slackAnnouncer } from '../announce/slack.ts';
import { snsAnnouncer } from '../announce/sns.ts';
import { storedWebhookUrl, type WebhookUrl } from '../announce/webhook-url.ts';
import { check } from '../check/check.ts';
import type { AggregatorDependencies } from './answer.ts';
import { emfMetrics } from '../tick/metrics.ts';
import { createStore } from '../store/store.ts';
import { lambdaVantage } from '../vantages/lambda.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Creates the dependencies of the deployed aggregator from its environment: `SYNWHERE_TABLE`, `SYNWHERE_BUS`, `SYNWHERE_TOPIC_ARN`, and
 * `SYNWHERE_CONFIG`, the file of the validated configuration (default: `synwhere.json` in `directory`). Throws an error of one line if
 * something is missing, so that a wrong deployment fails at once.
 */
export function dependenciesFromEnvironment(env: Environment, directory: string): AggregatorDependencies {
  const configuration = readConfiguration(env['SYNWHERE_CONFIG'] ?? join(directory, DEPLOYED_CONFIG));
  const { name, history, announce, metrics } = configuration;
  const store = createStore({
    table: requireEnv(env, 'SYNWHERE_TABLE'),
    retentionDays: history.retentionDays,
  });
  const vantages = probesOf(configuration).map((probe) =>
    lambdaVantage(probe.region, probe.functionName, { name: probe.name }),
  );
  const announcers: Announcer[] = [
    eventBridgeAnnouncer(requireEnv(env, 'SYNWHERE_BUS')),
    snsAnnouncer(requireEnv(env, 'SYNWHERE_TOPIC_ARN')),
    ...webhookUrls(announce).map((url) => slackAnnouncer(url)),
  ];
  return {
    api: { configuration, vantages, store },
    tick: {
      configuration,
      vantages,
      check,
      store,
      announcers,
      metrics: emfMetrics({ service: name, perRegion: metrics.perRegion }),
      log: (line) => console.warn(line),
    },
  };
}

/** At most one. */
function webhookUrls({ slackWebhook, slackWebhookUrl }: Configuration['announce']): WebhookUrl[] {
  if (slackWebhook) return [storedWebhookUrl(slackWebhook)];
  return slackWebhookUrl === undefined ? [] : [() => Promise.resolve(slackWebhookUrl)];
}

function requireEnv(env: Environment, name: string): string {
  const value = env[name];
  if (value !== undefined && value !== '') return value;
  throw new Error(`the environment variable ${name} is missing; infra/home-stack.ts sets it`);
}

function readConfiguration(file: string): DeployedConfiguration {
  try {
    // No defaults are filled in: the file and this code are one asset, so the version that validated it is always this one.
    const configuration: DeployedConfiguration = JSON.parse(readFileSync(file, 'utf8'));
    return configuration;
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new Error(`the configuration cannot be read: ${reason}`, { cause: error });
  }
}
