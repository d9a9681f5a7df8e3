import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { DEFAULTS } from '../configuration/defaults.ts';
import { writePagePart } from './page-part.ts';
import { open, refused, silent, type Cost, type Load } from './probe/load.ts';
import { median } from './probe/median.ts';
import { blackboxExporter, nmap, type OtherCost } from './probe/others.ts';
import { aimsAsTable, machine, rowsAsTable, type Aim, type Row } from './probe/page.ts';
import { contend, startServer, stop } from './probe/processes.ts';
import { bundle, measureStart } from './probe/start-time.ts';

const USAGE = 'usage: npm run bench:probe -- [--write]';

/** The contenders run in turns. The result is the least CPU of each, because other work on the machine only adds CPU time. */
const TURNS = 5;
const SUSTAINED: Load = {
  targets: open(6667),
  timeoutMs: DEFAULTS.probe.timeoutMs,
  attempts: DEFAULTS.probe.attempts,
  deadlineMs: 120_000,
  width: 256,
  holdMs: 0,
};
const BARE: Load = { ...SUSTAINED, targets: open(20_001) };
/** Keeps connections open for as long as the probe watches them. */
const HOLDING: Load = { ...BARE, width: 1000, holdMs: 150 };
const MIXED: Load = {
  ...SUSTAINED,
  targets: [...open(334), ...refused(333), ...silent(333)],
  deadlineMs: 20_000,
  width: 1000,
};
const WANTED: Load = { ...SUSTAINED, targets: silent(334), deadlineMs: 20_000 };
const ENDED_EARLY: Load = { ...SUSTAINED, targets: silent(2000), deadlineMs: 6000 };
/** Lambda has 1,024 descriptors and no koffi. */
const AS_IN_LAMBDA = { descriptors: 1024, env: { SYNWHERE_KERNEL_EVIDENCE: 'off' } };

/** A namespace in which 198.18.0.0/15 does not answer: a link without ARP whose other end drops everything. */
const NAMESPACE = `set -e; ip link set lo up; ip link add silent type veth peer name sink; ip link set silent arp off
  ip link set sink arp off up; ip addr add 198.18.0.1/15 dev silent; ip link set silent up; exec "$0" "$@"`;
const INSIDE = 'SYNWHERE_BENCH_INSIDE';

const here = fileURLToPath(import.meta.url);
try {
  const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } });
  process.exitCode = process.env[INSIDE] === undefined ? enter(values.write) : await run(values.write);
} catch (error) {
  console.error(error instanceof TypeError ? USAGE : error);
  process.exitCode = 2;
}

/** Runs this file again in a new namespace, so that the silent addresses exist only there. */
function enter(write: boolean): number {
  const argv = [process.execPath, ...process.execArgv, here, ...(write ? ['--write'] : [])];
  const env = { ...process.env, [INSIDE]: '1' };
  const { status } = spawnSync('unshare', ['-rn', 'sh', '-c', NAMESPACE, ...argv], { stdio: 'inherit', env });
  return status ?? 1;
}

