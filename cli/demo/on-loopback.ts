import net from 'node:net';
import { check } from '../../functions/aggregator/check/check.ts';
import type { CheckEvent } from '../../functions/aggregator/check/check.ts';
import { commandVantage } from '../../functions/aggregator/vantages/command.ts';
import type { Target } from '../../functions/reachability/request.ts';
import { CATALOGUE } from '../../lab/catalogue/catalogue.ts';
import type { SituationName } from '../../lab/catalogue/catalogue.ts';
import { compareWithTruth, truthOf } from '../../lab/catalogue/compare.ts';
import type { CaseResult } from '../../lab/catalogue/compare.ts';
import { CRASH } from './run-scene.ts';

const LOOPBACK = '127.0.0.1';
const WELL = ['first', 'second'];
const CRASHING = 'crashing';

/**
 * The situations that one machine can show without namespaces: a port that is open, one that refuses, one that closes at once, and
 * vantages that crash. `program` is the command line of this program, quoted for a shell.
 */
export async function runDemoOnLoopback({
  program,
  signal,
  onEvent,
}: {
  program: string;
  signal: AbortSignal;
  onEvent: (event: CheckEvent) => void;
}): Promise<CaseResult[]> {
  const open = await serve(() => undefined);
  const closing = await serve((socket) => socket.end());
  const gone = await serve(() => undefined);
  await gone.stop();
  const run = async (
    cases: readonly [SituationName, port: number][],
    well: readonly string[],
  ): Promise<CaseResult[]> => {
    const targets = cases.map(([, port]): Target => ({ host: LOOPBACK, port }));
    const verdicts = await check({
      targets,
      vantages: [
        ...well.map((name) => commandVantage(name, `${program} probe -`)),
        commandVantage(CRASHING, CRASH),
      ],
      signal,
      onEvent,
    });
    return verdicts.flatMap((verdict, index) => {
      const [name] = cases[index] ?? [];
      const target = targets[index];
      if (!name || !target) return [];
      // Too few vantages for the confidence of the catalogue.
      const { confidence: _, ...situation } = CATALOGUE[name];
      const truth = truthOf({ ...situation, crashing: [CRASHING] }, target, [...well, CRASHING]);
      return compareWithTruth(truth, verdict);
    });
  };
  try {
    const seen = await run(
      [
        ['healthy', open.port],
        ['closed', gone.port],
        ['closed-at-once', closing.port],
      ],
      WELL,
    );
    return [...seen, ...(await run([['all-crash', open.port]], []))];
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
