import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { isIPv6 } from 'node:net';
import { bodyTooLarge } from '../../functions/aggregator/api/checks.ts';
import type { ApiResponse } from '../../functions/aggregator/api/http.ts';
import { printable } from '../../functions/reachability/one-line.ts';
import { MAX_BODY_BYTES } from '../../functions/aggregator/api/http.ts';
import { Problem, problemResponse } from '../../functions/aggregator/api/problem.ts';
import { UsageError } from '../usage-error.ts';
import { refuseForeignOrigins } from './own-origin.ts';

/** Answers a Function URL event (payload format 2.0). `signal` aborts when the caller disconnects. */
export type AnswerEvent = (event: FunctionUrlEvent, signal: AbortSignal) => Promise<ApiResponse>;

/** The parts of a Function URL event that the service reads. */
export interface FunctionUrlEvent {
  version: '2.0';
  rawPath: string;
  rawQueryString: string;
  headers: Record<string, string>;
  requestContext: { http: { method: string } };
  body?: string;
  isBase64Encoded: boolean;
}

export interface LoopbackServer {
  url: string;
  close(): Promise<void>;
}

/** Serves HTTP on loopback as Function URL events. Rejects with a UsageError where the port is not available. Port 0 selects a free one. */
export async function serveLoopback(port: number, answer: AnswerEvent): Promise<LoopbackServer> {
  const server = createServer((request, response) => void serve(request, response, answer));
  server.on('clientError', (_error, socket) => {
    if (socket.writable)
      socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
  });
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const remedy = code === 'EADDRINUSE' ? 'it is in use; give another port with --port' : code;
    throw new UsageError(`port ${port} of 127.0.0.1: ${remedy}`);
  }
  return {
    url: addressOf(server),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function addressOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return `http://${isIPv6(address.address) ? `[${address.address}]` : address.address}:${address.port}`;
}

async function serve(request: IncomingMessage, response: ServerResponse, answer: AnswerEvent): Promise<void> {
  const left = new AbortController();
  response.on('close', () => left.abort());
  try {
    const answered = await receive(request).then(
      (event) => answer(event, left.signal),
      (error: unknown) => {
        if (error instanceof Problem) return problemResponse(error);
        throw error;
      },
    );
    await send(answered, response, left.signal);
  } catch (error) {
    // The caller has disconnected, or a part of the answer is sent: the connection can only be closed.
    if (!left.signal.aborted) process.stderr.write(`synwhere: ${printable(String(error))}\n`);
    response.destroy();
  }
}

async function receive(request: IncomingMessage): Promise<FunctionUrlEvent> {
  const { method = 'GET', url = '/', headers } = request;
  refuseForeignOrigins(method, headers);
  // An absolute URL is for proxies (RFC 9112, 3.2.2): behind `status --web` it would be appended to the address of the service.
  if (!url.startsWith('/')) throw new Problem(400, 'invalid-request', 'the request target is not a path');
  const body = await readBody(request);
  const mark = url.indexOf('?');
  return {
    version: '2.0',
    rawPath: mark < 0 ? url : url.slice(0, mark),
    rawQueryString: mark < 0 ? '' : url.slice(mark + 1),
    headers: Object.fromEntries(
      Object.entries(headers).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, typeof value === 'string' ? value : value.join(',')]],
      ),
    ),
    requestContext: { http: { method } },
    ...(body.length > 0 && { body: body.toString('base64') }),
    isBase64Encoded: true,
  };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) {
      const { body } = bodyTooLarge();
      throw new Problem(413, body.code, body.detail, { headers: { connection: 'close' } });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function send(
  { status, headers, body }: ApiResponse,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  response.writeHead(status, headers);
  if (typeof body === 'string') {
    response.end(body);
    return;
  }
  response.flushHeaders();
  for await (const chunk of body) {
    // After the caller has disconnected, no `drain` comes.
    if (!response.write(chunk)) await once(response, 'drain', { signal });
  }
  response.end();
}
