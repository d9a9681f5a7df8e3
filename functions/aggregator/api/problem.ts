import { printableJson } from '../../reachability/one-line.ts';
import type { ProblemBody } from './schemas.ts';
import type { ApiResponse } from './http.ts';

/** The HTTP status phrases (RFC 9110). RFC 9457 requires them as titles with the type `about:blank`. */
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

/** An error of the caller, which a route throws. */
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

/** The answer for a problem. It is JSON even if the caller does not accept it, which RFC 9110 (15.5.7) allows. */
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

/** The problem for an internal error. The details are only in the log. */
export function internalProblem(): Problem {
  return new Problem(500, 'internal', 'internal error; see the log of the service');
}

/** Writes an internal error to stderr as one JSON line, which CloudWatch Logs and `synwhere dev` show. */
export function logFault(where: string, error: unknown): void {
  const fault =
    error instanceof Error ? { message: error.message, stack: error.stack } : { message: String(error) };
  console.error(printableJson({ level: 'ERROR', where, ...fault }));
}
