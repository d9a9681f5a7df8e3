import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { bundleFunction } from '../../../infra/bundle.ts';
import { portOf } from '../../support/ports.ts';

/** A request: the function's name is from the path, the region from the signature's scope. */
export interface Invocation {
  functionName: string;
  region: string;
  payload: string;
}

/** How a function behaves: it runs the bundled probe or sends its own answer. */
export type Behaviour = 'runs' | ((response: ServerResponse, request: IncomingMessage) => void);

export interface LambdaEndpoint {
  url: string;
  invocations: Invocation[];
  /** Requests whose client disconnected before the answer. */
  abandoned: number;
  close(): Promise<void>;
}

/** What Lambda's runtime does around a handler: one event in, one answer or error out. */
const RUNTIME = `
import { readFileSync } from 'node:fs';
const { handler } = await import('./index.mjs');
const event = JSON.parse(readFileSync(0, 'utf8'));
const end = Date.now() + 30_000;
try {
  const answer = await handler(event, { getRemainingTimeInMillis: () => end - Date.now(), awsRequestId: 'test' });
  process.stdout.write(JSON.stringify(answer));
} catch (error) {
  process.stdout.write(JSON.stringify({ errorType: error.name, errorMessage: error.message, trace: [error.stack] }));
  process.exitCode = 1;
}
`;

/**
 * An HTTP server on loopback that speaks Lambda's Invoke API as the SDK uses it, for there is no Lambda on this machine. The probe
 * that it runs is the one that is deployed, in a process of its own for each invocation, with loopback allowed.
 */
export async function startLambdaEndpoint(
  behave: (invocation: Invocation) => Behaviour,
): Promise<LambdaEndpoint> {
  const folder = mkdtempSync(join(tmpdir(), 'synwhere-lambda-'));
  await bundleFunction('probe', folder);
  writeFileSync(join(folder, 'runtime.mjs'), RUNTIME);

  const server = createServer((request, response) => {
    void serve(request, response).catch(() => response.destroy());
  });
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('close', () => {
      if (!response.writableFinished) endpoint.abandoned++;
    });
    const payload = await text(request);
    const functionName = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(request.url ?? '')?.[1] ?? '';
    const region =
      /Credential=[^/]+\/\d+\/([^/]+)\/lambda\//.exec(request.headers.authorization ?? '')?.[1] ?? '';
    if (request.method !== 'POST' || functionName === '' || region === '') {
      answerError(response, 400, 'InvalidRequestContentException', `${request.method} ${request.url}`);
      return;
    }
    const invocation = { functionName: decodeURIComponent(functionName), region, payload };
    endpoint.invocations.push(invocation);
    const behaviour = behave(invocation);
    if (behaviour === 'runs') await run(folder, payload, response);
    else behaviour(response, request);
  }
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint: LambdaEndpoint = {
    url: `http://127.0.0.1:${portOf(server)}`,
    invocations: [],
    abandoned: 0,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return endpoint;
}

async function run(folder: string, payload: string, response: ServerResponse): Promise<void> {
  const child = spawn(process.execPath, ['runtime.mjs'], {
    cwd: folder,
    env: { PATH: process.env['PATH'], SYNWHERE_POLICY: '{"allow":[{"cidr":"127.0.0.0/8"}]}' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  response.on('close', () => child.kill('SIGKILL'));
  child.stdin.end(payload);
  const [answer, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  response.writeHead(200, {
    'content-type': 'application/json',
    'x-amz-executed-version': '$LATEST',
    ...(code !== 0 && { 'x-amz-function-error': 'Unhandled' }),
  });
  response.end(answer);
}

/** An error in the format of Lambda's REST API. */
export function answerError(response: ServerResponse, status: number, type: string, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': type });
  response.end(JSON.stringify({ Type: status < 500 ? 'User' : 'Service', message }));
}

/** A function that was invoked and failed: status 200 with the header for a function error. */
export function answerFunctionError(response: ServerResponse, failure: object): void {
  response.writeHead(200, { 'content-type': 'application/json', 'x-amz-function-error': 'Unhandled' });
  response.end(JSON.stringify(failure));
}
