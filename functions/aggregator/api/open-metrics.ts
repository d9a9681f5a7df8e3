import { formatTarget } from '../../reachability/target.ts';
import { KINDS } from '../../reachability/words.ts';
import type { StateRecord } from '../store/store.ts';
import type { ApiRequest, ApiResponse } from './http.ts';
import { metricsText, OPEN_METRICS_TEXT, PROMETHEUS_TEXT, type Family } from './metrics-text.ts';
import { negotiate } from './negotiate.ts';
import type { ApiDependencies } from './dependencies.ts';
import { onlyParameters } from './query.ts';

/**
 * `GET /metrics`: the results of the last tick, by `Accept` in the text format of Prometheus or in OpenMetrics 1.0. Without a
 * preference it is the first, which every scraper and every browser can read.
 */
export async function getMetrics(
  { headers, query }: ApiRequest,
  { configuration, store }: ApiDependencies,
): Promise<ApiResponse> {
  const format = negotiate(headers['accept'], [PROMETHEUS_TEXT, OPEN_METRICS_TEXT]);
  onlyParameters(query, []);
  const [states, service, open] = await Promise.all([
    store.states(),
    store.service(),
    store.incidents({ open: true }),
  ]);
  // The last state of a target that is no longer configured would look like a target that never changes.
  const watched = new Set(configuration.targets.map(formatTarget));
  const families: Family[] = [
    targetInfo(configuration),
    ...targetFamilies(states.filter(({ target }) => watched.has(target))),
    {
      name: 'synwhere_open_incidents',
      type: 'gauge',
      help: 'Open incidents by the type of their subject.',
      samples: (['target', 'vantage'] as const).map((subject) => ({
        labels: { subject },
        value: open.incidents.filter((incident) => incident.subject.type === subject).length,
      })),
    },
    {
      name: 'synwhere_last_tick_timestamp_seconds',
      type: 'gauge',
      unit: 'seconds',
      help: 'When the last tick was completed, in Unix time.',
      samples:
        service.lastTickAt === undefined
          ? []
          : [{ labels: {}, value: secondsOf(Date.parse(service.lastTickAt)) }],
    },
  ];
  return {
    status: 200,
    headers: { 'content-type': `${format}; charset=utf-8`, 'cache-control': 'no-store' },
    body: metricsText(families, format),
  };
}

/**
 * The labels of the targets, which a query joins to the other metrics by `target`. Their names get a prefix, so that no name is
 * `target` or begins with `__`, which Prometheus reserves.
 */
function targetInfo({ targets }: ApiDependencies['configuration']): Family {
  return {
    name: 'synwhere_target_info',
    type: 'info',
    help: 'The labels of the target in the configuration.',
    samples: targets.map((target) => ({
      labels: {
        target: formatTarget(target),
        ...Object.fromEntries(
          Object.entries(target.labels ?? {}).map(([name, value]) => [`label_${name}`, value]),
        ),
      },
      value: 1,
    })),
  };
}

function targetFamilies(states: readonly StateRecord[]): Family[] {
  const seen = states.flatMap(({ target, latest }) => (latest ? [{ target, latest }] : []));
  const cells = seen.flatMap(({ target, latest }) =>
    latest.vantages.map((view) => ({ labels: { target, vantage: view.vantage }, view })),
  );
  return [
    {
      name: 'synwhere_target_as_expected',
      type: 'gauge',
      help: 'Whether every vantage that is used saw what is expected of the target.',
      samples: seen.map(({ target, latest }) => ({ labels: { target }, value: Number(latest.asExpected) })),
    },
    {
      name: 'synwhere_verdict',
      type: 'stateset',
      help: 'The kind of the last verdict.',
      samples: seen.flatMap(({ target, latest }) =>
        KINDS.map((kind) => ({
          labels: { target, synwhere_verdict: kind },
          value: Number(kind === latest.kind),
        })),
      ),
    },
    {
      name: 'synwhere_vantage_counted',
      type: 'gauge',
      help: 'Whether the last verdict used the vantage. 0: the vantage abstained.',
      samples: cells.map(({ labels, view }) => ({ labels, value: Number(view.counted) })),
    },
    {
      name: 'synwhere_vantage_state',
      type: 'gauge',
      help: 'Always 1. The labels have what the vantage saw and its fault.',
      samples: cells.map(({ labels, view }) => ({
        labels: { ...labels, saw: view.saw, fault: view.fault },
        value: 1,
      })),
    },
    {
      name: 'synwhere_vantage_handshake_seconds',
      type: 'gauge',
      unit: 'seconds',
      help: 'The fastest TCP handshake of the vantage in the last tick.',
      samples: cells.flatMap(({ labels, view }) =>
        view.handshakeMs === undefined ? [] : [{ labels, value: secondsOf(view.handshakeMs) }],
      ),
    },
  ];
}

/** In seconds, rounded to microseconds. A division alone gives values such as 0.0012300000000000001. */
function secondsOf(milliseconds: number): number {
  return Number((milliseconds / 1000).toFixed(6));
}
