import { once } from 'node:events';
import http from 'node:http';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openApi } from '../../../functions/aggregator/api/openapi.ts';
import { ROUTES } from '../../../functions/aggregator/api/router.ts';
import type { Vantage } from '../../../functions/aggregator/vantages/vantage.ts';
import { Listener, startService, threeVantages, type TestService } from './service.ts';
import { Description } from './open-api.ts';

const description = new Description();
let service: TestService;
let well: Listener;
let ill: Listener;

beforeAll(async () => {
  well = await new Listener().start();
  ill = await new Listener().start();
  service = await startService({
    targets: [well.target, { target: ill.target, labels: { team: 'web' } }],
    onDemand: { targets: 'allow-list', allowList: [`*.invalid:${well.port}`] },
  });
  await service.tick();
  await ill.stop();
  await service.tick();
  await ill.start();
  await service.tick();
  await ill.stop();
  await service.tick();
  await service.tick();
});
afterAll(async () => {
  await service.close();
  await well.stop();
});

async function get(path: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${service.url}${path}`, { headers });
  const contentType = response.headers.get('content-type') ?? '';
  const text = await response.text();
  return {
    status: response.status,
    contentType,
    text,
    value: contentType.endsWith('json') ? (JSON.parse(text) as unknown) : text,
  };
}

function post(body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${service.url}/checks`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

/** A path for every GET route, and the path in the description. */
function routes(): [path: string, described: string][] {
  return [
    ['/targets', '/targets'],
    [`/targets/${encodeURIComponent(ill.target)}`, '/targets/{target}'],
    [`/targets/${ill.target}`, '/targets/{target}'],
    [`/targets/${encodeURIComponent(ill.target)}/history`, '/targets/{target}/history'],
    [`/targets/${ill.target}/history?verdicts`, '/targets/{target}/history'],
    [
      `/targets/${ill.target}/history?from=2026-01-01&to=2100-01-01T00:00:00%2B02:00&limit=5`,
      '/targets/{target}/history',
    ],
    ['/incidents', '/incidents'],
    ['/incidents?open', '/incidents'],
    ['/incidents?open=false&limit=1', '/incidents'],
    ['/metrics', '/metrics'],
    ['/openapi.json', '/openapi.json'],
  ];
}

describe('GET', () => {
  test('has answers as described for every route', async () => {
    for (const [path, described] of routes()) {
      const answer = await get(path);
      expect(answer.status, `${path}: ${answer.text.slice(0, 300)}`).toBe(200);
      expect(description.problem('get', described, answer), path).toBeUndefined();
    }
  });

  test('HEAD has the same head and no body', async () => {
    const response = await fetch(`${service.url}/targets`, { method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.text()).toBe('');
  });

  test('/targets has the results of the last tick, in the order of the configuration', async () => {
    expect((await get('/targets')).value).toMatchObject({
      schedule: { everyMinutes: 1, enabled: true },
      lastTickAt: expect.any(String) as string,
      targets: [
        {
          target: well.target,
          expect: { everywhere: 'open' },
          latest: {
            kind: 'reachable',
            asExpected: true,
            vantages: [
              { vantage: 'east', saw: 'open', fault: 'none', handshakeMs: expect.any(Number) as number },
              { vantage: 'north', saw: 'open' },
              { vantage: 'west', saw: 'open' },
            ],
          },
        },
        {
          target: ill.target,
          labels: { team: 'web' },
          latest: { kind: 'remote-refusal', asExpected: false },
          incident: { kind: 'remote-refusal', subject: { target: ill.target } },
        },
      ],
    });
  });

  test('/targets/{target} has the full verdict', async () => {
    const { value } = await get(`/targets/${ill.target}`);
    expect(value).toMatchObject({
      target: ill.target,
      verdict: {
        kind: 'remote-refusal',
        because: expect.arrayContaining([expect.stringContaining('refused')]) as string[],
        vantages: [{ addresses: [{ saw: 'refused', attempts: [{ errno: 'ECONNREFUSED' }] }] }, {}, {}],
      },
    });
  });

  test('history has periods with the same verdict, newest first, in pages', async () => {
    const path = `/targets/${encodeURIComponent(ill.target)}/history`;
    const whole = (await get(path)).value as { stretches: { kind: string; ticks: number }[] };
    expect(whole.stretches).toMatchObject([
      { kind: 'remote-refusal', ticks: 2, current: true },
      { kind: 'reachable', ticks: 1, current: false },
      { kind: 'remote-refusal', ticks: 1, current: false },
      { kind: 'reachable', ticks: 1, current: false },
    ]);
    expect(whole.stretches.every((stretch) => !('verdict' in stretch))).toBe(true);
    interface Page {
      stretches: { kind: string; current: boolean; verdict?: { kind: string } }[];
      nextCursor?: string;
    }
    const pages: Page[] = [];
    let cursor = '';
    do {
      const page = (await get(`${path}?limit=1&verdicts${cursor}`)).value as Page;
      pages.push(page);
      cursor = page.nextCursor === undefined ? '' : `&cursor=${encodeURIComponent(page.nextCursor)}`;
    } while (cursor !== '');
    expect(pages.map(({ stretches }) => stretches.map(({ kind }) => kind))).toEqual([
      ['remote-refusal', 'reachable'],
      ['remote-refusal'],
      ['reachable'],
    ]);
    for (const { kind, verdict } of pages.flatMap(({ stretches }) => stretches))
      expect(verdict?.kind).toBe(kind);
  });

  test('/incidents?open has the open incident', async () => {
    const open = (await get('/incidents?open')).value as { incidents: unknown[] };
    expect(open.incidents).toMatchObject([{ subject: { type: 'target', target: ill.target } }]);
    expect((await get(`/incidents?subject=${encodeURIComponent(well.target)}`)).value).toEqual({
      incidents: [],
    });
    expect((await get('/incidents?open=false')).value).toMatchObject({
      incidents: [{ closedBecause: 'well' }],
    });
  });
});

describe('POST /checks', () => {
  test('streams events, then the verdicts in the order of the targets', async () => {
    const response = await post({ targets: [ill.target, well.target] });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/x-ndjson');
    const lines = (await response.text())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: string });
    for (const value of lines) {
      const answer = { status: 200, contentType: 'application/x-ndjson', value };
      expect(description.problem('post', '/checks', answer), JSON.stringify(value)).toBeUndefined();
    }
    const events = lines.map(({ event }) => event);
    // The first round is for both targets, the second for the one that failed.
    const round = ['asked', 'answered', 'answered', 'answered'];
    expect(events).toEqual([...round, ...round, 'verdict', 'verdict', 'end']);
    expect(lines.slice(-3)).toMatchObject([
      { verdict: { target: { port: ill.port }, kind: 'remote-refusal', rounds: 2 } },
      { verdict: { target: { port: well.port }, kind: 'reachable' } },
      { verdicts: 2 },
    ]);
  });

  test('answers one document by `Accept`, and checks the configured targets without a body', async () => {
    const response = await fetch(`${service.url}/checks`, {
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/json' },
    });
    const value: unknown = await response.json();
    const contentType = response.headers.get('content-type') ?? '';
    expect(description.problem('post', '/checks', { status: 200, contentType, value })).toBeUndefined();
    expect(value).toMatchObject({ verdicts: [{ kind: 'reachable' }, { kind: 'remote-refusal' }] });
  });

  test('accepts an expectation', async () => {
    const response = await post({ targets: [ill.target], expect: 'refused' }, { accept: 'application/json' });
    expect(await response.json()).toMatchObject({ verdicts: [{ kind: 'remote-refusal', asExpected: true }] });
  });

  test('accepts targets that the allow-list covers', async () => {
    const response = await post(
      { targets: [`nobody.invalid:${well.port}`] },
      { accept: '*/*;q=0.1, application/json' },
    );
    expect(response.status).toBe(200);
    await response.text();
  });

  test('writes each line when its event happens, and stops probing when the reader disconnects', async () => {
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const signals: AbortSignal[] = [];
    const [quick, ...others] = threeVantages();
    const slow: Vantage = {
      name: 'slow',
      async probe(request, signal) {
        signals.push(signal);
        await Promise.race([held, once(signal, 'abort')]);
        return (others[0] ?? quick)!.probe(request, signal);
      },
    };
    const streaming = await startService({ targets: [well.target] }, { vantages: [quick!, slow] });
    try {
      const request = http.request(`${streaming.url}/checks`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
      });
      request.end();
      const [response] = (await once(request, 'response')) as [http.IncomingMessage];
      let text = '';
      for await (const chunk of response) {
        text += String(chunk);
        if (text.includes('"answered"')) break;
      }
      expect(text).toContain('"vantage":"quick"'.replace('quick', quick!.name));
      expect(text).not.toContain('"vantage":"slow","elapsedMs"');
      request.destroy();
      expect(signals).toHaveLength(1);
      if (!signals[0]!.aborted) await once(signals[0]!, 'abort');
    } finally {
      release();
      await streaming.close();
    }
  });
});

