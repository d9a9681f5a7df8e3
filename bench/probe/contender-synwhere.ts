import { text } from 'node:stream/consumers';
import { probe } from '../../functions/probe/probe.ts';
import type { Cost, Load } from './load.ts';

/** Runs the probe with the load from stdin. */
const load: Load = JSON.parse(await text(process.stdin));
const { targets, timeoutMs, attempts, deadlineMs } = load;
const startCpu = process.cpuUsage();
const start = performance.now();
const report = await probe({ targets, timeoutMs, attempts, deadlineMs });
const { user, system } = process.cpuUsage(startCpu);
const all = report.targets.flatMap(({ addresses }) => addresses.flatMap((address) => address.attempts));
const outcomes: Record<string, number> = {};
for (const { outcome } of all) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
const untried = report.targets.filter(({ addresses }) => addresses.length === 0).length;
if (untried > 0) outcomes['targets not tried'] = untried;
const cost: Cost = {
  connects: all.length,
  cpuMs: (user + system) / 1000,
  wallMs: performance.now() - start,
  maxRssMiB: process.resourceUsage().maxRSS / 1024,
  outcomes,
};
process.stdout.write(JSON.stringify(cost));
