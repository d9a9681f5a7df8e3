import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseConfiguration } from '../../../configuration/load.ts';
import { answerEvent } from '../../../functions/aggregator/handler/answer.ts';
import { dependenciesFromEnvironment } from '../../../functions/aggregator/handler/dependencies.ts';
import {
  lambdaHandler,
  type CallContext,
  type LambdaStreaming,
} from '../../../functions/aggregator/handler/lambda-runtime.ts';
import { Listener, startService, type TestService } from '../api/service.ts';

const limits = { signal: new AbortController().signal, deadlineMs: 30_000 };
const JSON_TYPE = { 'content-type': 'application/json' };
let service: TestService;
let listener: Listener;

beforeAll(async () => {
  listener = await new Listener().start();
  service = await startService({ targets: [listener.target] });
});
afterAll(async () => {
  await service.close();
  await listener.stop();
});

function url(method: string, rawPath: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    version: '2.0',
    rawPath,
    rawQueryString: '',
    headers: {},
    requestContext: { http: { method } },
    isBase64Encoded: false,
    ...more,
  };
}

/*
 * Lambda's streaming runtime exists only in Lambda, so this is a substitute that follows its documentation and types: the handler
 * writes to a stream, and HttpResponseStream.from() sends the head as JSON and eight NULs before the first write.
 */
const runtime: LambdaStreaming = {
  streamifyResponse: (handler) => async (event: unknown, context: CallContext) => {
    const written: string[] = [];
    const stream = new Writable({
      // A buffer of one byte: every write must wait for the reader.
      highWaterMark: 1,
      write(chunk: Buffer, _encoding, done) {
        written.push(chunk.toString());
        setImmediate(done);
      },
    });
    await handler(event, stream, context);
    if (!stream.writableFinished) throw new Error('the handler left before its stream was finished');
    return written;
  },
  HttpResponseStream: {
    from(stream, prelude) {
      stream.write(`${JSON.stringify(prelude)}${'\0'.repeat(8)}`);
      return stream;
    },
  },
};

type Invoke = (event: unknown, context?: CallContext) => Promise<unknown>;

function run(event: unknown): ReturnType<typeof answerEvent> {
  return answerEvent(event, service.parts, limits);
}

function callable(handler: unknown): Invoke {
  if (typeof handler !== 'function') throw new Error('no function');
  return async (event, context = {}) => (await handler(event, context)) as unknown;
}

function handlers(): { streaming: Invoke; plain: Invoke } {
  return { streaming: callable(lambdaHandler(run, runtime)), plain: callable(lambdaHandler(run, undefined)) };
}

function unframe(text: string): {
  head: { statusCode: number; headers: Record<string, string> };
  body: string;
} {
  const [head = '', body = ''] = text.split('\0'.repeat(8));
  return { head: JSON.parse(head) as { statusCode: number; headers: Record<string, string> }, body };
}

describe('a Function URL request', () => {
  test('is streamed, line by line', async () => {
    const written = (await handlers().streaming(url('POST', '/checks', { headers: JSON_TYPE }))) as string[];
    const { head } = unframe(written[0] ?? '');
    expect(head).toMatchObject({ statusCode: 200, headers: { 'content-type': 'application/x-ndjson' } });
    const lines = written.slice(1).map((line) => JSON.parse(line) as { event: string });
    expect(lines.map(({ event }) => event)).toEqual([
      'asked',
      'answered',
      'answered',
      'answered',
      'verdict',
      'end',
    ]);
  });

  test('with a body in base64, as Function URLs deliver some', async () => {
    const body = Buffer.from('{"targets":["example.com:1"]}').toString('base64');
    const written = (await handlers().streaming(
      url('POST', '/checks', { body, headers: JSON_TYPE, isBase64Encoded: true }),
    )) as string[];
    expect(unframe(written.join('')).head).toMatchObject({
      statusCode: 403,
      headers: { 'content-type': 'application/problem+json' },
    });
  });

  test('gets a head even without a body', async () => {
    const written = (await handlers().streaming(url('HEAD', '/targets'))) as string[];
    expect(unframe(written.join(''))).toMatchObject({ head: { statusCode: 200 }, body: '' });
  });

  test('is returned as one framed string without streaming', async () => {
    const { head, body } = unframe((await handlers().plain(url('GET', '/targets'))) as string);
    expect(head).toMatchObject({ statusCode: 200, headers: { 'content-type': 'application/json' } });
    expect(JSON.parse(body)).toMatchObject({ targets: [{ target: listener.target }] });
    const checked = unframe(
      (await handlers().plain(url('POST', '/checks', { headers: JSON_TYPE }))) as string,
    );
    expect(checked.body).toMatch(/"event":"end","verdicts":1}\n$/);
  });
});

