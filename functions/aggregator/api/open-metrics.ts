import { formatTarget } from '../../reachability/target.ts';
import { KINDS } from '../../reachability/words.ts';
import type { StateRecord } from '../store.ts';
import type { ApiRequest, ApiResponse } from './http.ts';
import { negotiate } from './negotiate.ts';
import type { ApiParts } from './parts.ts';
import { onlyParameters } from './query.ts';

const OPEN_METRICS = 'application/openmetrics-text';
const PLAIN_TEXT = 'text/plain';

interface Family {
  name: string;
  type: 'gauge' | 'stateset';
  unit?: 'seconds';
  help: string;
  samples: { labels: Record<string, string>; value: number }[];
}

/** `GET /metrics`: what the last tick saw, in the text format of OpenMetrics 1.0. */
export async function getMetrics(
  { headers, query }: ApiRequest,
  { configuration, store }: ApiParts,
): Promise<ApiResponse> {
  const type = negotiate(headers['accept'], [OPEN_METRICS, PLAIN_TEXT]);
  onlyParameters(query, []);
  const [states, service, open] = await Promise.all([
    store.states(),
    store.service(),
    store.incidents({ open: true }),
  ]);
  // What is remembered of a target that is not configured any more would look like a target that never changes.
  const watched = new Set(configuration.targets.map(formatTarget));
  const families = [
    ...targetFamilies(states.filter(({ target }) => watched.has(target))),
    {
      name: 'synwhere_open_incidents',
      type: 'gauge',
      help: 'Incidents that are open, by what they are about.',
      samples: (['target', 'vantage'] as const).map((subject) => ({
        labels: { subject },
        value: open.incidents.filter((incident) => incident.subject.type === subject).length,
      })),
    } satisfies Family,
    {
      name: 'synwhere_last_tick_timestamp_seconds',
      type: 'gauge',
      unit: 'seconds',
      help: 'When the last tick was completed, in Unix time.',
      samples:
        service.lastTickAt === undefined
          ? []
          : [{ labels: {}, value: Date.parse(service.lastTickAt) / 1000 }],
    } satisfies Family,
  ];
  return {
    status: 200,
    headers: {
      // The same text is valid in Prometheus' own format but for the last line, a comment there.
      'content-type': type === OPEN_METRICS ? `${OPEN_METRICS}; version=1.0.0; charset=utf-8` : PLAIN_TEXT,
      'cache-control': 'no-store',
    },
    body: `${families.flatMap(lines).join('\n')}\n# EOF\n`,
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
      help: 'Whether every vantage that counts saw what is expected of the target.',
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
      help: 'Whether the vantage counted in the last verdict; 0 is an abstention.',
      samples: cells.map(({ labels, view }) => ({ labels, value: Number(view.counted) })),
    },
    {
      name: 'synwhere_vantage_state',
      type: 'gauge',
      help: 'Always 1; the labels say what the vantage saw and whose fault it is.',
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
        view.handshakeMs === undefined ? [] : [{ labels, value: view.handshakeMs / 1000 }],
      ),
    },
  ];
}

function lines({ name, type, unit, help, samples }: Family): string[] {
  return [
    `# TYPE ${name} ${type}`,
    ...(unit ? [`# UNIT ${name} ${unit}`] : []),
    `# HELP ${name} ${escapeText(help)}`,
    ...samples.map(({ labels, value }) => `${name}${labelSet(labels)} ${value}`),
  ];
}

function labelSet(labels: Record<string, string>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeText(value)}"`);
  return pairs.length > 0 ? `{${pairs.join(',')}}` : '';
}

/** OpenMetrics 1.0, section "Escaping". */
function escapeText(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
