import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { check } from '../../../functions/aggregator/check/check.ts';
import { lambdaVantage } from '../../../functions/aggregator/vantages/lambda.ts';
import type { VantageView, Verdict } from '../../../functions/reachability/verdict.ts';
import { closedPort } from '../../cli/loopback.ts';
import {
  answerError,
  answerFunctionError,
  startLambdaEndpoint,
  type Behaviour,
  type LambdaEndpoint,
} from '../handler/lambda-endpoint.ts';
import { portOf } from '../../support/ports.ts';

const SOUND = ['eu-west-1', 'us-east-1', 'ap-northeast-1'];
const ODD = 'sa-east-1';
const FUNCTION = 'synwhere-probe';
const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

let endpoint: LambdaEndpoint;
let listener: Server;
let target: { host: string; port: number };
let odd: Behaviour = 'runs';

beforeAll(async () => {
  endpoint = await startLambdaEndpoint(({ region }) => (region === ODD ? odd : 'runs'));
  listener = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  target = { host: '127.0.0.1', port: portOf(listener) };
});

afterAll(async () => {
  listener.close();
  await endpoint.close();
});

beforeEach(() => {
  endpoint.invocations.length = 0;
  endpoint.abandoned = 0;
});

function checkFrom(regions: readonly string[], options: { deadlineMs?: number } = {}): Promise<Verdict[]> {
  const vantages = regions.map((region) =>
    lambdaVantage(region, FUNCTION, { endpoint: endpoint.url, credentials: CREDENTIALS }),
  );
  return check({ targets: [target], vantages, attempts: 1, ...options });
}

describe('a function that works', () => {
  test('runs the bundled probe, and its report makes a verdict', async () => {
    odd = 'runs';
    const [verdict] = await checkFrom([...SOUND, ODD]);
    expect(verdict).toMatchObject({ kind: 'reachable', confidence: 'high', asExpected: true, rounds: 1 });
    expect(verdict?.vantages.map(({ vantage, saw }) => [vantage, saw])).toEqual(
      [...SOUND, ODD].toSorted().map((region) => [region, 'open']),
    );
    expect(endpoint.invocations.map(({ region }) => region).toSorted()).toEqual([...SOUND, ODD].toSorted());
    expect(new Set(endpoint.invocations.map(({ functionName }) => functionName))).toEqual(
      new Set([FUNCTION]),
    );
  });
});

const garbage: [name: string, body: string][] = [
  ['not JSON', '<html>502 Bad Gateway</html>'],
  ['no report', '{"hello":"world"}'],
  ['null', 'null'],
];

function answering(body: string): Behaviour {
  return (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(body);
  };
}

