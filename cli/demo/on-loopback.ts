import net from 'node:net';
import { check } from '../../functions/aggregator/check/check.ts';
import { commandVantage } from '../../functions/aggregator/vantages/command.ts';
import type { Target } from '../../functions/reachability/request.ts';
import type { Kind } from '../../functions/reachability/words.ts';
import { compareWithTruth } from './case.ts';
import type { DemoResult } from './case.ts';
import type { DemoListener } from './in-lab.ts';
import { selfCommand } from '../self-command.ts';

const LOOPBACK = '127.0.0.1';
const CRASHING = 'crashing';

/**
 * What one machine can show of itself without namespaces: a port that is open, one that refuses, one that closes at once, and a
 * vantage that crashes.
 */
export async function runDemoOnLoopback(signal: AbortSignal, listener: DemoListener): Promise<DemoResult[]> {
  const open = await serve(() => undefined);
  const closing = await serve((socket) => socket.end());
  const gone = await serve(() => undefined);
  await gone.stop();
  try {
    const cases: [planted: string, kind: Kind, port: number][] = [
      ['nothing', 'reachable', open.port],
      ['nobody listens at this port', 'remote-refusal', gone.port],
      ['the service closes every connection', 'accepts-then-closes', closing.port],
    ];
    const targets = cases.map(([, , port]): Target => ({ host: LOOPBACK, port }));
    const probe = `${selfCommand()} probe -`;
    const crash = commandVantage(CRASHING, 'kill -9 $$');
    const verdicts = await check({
      targets,
      vantages: [commandVantage('first', probe), commandVantage('second', probe), crash],
      signal,
      onEvent: (event) => listener.onEvent(event),
    });
    const lonely: Target = { host: LOOPBACK, port: open.port };
    const [unseen] = await check({ targets: [lonely], vantages: [crash], signal });
    const results = cases.flatMap(([planted, kind], index) => {
      const target = targets[index];
      const verdict = verdicts[index];
      if (!target || !verdict) return [];
      return compareWithTruth({ target, planted, kind, abstaining: [CRASHING] }, verdict);
    });
    if (!unseen) return results;
    const planted = 'nothing, but the only probe crashes';
    const truth = { target: lonely, planted, kind: 'insufficient-data', abstaining: [CRASHING] } as const;
    return [...results, compareWithTruth(truth, unseen)];
  } finally {
    await Promise.all([open.stop(), closing.stop()]);
  }
}

interface Server {
  port: number;
  stop(): Promise<void>;
}

function serve(onSocket: (socket: net.Socket) => void): Promise<Server> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
    socket.resume();
    onSocket(socket);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, LOOPBACK, () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      resolve({
        port,
        stop: () =>
          new Promise((done) => {
            server.close(() => done());
            for (const socket of sockets) socket.destroy();
          }),
      });
    });
  });
}
