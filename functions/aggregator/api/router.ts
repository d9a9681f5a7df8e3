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
  answer(request: ApiRequest, parts: ApiDependencies, segment: string): ApiResponse | Promise<ApiResponse>;
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

/** The description is asked for rarely, so its code is loaded then. */
async function describeApi(request: ApiRequest, dependencies: ApiDependencies): Promise<ApiResponse> {
  const { getOpenApi } = await import('./openapi.ts');
  return getOpenApi(request, dependencies);
}

/** Answers one request. Never rejects: what goes wrong is a problem (RFC 9457), and what is our own fault is logged too. */
export async function answer(request: ApiRequest, parts: ApiDependencies): Promise<ApiResponse> {
  let response: ApiResponse;
  try {
    response = await dispatch(request, parts);
  } catch (error) {
    if (error instanceof Problem) {
      response = problemResponse(error);
    } else {
      // A caller that disconnects ends the work: that is no fault.
      if (!request.signal.aborted) logFault(`${request.method} ${request.path}`, error);
      response = problemResponse(internalProblem());
    }
  }
  return request.method === 'HEAD' ? { ...response, body: '' } : response;
}

function dispatch(request: ApiRequest, parts: ApiDependencies): ApiResponse | Promise<ApiResponse> {
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const file = parts.page?.(request.path);
  if (file && method === 'GET') return pageResponse(file, request);
  const matches = ROUTES.flatMap((route) => {
    const segment = match(route.path, request.path);
    return segment === undefined ? [] : [{ route, segment }];
  });
  for (const { route, segment } of matches) {
    if (route.method === method) return route.answer(request, parts, segment);
  }
  const path = shorten(request.path);
  if (matches.length === 0 && !file) {
    const advice =
      path === '/'
        ? 'the status page is served by `synwhere dev` and `synwhere status --web`'
        : 'see /openapi.json';
    throw new Problem(404, 'no-such-route', `there is nothing at ${path}; ${advice}`);
  }
  const allow = matches.some(({ route }) => route.method === 'POST') ? 'POST' : 'GET, HEAD';
  throw new Problem(
    405,
    'method-not-allowed',
    `${shorten(request.method)} is not for ${path}; use ${allow}`,
    {
      headers: { allow },
    },
  );
}

/** The decoded `{…}` segment, `''` where the pattern has none, or undefined where the path does not fit. */
function match(pattern: string, path: string): string | undefined {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return undefined;
  let value = '';
  for (const [index, segment] of wanted.entries()) {
    const sent = given[index] ?? '';
    if (segment.startsWith('{')) {
      if (sent === '') return undefined;
      value = decode(sent);
    } else if (segment !== sent) return undefined;
  }
  return value;
}

/** Function URLs and their emulators differ in whether the path comes decoded; what is no escape is taken as it is. */
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