describe('a function without a report affects only its own vantage and gets one request', () => {
  const cases: [name: string, behaviour: Behaviour, reason: RegExp][] = [
    [
      '429',
      (response) => {
        answerError(response, 429, 'TooManyRequestsException', 'Rate Exceeded.');
      },
      /^throttled \(429\): Rate Exceeded$/,
    ],
    [
      '500',
      (response) => {
        answerError(
          response,
          500,
          'ServiceException',
          'An error occurred and the request cannot be processed.',
        );
      },
      /^Lambda failed \(500\): An error occurred/,
    ],
    [
      '502 of a proxy',
      (response) => {
        response.writeHead(502, { 'content-type': 'text/html' });
        response.end('<html>Bad Gateway</html>');
      },
      /^Lambda failed \(502\): /,
    ],
    [
      '403',
      (response) => {
        answerError(
          response,
          403,
          'AccessDeniedException',
          'User: arn:aws:iam::1:user/x is not authorized to perform: lambda:InvokeFunction',
        );
      },
      /^forbidden \(403\): User: .* is not authorized/,
    ],
    [
      '404',
      (response) => {
        answerError(response, 404, 'ResourceNotFoundException', `Function not found: arn:aws:lambda:${ODD}`);
      },
      /^missing \(404\): the region has no function synwhere-probe$/,
    ],
    [
      'FunctionError: it crashed',
      (response) => {
        answerFunctionError(response, {
          errorType: 'Runtime.ExitError',
          errorMessage:
            'RequestId: 3f0a4d0e-8c5b-4d53-9b8e-8f4a52a5a6f1 Error: Runtime exited with error: signal: killed',
        });
      },
      /^the function failed: Runtime\.ExitError: Runtime exited with error: signal: killed$/,
    ],
    [
      'FunctionError: it ran out of time',
      (response) => {
        answerFunctionError(response, {
          errorMessage:
            '2026-01-01T00:00:00.000Z 3f0a4d0e-8c5b-4d53-9b8e-8f4a52a5a6f1 Task timed out after 3.00 seconds',
        });
      },
      /^the function failed: Task timed out after 3\.00 seconds$/,
    ],
    [
      'FunctionError: an answer over 6 MB',
      (response) => {
        answerFunctionError(response, {
          errorType: 'Function.ResponseSizeTooLarge',
          errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
        });
      },
      /^the answer is larger than Lambda's limit of 6 MB$/,
    ],
    [
      'an answer over 6 MB without a FunctionError',
      answering(JSON.stringify({ omitted: 'x'.repeat(7 * 1024 * 1024) })),
      /^the answer has 7\.0 MB; Lambda's limit is 6 MB$/,
    ],
    [
      'a connection that is closed at once',
      (response) => response.destroy(),
      /^the connection to Lambda failed: ECONNRESET$/,
    ],
    [
      'a connection that is closed in the middle of the answer',
      (response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
        response.write('{"startedAt":', () => response.destroy());
      },
      /^the connection to Lambda failed: ECONNRESET$/,
    ],
    ...garbage.map(([name, body]): [string, Behaviour, RegExp] => [
      `garbage: ${name}`,
      answering(body),
      /^invalid answer: /,
    ]),
    ['an empty answer', answering(''), /^empty answer$/],
  ];

  test.each(cases)('%s', async (_name, behaviour, reason) => {
    odd = behaviour;
    const [verdict] = await checkFrom([...SOUND, ODD]);
    expectOneAbstention(verdict, reason);
    for (const region of [...SOUND, ODD]) {
      expect(endpoint.invocations.filter((invocation) => invocation.region === region)).toHaveLength(1);
    }
  });

  test('an error of the handler is reported in one line', async () => {
    const vantage = lambdaVantage(SOUND[0] ?? '', FUNCTION, {
      endpoint: endpoint.url,
      credentials: CREDENTIALS,
    });
    const refused = vantage.probe({ targets: [target], attempts: -1 }, AbortSignal.timeout(15_000));
    await expect(refused).rejects.toThrow(/^the function failed: ProbeRequestError: [^\n]+$/);
    expect(endpoint.invocations).toHaveLength(1);
  });

  test('no answer: one request, which ends at the deadline', async () => {
    odd = () => undefined;
    const started = performance.now();
    const [verdict] = await checkFrom([...SOUND, ODD], { deadlineMs: 10_000 });
    expectOneAbstention(verdict, /^no answer within 5 s$/);
    expect(performance.now() - started).toBeLessThan(9000);
    expect(endpoint.invocations.filter(({ region }) => region === ODD)).toHaveLength(1);
    await expect.poll(() => endpoint.abandoned).toBe(1);
  });

  test('no answer and no deadline: the request has its own timeout', async () => {
    odd = () => undefined;
    const alone = lambdaVantage(ODD, FUNCTION, { endpoint: endpoint.url, credentials: CREDENTIALS });
    const answer = alone.probe({ targets: [target], deadlineMs: 1 }, new AbortController().signal);
    await expect(answer).rejects.toThrow(/^Lambda did not answer in time: /);
    expect(endpoint.invocations).toHaveLength(1);
  });

  test('an answer that stops in the middle', async () => {
    odd = (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{');
    };
    const [verdict] = await checkFrom([...SOUND, ODD], { deadlineMs: 10_000 });
    expectOneAbstention(verdict, /^no answer within 5 s$/);
    expect(endpoint.invocations.filter(({ region }) => region === ODD)).toHaveLength(1);
  });

  test('a port where no Lambda listens', async () => {
    const unreachable = lambdaVantage(ODD, FUNCTION, {
      endpoint: `http://127.0.0.1:${(await closedPort()).port}`,
      credentials: CREDENTIALS,
    });
    await expect(unreachable.probe({ targets: [target] }, AbortSignal.timeout(10_000))).rejects.toThrow(
      /^the connection to Lambda failed: ECONNREFUSED$/,
    );
  });
});

function expectOneAbstention(verdict: Verdict | undefined, reason: RegExp): void {
  expect(verdict).toMatchObject({ kind: 'reachable', asExpected: true, rounds: 1 });
  const views = new Map<string, VantageView>(verdict?.vantages.map((view) => [view.vantage, view]));
  for (const region of SOUND) expect(views.get(region)).toMatchObject({ counted: true, saw: 'open' });
  expect(views.get(ODD)).toMatchObject({ counted: false, saw: 'nothing', fault: 'vantage' });
  expect(views.get(ODD)?.abstained).toMatch(reason);
}
