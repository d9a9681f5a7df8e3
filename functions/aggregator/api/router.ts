import type { ApiRequest, ApiResponse } from './http.ts';
import { postChecks } from './checks.ts';
import { getIncidents } from './incidents.ts';
import { logFault } from './problem.ts';
import { getMetrics } from './open-metrics.ts';
import { pageResponse } from './page.ts';
import type { ApiDependencies } from './dependencies.ts';
import { internalProblem, Problem, problemResponse } from './problem.ts';
import { getHistory, getTarget, getTargets } from './targets.ts';

interface Route {
  method: 'GET' | 'POST';
  /** One segment may be `{target}`. */
  path: string;
  /** `segment` is the decoded value of `{target}`, empty where the path has none. */
  answer(
    request: ApiRequest,
    dependencies: ApiDependencies,
    segment: string,
  ): ApiResponse | Promise<ApiResponse>;
}

/** Every route of the service, in the order of docs/api.md. */
export const ROUTES: readonly Route[] = [
  { method: 'POST', path: '/checks', answer: postChecks },
  { method: 'GET', path: '/targets', answer: getTargets },
  { method: 'GET', path: '/targets/{target}', answer: getTarget },
  { method: 'GET', path: '/targets/{target}/history', answer: getHistory },
  { method: 'GET', path: '/incidents', answer: getIncidents },
  { method: 'GET', path: '/metrics', answer: getMetrics },
  { method: 'GET', path: '/openapi.json', answer: describeApi },
];

/** The description is requested rarely, so its code is loaded on the first request. */
async function describeApi(request: ApiRequest, dependencies: ApiDependencies): Promise<ApiResponse> {
  const { getOpenApi } = await import('./openapi.ts');
  return getOpenApi(request, dependencies);
}

/** Answers one request. Never rejects: every error becomes a problem (RFC 9457), and an internal error is logged. */
export async function answer(request: ApiRequest, dependencies: ApiDependencies): Promise<ApiResponse> {
  let response: ApiResponse;
  try {
    response = await dispatch(request, dependencies);
  } catch (error) {
    if (error instanceof Problem) {
      response = problemResponse(error);
    } else {
      // A caller that disconnects ends the work. That is not an error.
      if (!request.signal.aborted) logFault(`${request.method} ${request.path}`, error);
      response = problemResponse(internalProblem());
    }
  }
  return request.method === 'HEAD' ? { ...response, body: '' } : response;
}

function dispatch(request: ApiRequest, dependencies: ApiDependencies): ApiResponse | Promise<ApiResponse> {
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const file = dependencies.page?.(request.path);
  if (file && method === 'GET') return pageResponse(file, request);
  const matches = ROUTES.flatMap((route) => {
    const segment = match(route.path, request.path);
    return segment === undefined ? [] : [{ route, segment }];
  });
  for (const { route, segment } of matches) {
    if (route.method === method) return route.answer(request, dependencies, segment);
  }
  const path = shorten(request.path);
  if (matches.length === 0 && !file) {
    const advice =
      path === '/'
        ? 'the status page is served by `synwhere dev` and `synwhere status --web`'
        : 'see /openapi.json';
    throw new Problem(404, 'no-such-route', `no route matches ${path}; ${advice}`);
  }
  const allow = matches.some(({ route }) => route.method === 'POST') ? 'POST' : 'GET, HEAD';
  throw new Problem(
    405,
    'method-not-allowed',
    `${path} does not support ${shorten(request.method)}; use ${allow}`,
    {
      headers: { allow },
    },
  );
}

/** The decoded `{…}` segment, or `''` if the pattern has none. Undefined: the path does not match. */
function match(pattern: string, path: string): string | undefined {
  const expected = pattern.split('/');
  const actual = path.split('/');
  if (expected.length !== actual.length) return undefined;
  let value = '';
  for (const [index, segment] of expected.entries()) {
    const sent = actual[index] ?? '';
    if (segment.startsWith('{')) {
      if (sent === '') return undefined;
      value = decode(sent);
    } else if (segment !== sent) return undefined;
  }
  return value;
}

/** Some emulators of Function URLs decode the path. A segment that is not percent-encoded correctly is used unchanged. */
function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function shorten(text: string): string {
  return text.length > 100 ? `${text.slice(0, 97)}...` : text;
}