test('the description has every route and no other', () => {
  const { paths } = openApi() as { paths: Record<string, Record<string, unknown>> };
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(described.toSorted()).toEqual(ROUTES.map(({ method, path }) => `${method} ${path}`).toSorted());
});

/** The schema of a parameter in the description. */
function parameterSchema(path: string, wanted: string): Record<string, unknown> {
  const { paths } = openApi() as unknown as {
    paths: Record<
      string,
      { get: { parameters: { name: string; in: string; schema: Record<string, unknown> }[] } }
    >;
  };
  const found = paths[path]?.get.parameters.find(({ name }) => name === wanted);
  if (!found) throw new Error(`${path} has no parameter ${wanted}`);
  return found.schema;
}

describe('the description is as strict as the service', () => {
  test.each([
    ['/incidents', 'open', ['', 'true', 'false', 'maybe', '1', 'TRUE']],
    ['/incidents', 'subject', ['', 'a.example:1', 'eu-west-1']],
    ['/incidents', 'cursor', ['', 'x', 'djE6', 'djE6=', 'djE6YQ', 'djE6YQ==']],
    ['/targets/{target}/history', 'verdicts', ['', 'true', 'no']],
    ['/targets/{target}/history', 'cursor', ['', 'x', 'djE6YQ']],
    [
      '/targets/{target}/history',
      'from',
      [
        '',
        '2026-01-01',
        '2026-13-01',
        '2026-01-32',
        '2026-01-01T00:00:00Z',
        '2026-01-01t00:00:00z',
        '2026-01-01T24:00:00Z',
        '2026-01-01T00:00',
        '2026-01-01T00:00+23:59',
        '2026-01-01T00:00+24:00',
        '2026-01-01T00:00:00.1234567890Z',
      ],
    ],
  ])('%s?%s', async (path, name, values) => {
    const described = new Ajv2020({ strict: false }).compile(parameterSchema(path, name));
    const place = path.replace('{target}', encodeURIComponent(well.target));
    for (const value of values) {
      const { status } = await get(`${place}?${name}=${encodeURIComponent(value)}`);
      expect({ value, status }).toEqual({ value, status: described(value) ? 200 : 422 });
    }
  });

  test('in the targets of a check', async () => {
    const { value } = await get('/openapi.json');
    const { components } = value as { components: { schemas: Record<string, object> } };
    const described = new Ajv2020({ strict: false }).compile({ ...components.schemas['CheckRequest'] });
    const many = Array.from(
      { length: service.configuration.onDemand.maxTargets + 1 },
      (_, index) => `a${index}.invalid:1`,
    );
    for (const targets of [[], [''], ['a'], ['a b:1'], ['[::1:1'], ['http://a:1'], many]) {
      const response = await post({ targets }, { accept: 'application/json' });
      await response.body?.cancel();
      expect({ targets, status: response.status, described: described({ targets }) }).toEqual({
        targets,
        status: 422,
        described: false,
      });
    }
    for (const target of [well.target, '[2001:db8::1]:443', 'bücher.example:1', 'a_b.example:1']) {
      expect(described({ targets: [target] }), target).toBe(true);
    }
  });

  test('requires a signature behind a Function URL and none on loopback', async () => {
    const signed = (await get('/openapi.json')).value;
    expect(signed).toMatchObject({
      security: [{ sigv4: [] }],
      components: { securitySchemes: { sigv4: {} } },
    });
    service.parts.api.unsigned = true;
    try {
      const { value } = (await get('/openapi.json')) as { value: { components: object } };
      expect(value).not.toHaveProperty('security');
      expect(value.components).not.toHaveProperty('securitySchemes');
      expect(value.components).toHaveProperty('schemas.CheckRequest');
    } finally {
      delete service.parts.api.unsigned;
    }
  });
});
