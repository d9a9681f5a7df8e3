/** The media types of the two formats, from the scrape protocol of Prometheus. */
export const PROMETHEUS_TEXT = 'text/plain; version=0.0.4';
export const OPEN_METRICS_TEXT = 'application/openmetrics-text; version=1.0.0';

export type MetricsFormat = typeof PROMETHEUS_TEXT | typeof OPEN_METRICS_TEXT;

/** One metric with all its series. */
export interface Family {
  /** The name of its series. The name of an `info` metric ends in `_info`. */
  name: string;
  type: 'gauge' | 'stateset' | 'info';
  /** The name ends in it. */
  unit?: 'seconds';
  help: string;
  samples: { labels: Record<string, string>; value: number }[];
}

/**
 * Writes metrics in the Prometheus text format 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats) or in OpenMetrics
 * 1.0 (https://prometheus.io/docs/specs/om/open_metrics_spec). The first has no state sets and no info metrics; it uses gauges.
 */
export function metricsText(families: readonly Family[], format: MetricsFormat): string {
  const lines = families.flatMap((family) => [
    ...(format === OPEN_METRICS_TEXT ? openMetricsHead(family) : prometheusHead(family)),
    ...family.samples.map(({ labels, value }) => `${family.name}${labelSet(labels)} ${value}`),
  ]);
  if (format === OPEN_METRICS_TEXT) lines.push('# EOF');
  return `${lines.join('\n')}\n`;
}

function openMetricsHead({ name, type, unit, help }: Family): string[] {
  const family = type === 'info' ? name.replace(/_info$/, '') : name;
  return [
    `# TYPE ${family} ${type}`,
    ...(unit ? [`# UNIT ${family} ${unit}`] : []),
    `# HELP ${family} ${escapeQuoted(help)}`,
  ];
}

function prometheusHead({ name, help }: Family): string[] {
  return [`# HELP ${name} ${escapeText(help)}`, `# TYPE ${name} gauge`];
}

function labelSet(labels: Record<string, string>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeQuoted(value)}"`);
  return pairs.length > 0 ? `{${pairs.join(',')}}` : '';
}

function escapeQuoted(text: string): string {
  return escapeText(text).replaceAll('"', String.raw`\"`);
}

function escapeText(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', String.raw`\n`);
}
