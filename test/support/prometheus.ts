import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pythonProgram } from '../cloud/python.ts';
import { freePort } from './ports.ts';

/** Why Prometheus and its promtool cannot be run, in one line with the remedy. */
export function prometheusProblem(): string | undefined {
  const missing = ['promtool', 'prometheus'].filter(
    (program) => spawnSync(program, ['--version'], { timeout: 30_000 }).status !== 0,
  );
  return missing.length === 0
    ? undefined
    : `there is no ${missing.join(', no ')} on the PATH; install the package prometheus`;
}

/** The output of `promtool check metrics` for a text in the Prometheus format 0.0.4, including its lints. */
export function checkMetrics(text: string): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics', '--extended'], {
    input: text,
    encoding: 'utf8',
    timeout: 60_000,
  });
  // The extended statistics are a table on stdout. Problems are on stderr.
  return { status, output: status === 0 ? stderr : `${stdout}${stderr}` };
}

export interface ParsedFamily {
  name: string;
  type: string;
  unit: string;
  samples: { name: string; labels: Record<string, string>; value: number }[];
}

const SCRIPT = `
import json, sys
from prometheus_client import parser
from prometheus_client.openmetrics import parser as openmetrics
read = openmetrics if sys.argv[1] == "openmetrics" else parser
families = read.text_string_to_metric_families(sys.stdin.read())
print(json.dumps([
  {"name": f.name, "type": f.type, "unit": f.unit,
   "samples": [{"name": s.name, "labels": s.labels, "value": float(s.value)} for s in f.samples]}
  for f in families]))
`;

/** Reads a text with the parser of the Python package. Throws the parser's message if the text is not valid. */
export function parseByClient(format: 'openmetrics' | 'text', text: string): ParsedFamily[] {
  const output = execFileSync(pythonProgram('python'), ['-c', SCRIPT, format], {
    input: text,
    encoding: 'utf8',
    timeout: 60_000,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const families: ParsedFamily[] = JSON.parse(output);
  return families;
}

/** A running Prometheus on loopback that scrapes one address every second. */
export interface RunningPrometheus {
  /** Waits for the first scrape to end, and resolves to its error, which is empty if it succeeded. */
  scraped(): Promise<string>;
  /** The series that an instant query returns. */
  query(expression: string): Promise<{ metric: Record<string, string>; value: [number, string] }[]>;
  close(): Promise<void>;
}

export async function startPrometheus(address: string): Promise<RunningPrometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'synwhere-prometheus-'));
  const file = join(folder, 'prometheus.yaml');
  const host = new URL(address).host;
  writeFileSync(
    file,
    `scrape_configs: [{ job_name: synwhere, scrape_interval: 1s, scrape_timeout: 1s, static_configs: [{ targets: ['${host}'] }] }]`,
  );
  const port = await freePort();
  const child = spawn(
    'prometheus',
    [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: 'ignore' },
  );
  const get = async (path: string): Promise<unknown> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(5000) });
    return response.json();
  };
  return {
    async scraped() {
      const endAt = Date.now() + 60_000;
      while (Date.now() < endAt) {
        const answer = await get('/api/v1/targets').catch(() => undefined);
        const { data } = (answer ?? {}) as {
          data?: { activeTargets: { health: string; lastError: string }[] };
        };
        const target = data?.activeTargets[0];
        if (target && target.health !== 'unknown') return target.lastError;
        await sleep(200);
      }
      throw new Error('Prometheus has not scraped within a minute');
    },
    async query(expression) {
      const answer = await get(`/api/v1/query?query=${encodeURIComponent(expression)}`);
      const { data } = answer as { data: { result: Awaited<ReturnType<RunningPrometheus['query']>> } };
      return data.result;
    },
    async close() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