async function run(write: boolean): Promise<number> {
  const folder = await mkdtemp(path.join(tmpdir(), 'synwhere-bench-'));
  try {
    const scripts = await bundles(folder);
    const responder = await startServer([process.execPath, scripts.responder], 1);
    try {
      const busy = loadavg()[0] ?? 0;
      const sweeps = await sweep(scripts);
      const start = await measureStart(folder);
      const sustained = await sustain(scripts, folder);
      sweeps.rows.push(
        sweepRow('synwhere, 334 silent, long table', await contend(scripts.synwhere, WANTED, AS_IN_LAMBDA)),
      );
      const text = page(sustained, sweeps, start, busy);
      console.log(text);
      if (write) await writePagePart('bench:probe', text);
    } finally {
      await stop(responder);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  return 0;
}

interface Scripts {
  synwhere: string;
  bare: string;
  responder: string;
}

async function bundles(folder: string): Promise<Scripts> {
  const scripts = {
    synwhere: path.join(folder, 'synwhere.mjs'),
    bare: path.join(folder, 'bare.mjs'),
    responder: path.join(folder, 'responder.mjs'),
  };
  await bundle(fromHere('probe/contender-synwhere.ts'), scripts.synwhere);
  await bundle(fromHere('probe/contender-bare.ts'), scripts.bare);
  await bundle(fromHere('probe/responder.ts'), scripts.responder);
  return scripts;
}

async function sustain(scripts: Scripts, folder: string): Promise<Row[]> {
  const costs: Record<'bare' | 'holding' | 'plain' | 'withEvidence', Cost[]> = {
    bare: [],
    holding: [],
    plain: [],
    withEvidence: [],
  };
  for (let turn = 0; turn < TURNS; turn++) {
    costs.bare.push(await contend(scripts.bare, BARE));
    costs.plain.push(await contend(scripts.synwhere, SUSTAINED, AS_IN_LAMBDA));
    costs.holding.push(await contend(scripts.bare, HOLDING));
    costs.withEvidence.push(await contend(scripts.synwhere, SUSTAINED));
  }
  for (const cost of Object.values(costs).flat()) {
    if (cost.outcomes['connected'] !== cost.connects)
      throw new Error(`not all connected: ${JSON.stringify(cost.outcomes)}`);
  }
  const bareUs = leastUs(costs.bare);
  const row = (contender: string, of: Cost[], note: string): Row => ({
    contender,
    connects: of[0]?.connects ?? 0,
    cpuUsPerConnect: leastUs(of),
    ratio: leastUs(of) / bareUs,
    wallMs: median(of.map(({ wallMs }) => wallMs)),
    maxRssMiB: median(of.map((cost) => cost.maxRssMiB)),
    note,
  });
  const others = [
    other('nmap -sT', await nmap(), bareUs, 'whole program, one connect per port'),
    other(
      'blackbox exporter',
      await blackboxExporter(folder, { ...BARE, targets: open(5000) }),
      bareUs,
      'only its own time, requested over HTTP',
    ),
  ];
  return [
    row('bare net.connect loop', costs.bare, '256 at a time, destroyed as soon as connected'),
    row('bare loop, open for 150 ms', costs.holding, '1,000 at a time, ignores resets'),
    row(
      'synwhere, as in Lambda',
      costs.plain,
      '6,667 targets, three attempts, wait for resets, 1,024 descriptors',
    ),
    row('synwhere, kernel evidence', costs.withEvidence, 'the same with ICMP and TCP_INFO of every socket'),
    ...others.filter((found) => found !== undefined),
  ];
}

function other(
  contender: string,
  cost: OtherCost | undefined,
  bareUs: number,
  note: string,
): Row | undefined {
  if (!cost) return undefined;
  const cpuUsPerConnect = usPerConnect(cost);
  const { connects, wallMs, maxRssMiB } = cost;
  return { contender, connects, cpuUsPerConnect, ratio: cpuUsPerConnect / bareUs, wallMs, maxRssMiB, note };
}

async function sweep(scripts: Scripts): Promise<{ rows: Row[]; endedEarly: Cost; wanted: Cost }> {
  const bare = await contend(scripts.bare, MIXED, AS_IN_LAMBDA);
  const mixed = await contend(scripts.synwhere, MIXED, AS_IN_LAMBDA);
  const wanted = await contend(scripts.synwhere, WANTED, AS_IN_LAMBDA);
  const endedEarly = await contend(scripts.synwhere, ENDED_EARLY, AS_IN_LAMBDA);
  const rows = [
    sweepRow('bare loop, one connect each', bare),
    sweepRow('synwhere, three attempts each', mixed),
    sweepRow('synwhere, 334 silent targets', wanted),
    sweepRow('synwhere, 2,000 silent, deadline 6 s', endedEarly),
  ];
  return { rows, endedEarly, wanted };
}

function sweepRow(contender: string, cost: Cost): Row {
  const note = Object.entries(cost.outcomes)
    .map(([outcome, count]) => `${count} ${outcome}`)
    .join(', ');
  const { connects, wallMs, maxRssMiB } = cost;
  return { contender, connects, cpuUsPerConnect: usPerConnect(cost), wallMs, maxRssMiB, note };
}

function leastUs(costs: readonly Cost[]): number {
  return Math.min(...costs.map(usPerConnect));
}

function usPerConnect({ cpuMs, connects }: { cpuMs: number; connects: number }): number {
  return (cpuMs * 1000) / connects;
}

function page(
  sustained: Row[],
  { rows, endedEarly, wanted }: Awaited<ReturnType<typeof sweep>>,
  start: Awaited<ReturnType<typeof measureStart>>,
  busy: number,
): string {
  const ratio =
    sustained.find(({ contender }) => contender === 'synwhere, as in Lambda')?.ratio ?? Number.NaN;
  const late = endedEarly.wallMs / ENDED_EARLY.deadlineMs - 1;
  const startMs = start.probeMs - start.emptyMs;
  const aims: Aim[] = [
    {
      aim: 'at most 1.25 times the CPU per connect of the bare loop',
      measured: `${ratio.toFixed(2)} times`,
      holds: ratio <= 1.25,
    },
    {
      aim: 'a sweep ends within 10 % of its deadline',
      measured: `${(late * 100).toFixed(1)} %`,
      holds: Math.abs(late) <= 0.1,
    },
    {
      aim: 'less than 100 MB resident while 1,000 sockets are needed',
      measured: `${wanted.maxRssMiB.toFixed(0)} MiB`,
      holds: wanted.maxRssMiB * 1.048576 < 100,
    },
    {
      aim: 'a bundle under 40 KB',
      measured: `${(start.bundleBytes / 1000).toFixed(1)} KB`,
      holds: start.bundleBytes < 40_000,
    },
    {
      aim: 'a start under 20 ms of CPU above an empty handler',
      measured: `${startMs.toFixed(1)} ms`,
      holds: startMs < 20,
    },
  ];
  return `## The probe

Made by \`npm run bench:probe -- --write\` on ${machine()}; load average before the run ${busy.toFixed(1)}. The contender runs on one core and the listener on another, in a separate network namespace. Each contender has ${TURNS} sustained runs, in turns. The table shows the least CPU of the runs, because other work on the machine only adds CPU time, and the median of the other figures. CPU is user and system time of the contender's process without its start (of \`nmap\`: with its start).

${aimsAsTable(aims)}

Sustained run, 20,000 connects to open ports:

${rowsAsTable(sustained)}

1,000 targets with 1,024 descriptors: one third are open, one third refuse, and one third are silent. The last three rows have only silent targets. The last row ran after the sustained runs, so that the kernel's table had their sockets in TIME_WAIT:

${rowsAsTable(rows)}
`;
}

function fromHere(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url));
}
