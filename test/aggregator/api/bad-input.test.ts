import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MAX_BODY_BYTES } from '../../../functions/aggregator/api/http.ts';
import { ROUTES } from '../../../functions/aggregator/api/router.ts';
import { answerEvent } from '../../../functions/aggregator/handler/answer.ts';
import { Listener, startService, type TestService } from './service.ts';
import { Description } from './open-api.ts';

const MAX_TARGETS = 3;
const description = new Description();
let service: TestService;
let listener: Listener;

beforeAll(async () => {
  listener = await new Listener().start();
  service = await startService({ targets: [listener.target], onDemand: { maxTargets: MAX_TARGETS } });
  await service.tick();
});
afterAll(async () => {
  await service.close();
  await listener.stop();
});

interface Bad {
  name: string;
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array<ArrayBuffer>;
  status: number;
  code: string;
  detail: RegExp;
  /** The path in the description, if the answer is compared with the description. */
  described?: string;
}

const JSON_TYPE = { 'content-type': 'application/json' };
const check = (name: string, body: Bad['body'], status: number, code: string, detail: RegExp): Bad => ({
  name,
  method: 'POST',
  path: '/checks',
  headers: JSON_TYPE,
  ...(body !== undefined && { body }),
  status,
  code,
  detail,
  described: '/checks',
});
const invalid = (name: string, value: unknown, detail: RegExp): Bad =>
  check(name, JSON.stringify(value), 422, 'invalid-request', detail);
const query = (path: string, detail: RegExp, described = path.split('?')[0] ?? path): Bad => ({
  name: path,
  path,
  status: 422,
  code: 'invalid-request',
  detail,
  described,
});