describe('an invocation', () => {
  test('returns its result, with and without streaming', async () => {
    const event = { check: { targets: [listener.target] } };
    const written = (await handlers().streaming(event)) as string[];
    expect(JSON.parse(written.join(''))).toMatchObject({ verdicts: [{ kind: 'reachable' }] });
    expect(await handlers().plain(event)).toMatchObject({ verdicts: [{ kind: 'reachable' }] });
  });

  test('of a tick writes one record, even if it is delivered again', async () => {
    const event = { tick: '2026-05-01T10:00:00Z' };
    const { streaming, plain } = handlers();
    const first = JSON.parse(((await streaming(event)) as string[]).join('')) as unknown;
    expect(first).toMatchObject({ status: 'done', record: { id: '2026-05-01T10:00:00.000Z', targets: 1 } });
    expect(await plain(event)).toMatchObject({ status: 'skipped' });
    expect(await service.parts.api.store.ticks()).toHaveLength(1);
  });

  test('of a tick that fails is an error for Lambda, so that the alarm changes to ALARM', async () => {
    const failing = {
      ...service.parts,
      tick: { ...service.parts.tick, check: () => Promise.reject(new Error('out of luck')) },
    };
    await expect(answerEvent({ tick: '2026-05-01T10:01:00Z' }, failing, limits)).rejects.toThrow(
      'out of luck',
    );
  });

  test('answers 500 without details after an internal error', async () => {
    const secret = new Error('the secret of the store');
    const store = { ...service.parts.api.store, states: () => Promise.reject(secret) };
    const broken = { ...service.parts, api: { ...service.parts.api, store } };
    const outcome = await answerEvent(url('GET', '/targets'), broken, limits);
    if (!('http' in outcome)) throw new Error('no HTTP');
    expect(outcome.http.status).toBe(500);
    expect(outcome.http.body).toContain('"code":"internal"');
    expect(outcome.http.body).not.toContain('secret');
  });
});

describe('the environment', () => {
  const directory = mkdtempSync(join(tmpdir(), 'synwhere-handler-'));
  const file = join(directory, 'synwhere.json');
  const configuration = parseConfiguration(
    'regions: [eu-west-1, us-east-1]\ntargets: [a.example:443]\nannounce: { slackWebhookUrl: "https://hooks.slack.com/services/T/B/x" }\n',
    'test',
  );
  writeFileSync(file, JSON.stringify(configuration));
  afterAll(() => rmSync(directory, { recursive: true }));
  const env = {
    SYNWHERE_TABLE: 'synwhere',
    SYNWHERE_BUS: 'synwhere',
    SYNWHERE_TOPIC_ARN: 'arn:aws:sns:eu-west-1:1:x',
    AWS_REGION: 'eu-west-1',
  };

  test('defines all dependencies of the aggregator', () => {
    const { api, tick } = dependenciesFromEnvironment(env, directory);
    expect(api.vantages.map(({ name }) => name)).toEqual(['eu-west-1', 'us-east-1']);
    expect(tick.announcers).toHaveLength(3);
    expect(api.configuration).toEqual(configuration);
    expect(api.page, 'behind IAM no browser could read it').toBeUndefined();
  });

  test.each([
    ['none', {}, 2],
    ['in Parameter Store', { slackWebhook: { parameter: '/synwhere/slack' } }, 3],
    ['in Secrets Manager', { slackWebhook: { secret: 'synwhere/slack' } }, 3],
  ])('a webhook %s is one more announcer or none, and nothing is read for it', (_where, announce, count) => {
    const other = join(directory, 'webhook.json');
    writeFileSync(other, JSON.stringify({ ...configuration, announce: { email: [], ...announce } }));
    const { tick } = dependenciesFromEnvironment({ ...env, SYNWHERE_CONFIG: other }, directory);
    expect(tick.announcers.map(({ name }) => name)).toEqual(['eventbridge', 'sns', 'slack'].slice(0, count));
  });

  test.each(['SYNWHERE_TABLE', 'SYNWHERE_BUS', 'SYNWHERE_TOPIC_ARN'])(
    'lacks %s: one line says so',
    (name) => {
      expect(() => dependenciesFromEnvironment({ ...env, [name]: '' }, directory)).toThrow(
        `${name} is missing`,
      );
    },
  );

  test('without the configuration is an error of one line', () => {
    expect(() =>
      dependenciesFromEnvironment({ ...env, SYNWHERE_CONFIG: join(directory, 'gone.json') }, directory),
    ).toThrow(/the configuration cannot be read: ENOENT/);
  });

  test('is needed by the entry file, which fails at once without it', async () => {
    const entry = join(import.meta.dirname, '../../../functions/aggregator/handler.ts');
    const load = `import(${JSON.stringify(entry)}).then(({ handler }) => handler({ nonsense: 1 }, {})).then((value) => console.log(JSON.stringify(value)))`;
    const node = promisify(execFile);
    const clean = { PATH: process.env['PATH'] };
    const { stdout } = await node('node', ['-e', load], { env: { ...clean, ...env, SYNWHERE_CONFIG: file } });
    expect(JSON.parse(stdout)).toMatchObject({ status: 400, code: 'unknown-event' });
    await expect(node('node', ['-e', load], { env: { ...clean, SYNWHERE_CONFIG: file } })).rejects.toThrow(
      /SYNWHERE_TABLE is missing/,
    );
  });
});
