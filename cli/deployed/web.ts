import type { ApiRequest, ApiResponse } from '../../functions/aggregator/api/http.ts';
import { pageResponse } from '../../functions/aggregator/api/page.ts';
import { Problem, problemResponse } from '../../functions/aggregator/api/problem.ts';
import type { DeployedService } from './service.ts';
import { serveLoopback, type FunctionUrlEvent } from '../dev/server.ts';
import { interruption } from '../interruption.ts';
import { loadStatusPage } from '../status-page.ts';

/**
 * Serves the status page on loopback until it is interrupted. It signs the requests of the page and forwards them to the service,
 * because a browser cannot sign them. It forwards only GET, so no page in this browser can start a check.
 */
export async function serveStatusPage(service: DeployedService, port: number): Promise<void> {
  const page = loadStatusPage();
  const server = await serveLoopback(port, async (event) => {
    if (event.requestContext.http.method !== 'GET') {
      return problemResponse(
        new Problem(405, 'method-not-allowed', 'the status page allows only GET', {
          headers: { allow: 'GET' },
        }),
      );
    }
    const file = page(event.rawPath);
    return file ? pageResponse(file, { headers: event.headers }) : pass(service, event);
  });
  process.stdout.write(`status page: ${server.url}  (end with Ctrl-C)\n`);
  try {
    await new Promise((resolve) => interruption.signal.addEventListener('abort', resolve, { once: true }));
  } finally {
    await server.close();
  }
}

async function pass(service: DeployedService, event: FunctionUrlEvent): Promise<ApiResponse> {
  const query = event.rawQueryString === '' ? '' : `?${event.rawQueryString}`;
  const accept: ApiRequest['headers']['accept'] = event.headers['accept'];
  try {
    const response = await service.request('GET', `${event.rawPath}${query}`, { accept: accept ?? '*/*' });
    return {
      status: response.status,
      headers: {
        'content-type': response.headers.get('content-type') ?? 'application/octet-stream',
        'cache-control': 'no-store',
      },
      body: await response.text(),
    };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return problemResponse(new Problem(503, 'service-not-answering', message));
  }
}
