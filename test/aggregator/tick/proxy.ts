import { once } from 'node:events';
import { createServer, request as sendRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { portOf } from '../../support/ports.ts';

/** A request to the store or to a receiver. `number` counts from 0 since the last `reset`. */
export interface Passing {
  number: number;
  /** `GetItem`, `PutItem`, … or the receiver. */
  call: string;
  toStore: boolean;
  /** The JSON of the request to the database. */
  input?: Record<string, unknown>;
}

/**
 * What the proxy does with a request. `refuse`: it answers 500 and does not forward the request. `lose`: it forwards the request and
 * drops the answer. `before`, `after`: it calls the function, which kills the client, before or after forwarding, and does not answer.
 */
export type Fate = 'pass' | 'refuse' | 'lose' | { before: () => void } | { after: () => void };

/** An HTTP proxy in front of the database and the receivers, which can disturb any single request. */
export interface FaultProxy {
  endpoint: string;
  fate: (passing: Passing) => Fate | Promise<Fate>;
  passed: Passing[];
  reset(): void;
  close(): Promise<void>;
}

export async function startFaultProxy(database: string, receivers: string): Promise<FaultProxy> {
  const server = createServer((request, response) => {
    pass(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const proxy: FaultProxy = {
    endpoint: `http://127.0.0.1:${portOf(server)}`,
    fate: () => 'pass',
    passed: [],
    reset() {
      proxy.passed.length = 0;
      proxy.fate = () => 'pass';
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const [service = '', operation] = String(request.headers['x-amz-target'] ?? '').split('.');
    const toStore = service.startsWith('DynamoDB');
    const call = toStore ? (operation ?? '') : receiverOf(request);
    const input: Record<string, unknown> | undefined = toStore
      ? JSON.parse(body.toString('utf8'))
      : undefined;
    const passing = { number: proxy.passed.length, call, toStore, ...(input && { input }) };
    proxy.passed.push(passing);
    const fate = await proxy.fate(passing);
    if (fate === 'refuse') {
      response.statusCode = 500;
      response.end(JSON.stringify({ __type: 'InternalServerError', message: 'refused on purpose' }));
    } else if (typeof fate === 'object' && 'before' in fate) {
      fate.before();
    } else {
      const answer = await forward(toStore ? database : receivers, request, body);
      if (fate === 'lose') response.destroy();
      else if (typeof fate === 'object') fate.after();
      else response.writeHead(answer.status, answer.headers).end(answer.body);
    }
  }

  return proxy;
}

function receiverOf(request: IncomingMessage): string {
  if (request.url?.startsWith('/services/')) return 'slack';
  return request.headers['x-amz-target'] ? 'eventbridge' : 'sns';
}

interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

async function forward(to: string, { method, url, headers }: IncomingMessage, body: Buffer): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const upstream = sendRequest(new URL(url ?? '/', to), { method, headers }, resolve);
  upstream.on('error', reject);
  upstream.end(body);
  const answer = await promise;
  return { status: answer.statusCode ?? 502, headers: answer.headers, body: await buffer(answer) };
}