const TABLE: Bad[] = [
  check('no JSON', '{"targets":', 400, 'malformed-json', /not JSON/),
  check('garbage', 'x'.repeat(1000), 400, 'malformed-json', /not JSON/),
  check('bytes that are no text', new Uint8Array([0xff, 0xfe, 0x00]), 400, 'malformed-json', /UTF-8/),
  check('a huge body', 'x'.repeat(1_000_000), 413, 'body-too-large', new RegExp(String(MAX_BODY_BYTES))),
  check(
    'a huge body of JSON',
    JSON.stringify({ targets: ['a'.repeat(1_000_000)] }),
    413,
    'body-too-large',
    /larger/,
  ),
  invalid('a list', [], /must be a JSON object, not a list/),
  invalid('null', null, /must be a JSON object, not null/),
  invalid('a number', 7, /must be a JSON object, not 7/),
  invalid('targets as text', { targets: 'a:1' }, /targets must be a list/),
  invalid('no targets', { targets: [] }, /empty; omit it/),
  invalid('a target as a number', { targets: [443] }, /"host:port", not 443/),
  invalid('a target as an object', { targets: [{ host: 'a', port: 1 }] }, /not an object/),
  invalid('a target without a port', { targets: ['example.com'] }, /the port is missing/),
  invalid('a port out of range', { targets: ['example.com:99999'] }, /1 to 65535/),
  invalid('a URL', { targets: ['https://example.com:443'] }, /URL/),
  invalid('an unknown key', { target: ['a:1'] }, /unknown key "target"/),
  invalid('a hostile key', { ['~/'.repeat(500)]: 1 }, /unknown key/),
  invalid('an unknown expectation', { expect: 'up' }, /open, refused, silent/),
  invalid('a time-out as text', { timeoutMs: '5s' }, /timeoutMs must be a number/),
  invalid('an unlimited timeout', { timeoutMs: 1e9 }, /timeoutMs must be a number from 500 to 10000/),
  check(
    'too many targets',
    JSON.stringify({ targets: ['a:1', 'b:1', 'c:1', 'd:1'] }),
    422,
    'too-many-targets',
    /4 targets in one request; onDemand.maxTargets is 3/,
  ),
  check(
    'a forbidden target',
    '{"targets":["example.com:22"]}',
    403,
    'target-forbidden',
    /not a configured target/,
  ),
  check(
    'a forbidden port of a host that is configured',
    '{"targets":["127.0.0.1:1"]}',
    403,
    'target-forbidden',
    /127/,
  ),
  {
    ...check(
      'the wrong type',
      '{}',
      415,
      'unsupported-media-type',
      /must be application\/json, not text\/plain/,
    ),
    headers: { 'content-type': 'text/plain' },
  },
  {
    ...check('no type', '{}', 415, 'unsupported-media-type', /not text\/plain/),
    // The type that fetch() sends with text by default.
    headers: {},
  },
  {
    ...check('no type and no body', undefined, 415, 'unsupported-media-type', /content-type is missing/),
    headers: {},
  },
  {
    ...check('a form', 'targets=a:1', 415, 'unsupported-media-type', /application\/x-www-form-urlencoded/),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  },
  {
    ...check('nothing acceptable', '{}', 406, 'not-acceptable', /application\/x-ndjson or application\/json/),
    headers: { ...JSON_TYPE, accept: 'text/html, application/json;q=0' },
  },
  ...['/targets', '/incidents', '/openapi.json', '/targets/a:1', '/targets/a:1/history'].map((path): Bad => ({
    name: `${path} as HTML`,
    path,
    headers: { accept: 'text/html' },
    status: 406,
    code: 'not-acceptable',
    detail: /application\/json/,
  })),
  {
    name: 'metrics as JSON',
    path: '/metrics',
    headers: { accept: 'application/json' },
    status: 406,
    code: 'not-acceptable',
    detail: /openmetrics/,
    described: '/metrics',
  },
  ...['/targets', '/targets/a:1', '/targets/a:1/history', '/incidents', '/metrics', '/openapi.json'].flatMap(
    (path) =>
      ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'].map((method): Bad => ({
        name: `${method} ${path}`,
        method,
        path,
        status: 405,
        code: 'method-not-allowed',
        detail: /use GET, HEAD/,
      })),
  ),
  { name: 'GET /checks', path: '/checks', status: 405, code: 'method-not-allowed', detail: /use POST/ },
  { name: 'no page here', path: '/', status: 404, code: 'no-such-route', detail: /synwhere dev/ },
  ...[
    '/nothing',
    '/targets/',
    '/targets//history',
    '/targets/a:1/b',
    '/..%2f..%2fetc%2fpasswd',
    `/${'a'.repeat(5000)}`,
    '/%',
  ].map((path): Bad => ({
    name: path.slice(0, 40),
    path,
    status: 404,
    code: 'no-such-route',
    detail: /openapi/,
  })),
  ...['/targets/unknown.example:1', '/targets/unknown.example:1/history'].map((path): Bad => ({
    name: path,
    path,
    status: 404,
    code: 'unknown-target',
    detail: /no data about it/,
    described: path.replace('unknown.example:1', '{target}'),
  })),
  {
    name: 'a target that is none',
    path: '/targets/nonsense',
    status: 404,
    code: 'unknown-target',
    detail: /port is missing/,
    described: '/targets/{target}',
  },
  {
    name: 'a broken escape',
    path: '/targets/%E0%A4%A',
    status: 404,
    code: 'unknown-target',
    detail: /target/,
  },
  query('/targets?x=1', /no parameter "x"; it has no parameters/),
  query('/targets/a:1?verbose', /no parameter "verbose"/, '/targets/{target}'),
  query('/metrics?name=x', /no parameter/),
  query('/incidents?open=maybe', /open must be true or false/),
  query('/incidents?open=true&open=false', /open is repeated; send it once/),
  query('/incidents?limit=0', /1 to 1000/),
  query('/incidents?limit=1e9', /1 to 1000/),
  query('/incidents?cursor=forged', /cursor/),
  query('/incidents?cursor=', /cursor/),
  query('/incidents?cursor=djE6', /cursor/),
  query('/incidents?subject=', /subject is empty/),
  query('/openapi.json?verbose', /it has no parameters/),
  query('/incidents?from=2026-01-01', /its parameters are open, subject, limit, cursor/),
  ...[
    'from=yesterday',
    'to=2026-13-01',
    'to=2026-01-01T00:00:00%2B24:00',
    'from=2026-01-01T00:00',
    'from=1',
    'from=',
  ].map((text) => query(`/targets/a:1/history?${text}`, /ISO 8601/, '/targets/{target}/history')),
  query('/targets/a:1/history?from=2026-02-01&to=2026-01-01', /to is earlier/, '/targets/{target}/history'),
  query('/targets/a:1/history?limit=-1', /1 to 1000/, '/targets/{target}/history'),
  query('/targets/a:1/history?cursor=', /cursor/, '/targets/{target}/history'),
  query('/targets/a:1/history?cursor=%00', /cursor/, '/targets/{target}/history'),
];

