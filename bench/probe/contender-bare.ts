import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Cost, Load } from './load.ts';

/** The simplest loop: connect, note the outcome, destroy the socket, continue. */
const load: Load = JSON.parse(await text(process.stdin));
const { targets, timeoutMs, width, holdMs } = load;
const outcomes: Record<string, number> = {};
const startCpu = process.cpuUsage();
const start = performance.now();
let next = 0;

function one(): Promise<void> {
  const target = targets[next++];
  return new Promise((resolve) => {
    if (!target) return resolve();
    const socket = connect(target.port, target.host);
    const end = (outcome: string) => {
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      socket.destroy();
    };
    const timer = setTimeout(() => end('timed-out'), timeoutMs);
    socket.on('connect', () => {
      if (holdMs === 0) end('connected');
      else setTimeout(() => end('connected'), holdMs);
    });
    socket.on('error', () => end('error'));
    socket.on('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

async function worker(): Promise<void> {
  while (next < targets.length) await one();
}

await Promise.all(Array.from({ length: width }, worker));
const { user, system } = process.cpuUsage(startCpu);
const cost: Cost = {
  connects: targets.length,
  cpuMs: (user + system) / 1000,
  wallMs: performance.now() - start,
  maxRssMiB: process.resourceUsage().maxRSS / 1024,
  outcomes,
};
process.stdout.write(JSON.stringify(cost));
