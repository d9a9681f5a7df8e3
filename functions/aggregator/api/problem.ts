import { printableJson } from '../../reachability/one-line.ts';
import type { ProblemBody } from './schemas.ts';
import type { ApiResponse } from './http.ts';

/** The HTTP status phrases used as titles (RFC 9110), as RFC 9457 wants them beside `about:blank`. */
const TITLES = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  421: 'Misdirected Request',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
} as const;
export type ProblemStatus = keyof typeof TITLES;

/** What the caller did wrong, thrown from anywhere inside a route. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly body: ProblemBody;
  readonly headers: Record<string, string>;

  constructor(
    status: ProblemStatus,
    code: string,
    detail: string,
    more: { extensions?: Record<string, unknown>; headers?: Record<string, string> } = {},
  ) {
    super(detail);
    this.body = { type: 'about:blank', title: TITLES[status], status, code, detail, ...more.extensions };
    this.headers = more.headers ?? {};
  }
}

/** The answer that carries a problem; it is JSON whatever the caller accepts, as RFC 9110 (15.5.7) allows. */
export function problemResponse(problem: Problem): ApiResponse {
  return {
    status: problem.body.status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...problem.headers,
    },
    body: `${JSON.stringify(problem.body)}\n`,
  };
}

/** Our own fault, told without its insides: those go to the log. */
export function internalProblem(): Problem {
  return new Problem(500, 'internal', 'something went wrong on this side; the log has the details');
}

/** One JSON line on stderr for a fault of our own; CloudWatch Logs and `synwhere dev` both show it. */
export function logFault(where: string, error: unknown): void {
  const fault =
    error instanceof Error ? { message: error.message, stack: error.stack } : { message: String(error) };
  console.error(printableJson({ level: 'ERROR', where, ...fault }));
}