describe('over HTTP', () => {
  test.each(TABLE)(
    '$name: $status',
    async ({ method = 'GET', path = '/', headers = {}, body, status, code, detail, described }) => {
      const response = await fetch(`${service.url}${path}`, {
        method,
        headers,
        ...(body !== undefined && { body }),
      });
      const value = (await response.json()) as { status: number; code: string; detail: string };
      expect(value).toMatchObject({ type: 'about:blank', title: expect.any(String) as string, status, code });
      expect(value.detail).toMatch(detail);
      expect(value.detail).not.toContain('\n');
      expect(value.detail.length).toBeLessThan(400);
      expect(response.status).toBe(status);
      expect(response.headers.get('content-type')).toBe('application/problem+json');
      if (status === 405)
        expect(response.headers.get('allow')).toBe(path === '/checks' ? 'POST' : 'GET, HEAD');
      if (described !== undefined) {
        const answer = { status, contentType: 'application/problem+json', value };
        expect(description.problem(method, described, answer)).toBeUndefined();
      }
    },
  );

  test('a name of another machine is rejected, because DNS may resolve any name to loopback', async () => {
    const socket = net.connect(Number(new URL(service.url).port), '127.0.0.1');
    socket.write('GET /targets HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n');
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    await once(socket, 'close');
    expect(Buffer.concat(chunks).toString()).toMatch(/^HTTP\/1.1 421 .*not-loopback/s);
  });

  test('a request that is not HTTP ends only its own connection', async () => {
    const socket = net.connect(Number(new URL(service.url).port), '127.0.0.1');
    socket.on('error', () => {});
    socket.write('\u0000\u0001 garbage\r\n\r\n');
    socket.resume();
    await once(socket, 'close');
  });

  test('a body that never ends is not awaited', async () => {
    const socket = net.connect(Number(new URL(service.url).port), '127.0.0.1');
    socket.on('error', () => {});
    socket.write(
      'POST /checks HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 99999999\r\n\r\n',
    );
    socket.write('x'.repeat(MAX_BODY_BYTES + 1));
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    expect(chunk.toString()).toMatch(/^HTTP\/1.1 413 /);
    socket.destroy();
  });

  test('and the service goes on', async () => {
    const response = await fetch(`${service.url}/targets`);
    expect(await response.json()).toMatchObject({
      targets: [{ target: listener.target, latest: { kind: 'reachable' } }],
    });
  });
});

const urlEvent = (wrong: Record<string, unknown>): Record<string, unknown> => ({
  version: '2.0',
  rawPath: '/targets',
  rawQueryString: '',
  headers: {},
  requestContext: { http: { method: 'GET' } },
  ...wrong,
});

