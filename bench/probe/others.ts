import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Load } from './load.ts';
import { cpuMs, installed, maxRssMiB, measureProgram, startServer, stop } from './processes.ts';

/** What a program used; memory only if it can be read. */
export interface OtherCost {
  connects: number;
  cpuMs: number;
  wallMs: number;
  maxRssMiB?: number;
}

/** Scans 4,096 addresses with five ports of the responder each, without DNS. Undefined if nmap is not installed. */
export async function nmap(): Promise<OtherCost | undefined> {
  if (!installed('nmap')) return undefined;
  const cost = await measureProgram([
    'nmap',
    '-sT',
    '-Pn',
    '-n',
    '-T5',
    '-p',
    '8080-8084',
    '-oG',
    '-',
    '127.0.16.0/20',
  ]);
  return { connects: 4096 * 5, ...cost };
}

const EXPORTER_PORT = 9115;
const EXPORTER_WIDTH = 64;

/** Runs the exporter's TCP prober over HTTP, as Prometheus does, and measures only its own time. Undefined if it is not installed. */
export async function blackboxExporter(folder: string, load: Load): Promise<OtherCost | undefined> {
  const program = 'prometheus-blackbox-exporter';
  if (!installed(program)) return undefined;
  const config = path.join(folder, 'blackbox.yml');
  await writeFile(config, 'modules:\n  tcp_connect:\n    prober: tcp\n    timeout: 4s\n');
  const address = `127.0.0.1:${EXPORTER_PORT}`;
  const exporter = await startServer(
    [program, `--config.file=${config}`, `--web.listen-address=${address}`],
    0,
  );
  try {
    const { pid } = exporter;
    if (pid === undefined) return undefined;
    await untilReady(address);
    const before = cpuMs(pid, 'own');
    const start = performance.now();
    const rest = load.targets.values();
    const ask = async () => {
      for (const { host, port } of rest) {
        const answer = await fetch(`http://${address}/probe?module=tcp_connect&target=${host}:${port}`);
        if (!(await answer.text()).includes('probe_success 1'))
          throw new Error('the exporter did not connect');
      }
    };
    await Promise.all(Array.from({ length: EXPORTER_WIDTH }, ask));
    return {
      connects: load.targets.length,
      cpuMs: cpuMs(pid, 'own') - before,
      wallMs: performance.now() - start,
      maxRssMiB: maxRssMiB(pid),
    };
  } finally {
    await stop(exporter);
  }
}

async function untilReady(address: string): Promise<void> {
  for (let turn = 0; turn < 50; turn++) {
    try {
      await (await fetch(`http://${address}/-/healthy`)).text();
      return;
    } catch {
      await sleep(100);
    }
  }
  throw new Error('the exporter does not answer');
}
