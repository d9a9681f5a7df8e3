import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { ApiRequest } from '../api/http.ts';
import { Problem } from '../api/problem.ts';

/** What an event asks for. */
export type Call =
  | { kind: 'tick'; scheduledAt: Date }
  /** `http`: the answer is an HTTP response. `direct`: the answer is the result of the invocation. */
  | { kind: 'http' | 'direct'; request: ApiRequest };

/** How long a call may take, and whether its caller is still connected. */
export type CallLimits = Pick<ApiRequest, 'signal' | 'deadlineMs'>;

/**
 * Reads an event: a Function URL request (payload format 2.0), a tick of EventBridge Scheduler `{"tick": "<scheduled time>"}`, or
 * a direct invocation: `{"check": {…}}` with the body of `POST /checks`, or `{"get": "/targets?…"}` for every GET route.
 * Throws a 4xx {@link Problem} for everything else.
 */
export function readEvent(event: unknown, limits: CallLimits): Call {
  if (!isRecord(event)) throw unknownEvent();
  if (isFunctionUrlEvent(event)) return { kind: 'http', request: fromFunctionUrl(event, limits) };
  const keys = Object.keys(event);
  const [key] = keys;
  if (keys.length !== 1) throw unknownEvent();
  if (key === 'tick') return { kind: 'tick', scheduledAt: parseTickTime(event['tick']) };
  if (key === 'check') return { kind: 'direct', request: directCheck(event['check'], limits) };
  if (key === 'get') return { kind: 'direct', request: directGet(event['get'], limits) };
  throw unknownEvent();
}

type FunctionUrlEvent = Pick<
  APIGatewayProxyEventV2,
  'rawPath' | 'rawQueryString' | 'headers' | 'body' | 'isBase64Encoded' | 'requestContext'
>;

function isFunctionUrlEvent(
  event: Record<string, unknown>,
): event is Record<string, unknown> & FunctionUrlEvent {
  const { version, rawPath, rawQueryString, headers, body = '', requestContext } = event;
  if (version !== '2.0' || !isRecord(requestContext) || !isRecord(headers)) return false;
  const texts = [rawPath, rawQueryString, body, ...Object.values(headers)];
  if (!texts.every((text) => typeof text === 'string')) return false;
  return isRecord(requestContext['http']) && typeof requestContext['http']['method'] === 'string';
}

function fromFunctionUrl(event: FunctionUrlEvent, limits: CallLimits): ApiRequest {
  return {
    method: event.requestContext.http.method.toUpperCase(),
    path: event.rawPath,
    query: new URLSearchParams(event.rawQueryString),
    headers: event.headers,
    body: Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8'),
    ...limits,
  };
}

function directCheck(check: unknown, limits: CallLimits): ApiRequest {
  return {
    method: 'POST',
    path: '/checks',
    query: new URLSearchParams(),
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(check)),
    ...limits,
  };
}

function directGet(get: unknown, limits: CallLimits): ApiRequest {
  if (typeof get !== 'string' || !get.startsWith('/')) {
    throw new Problem(422, 'invalid-request', 'get must be a path like "/targets"', {
      extensions: { pointer: '/get' },
    });
  }
  const mark = get.indexOf('?');
  return {
    method: 'GET',
    path: mark < 0 ? get : get.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? '' : get.slice(mark + 1)),
    headers: {},
    body: new Uint8Array(),
    ...limits,
  };
}

/** The placeholder in the schedule's input. EventBridge Scheduler replaces it with the time, as ISO 8601 in UTC. */
const SCHEDULED_TIME = '<aws.scheduler.scheduled-time>';

function parseTickTime(value: unknown): Date {
  const text = typeof value === 'string' ? value : '';
  // Emulators deliver the placeholder itself. The current minute replaces it: no two ticks of a schedule share a minute.
  if (text === SCHEDULED_TIME) return new Date(Math.floor(Date.now() / 60_000) * 60_000);
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z$/.test(text) ? new Date(text) : undefined;
  if (time && !Number.isNaN(time.getTime())) return time;
  throw new Problem(
    422,
    'invalid-request',
    'tick must be an ISO 8601 time in UTC like "2026-01-01T00:00:00Z"',
    {
      extensions: { pointer: '/tick' },
    },
  );
}

function unknownEvent(): Problem {
  return new Problem(
    400,
    'unknown-event',
    'unknown event; use a Function URL request, {"tick": "<time>"}, {"check": {…}} or {"get": "/targets"}',
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