describe('by direct invocation', () => {
  const limits = { signal: new AbortController().signal, deadlineMs: 30_000 };
  const invoke = async (event: unknown): Promise<unknown> => {
    const outcome = await answerEvent(event, service.parts, limits);
    if (!('text' in outcome)) throw new Error('an invocation was answered as HTTP');
    return JSON.parse(outcome.text) as unknown;
  };

  test.each<[string, unknown, number, string, RegExp]>([
    [
      '1 MB of garbage',
      'x'.repeat(1_000_000),
      400,
      'unknown-event',
      /unknown event; use a Function URL request/,
    ],
    [
      '1 MB of garbage in an object',
      { garbage: 'x'.repeat(1_000_000) },
      400,
      'unknown-event',
      /unknown event/,
    ],
    ['1 MB of garbage as a check', { check: 'x'.repeat(1_000_000) }, 413, 'body-too-large', /larger/],
    ['null', null, 400, 'unknown-event', /unknown event/],
    ['a number', 7, 400, 'unknown-event', /unknown event/],
    ['a list', [{ get: '/targets' }], 400, 'unknown-event', /unknown event/],
    ['nothing', {}, 400, 'unknown-event', /unknown event/],
    ['two at once', { get: '/targets', check: {} }, 400, 'unknown-event', /unknown event/],
    ['half a Function URL request', { version: '2.0', rawPath: '/' }, 400, 'unknown-event', /unknown event/],
    [
      'a Function URL request without headers',
      urlEvent({ headers: undefined }),
      400,
      'unknown-event',
      /unknown event/,
    ],
    [
      'one with a number for a header',
      urlEvent({ headers: { accept: 5 } }),
      400,
      'unknown-event',
      /unknown event/,
    ],
    ['one with a number for a query', urlEvent({ rawQueryString: 7 }), 400, 'unknown-event', /unknown event/],
    ['one with a number for a body', urlEvent({ body: 5 }), 400, 'unknown-event', /unknown event/],
    ['a tick as a number', { tick: 5 }, 422, 'invalid-request', /ISO 8601/],
    ['a tick in words', { tick: 'now' }, 422, 'invalid-request', /ISO 8601/],
    ['a tick on no day', { tick: '2026-13-41T00:00:00Z' }, 422, 'invalid-request', /ISO 8601/],
    ['get without a path', { get: 'targets' }, 422, 'invalid-request', /a path like/],
    ['get of a list', { get: ['/targets'] }, 422, 'invalid-request', /a path like/],
    ['get of nothing', { get: '/nothing' }, 404, 'no-such-route', /no route matches/],
    [
      'get of an unknown target',
      { get: '/targets/unknown.example:1' },
      404,
      'unknown-target',
      /no data about it/,
    ],
    ['get of checks', { get: '/checks' }, 405, 'method-not-allowed', /use POST/],
    ['a check of nothing', { check: { targets: [] } }, 422, 'invalid-request', /empty/],
    [
      'a check of a forbidden target',
      { check: { targets: ['example.com:1'] } },
      403,
      'target-forbidden',
      /may not/,
    ],
    ['a check as text', { check: 'everything' }, 422, 'invalid-request', /JSON object/],
    ['a check as null', { check: null }, 422, 'invalid-request', /JSON object/],
  ])('%s: %#', async (_name, event, status, code, detail) => {
    const value = (await invoke(event)) as { detail: string };
    expect(value).toMatchObject({ type: 'about:blank', status, code });
    expect(value.detail).toMatch(detail);
    expect(value.detail.length).toBeLessThan(400);
  });

  test('and the service goes on', async () => {
    expect(await invoke({ check: {} })).toMatchObject({ verdicts: [{ kind: 'reachable' }] });
    expect(await invoke({ get: '/targets?' })).toMatchObject({ targets: [{ target: listener.target }] });
    expect(await invoke({ get: '/metrics' })).toContain('# TYPE synwhere_verdict gauge');
  });
});

test('docs/api.md names every route and every problem', () => {
  const page = readFileSync(new URL('../../../docs/api.md', import.meta.url), 'utf8');
  for (const { method, path } of ROUTES) expect(page).toContain(`\`${method} ${path}\``);
  for (const { status, code } of TABLE) {
    expect(page, code).toMatch(new RegExp(`\\| ${status} +\\|[^|]*\`${code}\``));
  }
  expect(page).toContain(`${MAX_BODY_BYTES / 1024} KiB`);
});
