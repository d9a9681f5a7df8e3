import { makeVerdict } from '../../aggregator/tick/verdicts.ts';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MAX_CHECKS_AT_ONCE } from '../../../functions/aggregator/store/store.ts';
import { Listener, startService, type TestService } from '../../aggregator/api/service.ts';
import { startLambdaEndpoint } from '../../aggregator/handler/lambda-endpoint.ts';
import { signatureProblem } from './sigv4-verifier.ts';
import { portOf } from '../../support/ports.ts';

const MAIN = join(import.meta.dirname, '../../../cli/main.ts');
const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: SECRET };

let service: TestService;
let well: Listener;
let ill: Listener;
const directory = mkdtempSync(join(tmpdir(), 'synwhere-deployed-'));

beforeAll(async () => {
  well = await new Listener().start();
  ill = await new Listener().start();
  service = await startService({ targets: [well.target, ill.target] });
  await service.tick();
  await ill.stop();
  await service.tick();
  await service.tick();
});
afterAll(async () => {
  await service.close();
  await well.stop();
  rmSync(directory, { recursive: true });
});

interface Ended {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** The command as a process of its own, with nothing of the tester's AWS settings. */
async function synwhere(argv: string[], env: Record<string, string> = {}, cwd = directory): Promise<Ended> {
  const clean = { PATH: process.env['PATH'] ?? '', HOME: directory, AWS_EC2_METADATA_DISABLED: 'true' };
  const child = spawn('node', [MAIN, ...argv], { cwd, env: { ...clean, ...env } });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, stdout, stderr };
}

/** A front before the service that checks every signature, as a Function URL does, or answers as told. */
async function front(
  answer?: (request: http.IncomingMessage, response: http.ServerResponse) => void,
): Promise<{ url: string; problems: (string | undefined)[]; close: () => Promise<void> }> {
  const problems: (string | undefined)[] = [];
  const server = http.createServer((request, response) => {
    void (async () => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      if (answer) return answer(request, response);
      const { method = '', url = '' } = request;
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
      );
      const problem = signatureProblem(
        { method, url, headers, body },
        { secret: SECRET, service: 'lambda', region: 'eu-west-3' },
      );
      problems.push(problem);
      if (problem !== undefined) {
        response.writeHead(403, { 'content-type': 'application/json' }).end('{"Message":"Forbidden"}');
        return;
      }
      const passed = await fetch(`${service.url}${url}`, {
        method,
        headers: { accept: headers['accept'] ?? '*/*', 'content-type': headers['content-type'] ?? '' },
        ...(body !== '' && { body }),
      });
      response.writeHead(passed.status, { 'content-type': passed.headers.get('content-type') ?? '' });
      response.end(await passed.text());
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  return {
    url: `http://127.0.0.1:${port}`,
    problems,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('synwhere status, history, incidents', { timeout: 60_000 }, () => {
  test('show what the service knows', async () => {
    const endpoint = ['--endpoint', service.url];
    const [status, history, incidents] = await Promise.all([
      synwhere(['status', ...endpoint]),
      synwhere(['history', ill.target, ...endpoint]),
      synwhere(['incidents', ...endpoint]),
    ]);
    expect(status).toMatchObject({ status: 1, stderr: '' });
    expect(status.stdout).toMatch(new RegExp(`✓ +${well.target} +reachable`));
    expect(status.stdout).toMatch(new RegExp(`✗ +${ill.target} +remote-refusal .*incident open`));
    expect(history).toMatchObject({ status: 0, stderr: '' });
    expect(history.stdout).toMatch(/now +2 +remote-refusal[^]*1 +reachable/);
    expect(incidents).toMatchObject({ status: 0, stderr: '' });
    expect(incidents.stdout).toMatch(new RegExp(`● +${ill.target} +remote-refusal +open since`));
  });

  test('as JSON, with SYNWHERE_ENDPOINT', async () => {
    const env = { SYNWHERE_ENDPOINT: service.url };
    const [status, history, incidents] = await Promise.all([
      synwhere(['status', '--json'], env),
      synwhere(
        ['history', well.target, '--json', '--from', '2026-01-01', '--to', '2999-01-01T00:00:00+02:00'],
        env,
      ),
      synwhere(['incidents', '--open', '--subject', ill.target, '--json'], env),
    ]);
    expect(JSON.parse(status.stdout)).toMatchObject({
      targets: [{ target: well.target }, { target: ill.target }],
    });
    expect(JSON.parse(history.stdout)).toMatchObject({
      stretches: [{ ticks: 3, verdict: { kind: 'reachable' } }],
    });
    expect(JSON.parse(incidents.stdout)).toMatchObject({ incidents: [{ kind: 'remote-refusal' }] });
  });

  test('sign what they send, and are turned away with other credentials', async () => {
    const guard = await front();
    const endpoint = ['--endpoint', guard.url];
    const env = { ...CREDENTIALS, AWS_REGION: 'eu-west-3' };
    try {
      const history = [
        'history',
        ill.target,
        '--from',
        '2026-01-01T00:00:00+02:00',
        '--limit',
        '7',
        ...endpoint,
      ];
      expect(await synwhere(history, env)).toMatchObject({ status: 0, stderr: '' });
      expect(
        await synwhere(['status', ...endpoint], { ...env, AWS_SESSION_TOKEN: 'a/token+with=signs' }),
      ).toMatchObject({
        status: 1,
        stderr: '',
      });
      expect(guard.problems).toEqual([undefined, undefined]);
      const wrong = await synwhere(['status', ...endpoint], { ...env, AWS_SECRET_ACCESS_KEY: 'another' });
      expect(wrong).toMatchObject({ status: 2, stdout: '' });
      expect(wrong.stderr).toMatch(
        /^synwhere: .* refused the credentials: they need lambda:InvokeFunctionUrl .*\n$/,
      );
    } finally {
      await guard.close();
    }
  });

  test.each<[string, string[], RegExp]>([
    ['no URL', ['--endpoint', 'nonsense'], /endpoint "nonsense" is not a URL of https or http; write one/],
    [
      'no scheme',
      ['--endpoint', 'localhost:8642'],
      /endpoint "localhost:8642" is not a URL of https or http; write one such as http:\/\/127\.0\.0\.1:8642/,
    ],
    [
      'plain HTTP to elsewhere',
      ['--endpoint', 'http://192.0.2.1/'],
      /only https is allowed to other machines/,
    ],
    ['no configuration', [], /synwhere\.yaml/],
  ])('with %s say so in one line', async (_name, argv, line) => {
    const { status, stdout, stderr } = await synwhere(['status', ...argv]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(line);
    expect(stderr.trimEnd()).not.toContain('\n');
  });

  test('tell of an unknown target, a bad time and a bad number in one line', async () => {
    const env = { SYNWHERE_ENDPOINT: service.url };
    const [unknown, time, limit] = await Promise.all([
      synwhere(['history', 'unknown.example:1'], env),
      synwhere(['history', well.target, '--from', 'tomorrow'], env),
      synwhere(['incidents', '--limit', '0'], env),
    ]);
    expect(unknown).toMatchObject({ status: 2, stdout: '' });
    expect(unknown.stderr).toMatch(
      /^synwhere: unknown.example:1 is not a configured target, and the service has no data about it\n$/,
    );
    expect(time).toMatchObject({ status: 2 });
    expect(time.stderr).toMatch(/^synwhere: --from "tomorrow": write a time.*\n$/);
    expect(limit).toMatchObject({ status: 2 });
    expect(limit.stderr).toMatch(/^synwhere: --limit "0": write a number.*\n$/);
  });

  test('say that nothing can be said where the service is not there, or answers nonsense', async () => {
    const gone = await new Listener().start();
    await gone.stop();
    const refused = await synwhere(['status', '--endpoint', `http://${gone.target}`]);
    expect(refused).toMatchObject({ status: 3, stdout: '' });
    expect(refused.stderr).toMatch(/^synwhere: no answer from http:.*ECONNREFUSED\n$/);
    const nonsense = await front((_request, response) => response.end('<html>'));
    const failing = await front((_request, response) => response.writeHead(502).end('{"Message":null}'));
    try {
      const [garbled, failed] = await Promise.all([
        synwhere(['status', '--endpoint', nonsense.url]),
        synwhere(['incidents', '--endpoint', failing.url]),
      ]);
      expect(garbled).toMatchObject({ status: 3, stdout: '' });
      expect(garbled.stderr).toMatch(/not JSON\n$/);
      expect(failed).toMatchObject({ status: 3, stdout: '' });
      expect(failed.stderr).toMatch(/answered 502/);
    } finally {
      await nonsense.close();
      await failing.close();
    }
  });

  test('look the Function URL up by the name and the home of the configuration', async () => {
    const asked: string[] = [];
    const aws = await front((request, response) => {
      asked.push(
        `${request.method} ${request.url} ${/\/([^/]+)\/lambda\//.exec(request.headers.authorization ?? '')?.[1]}`,
      );
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ FunctionUrl: `${service.url}/`, AuthType: 'AWS_IAM' }));
    });
    const none = await front((_request, response) => {
      response.writeHead(404, {
        'content-type': 'application/json',
        'x-amzn-errortype': 'ResourceNotFoundException',
      });
      response.end('{"Message":"nothing"}');
    });
    const file = join(directory, 'found.yaml');
    writeFileSync(file, 'name: acme\nhome: sa-east-1\nregions: [sa-east-1]\ntargets: [a.example:1]\n');
    try {
      const found = await synwhere(['status', '--config', file], {
        ...CREDENTIALS,
        AWS_ENDPOINT_URL: aws.url,
      });
      expect(found).toMatchObject({ status: 1, stderr: '' });
      expect(asked).toEqual(['GET /2021-10-31/functions/acme-aggregator/url sa-east-1']);
      const missing = await synwhere(['status', '--config', file], {
        ...CREDENTIALS,
        AWS_ENDPOINT_URL: none.url,
      });
      expect(missing).toMatchObject({ status: 2, stdout: '' });
      expect(missing.stderr).toMatch(
        /^synwhere: looking for acme-aggregator in sa-east-1: there is no such.*--endpoint.*\n$/,
      );
    } finally {
      await aws.close();
      await none.close();
    }
  });

  test('status --web serves the page here, and reads through to the service', async () => {
    const clean = { PATH: process.env['PATH'] ?? '', HOME: directory };
    const child = spawn('node', [MAIN, 'status', '--web', '--endpoint', service.url], {
      cwd: directory,
      env: clean,
    });
    try {
      const [line] = (await once(child.stdout, 'data')) as [Buffer];
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(line.toString())?.[0] ?? '';
      const page = await fetch(url);
      expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(await page.text()).toContain('<title>Synwhere</title>');
      expect(await (await fetch(`${url}/targets`)).json()).toMatchObject({ targets: [{}, {}] });
      expect((await fetch(`${url}/checks`, { method: 'POST' })).status).toBe(405);
    } finally {
      child.kill('SIGINT');
      await once(child, 'close');
    }
  });
});

describe('synwhere check --deployed', { timeout: 60_000 }, () => {
  test('checks from the vantages of the service', async () => {
    const endpoint = ['--endpoint', service.url];
    const [all, one] = await Promise.all([
      synwhere(['check', '--deployed', '--json', ...endpoint]),
      synwhere(['check', ill.target, '--deployed', '--expect', 'refused', '--timeout', '2000', ...endpoint]),
    ]);
    expect(all).toMatchObject({ status: 1, stderr: '' });
    expect(JSON.parse(all.stdout)).toMatchObject({
      verdicts: [
        { kind: 'reachable', vantages: [{ vantage: 'east' }, { vantage: 'north' }, { vantage: 'west' }] },
        { kind: 'remote-refusal' },
      ],
    });
    expect(one).toMatchObject({ status: 0, stderr: '' });
    expect(one.stdout).toMatch(/remote-refusal/);
  });

  test('reports the refusal of the service', async () => {
    const { status, stderr } = await synwhere([
      'check',
      'example.com:22',
      '--deployed',
      '--endpoint',
      service.url,
    ]);
    expect(status).toBe(2);
    expect(stderr).toMatch(
      /^synwhere: example.com:22 may not be checked: it is not a configured target.*\n$/,
    );
  });

  test('says that nothing can be said where as many checks run as may', async () => {
    const { store } = service.parts.api;
    const places = Array.from({ length: MAX_CHECKS_AT_ONCE }, (_, index) => `place-${index}`);
    for (const place of places) expect(await store.takeCheckPlace(place, 60_000)).toBe(true);
    try {
      const asked = await synwhere(['check', '--deployed', '--endpoint', service.url]);
      expect(asked).toEqual({
        status: 3,
        stdout: '',
        stderr: 'synwhere: 4 checks are running, which is the maximum; try again in 5 seconds\n',
      });
    } finally {
      for (const place of places) await store.releaseCheckPlace(place);
    }
  });

  test('takes the verdicts of a service of version 0.1.0, which have no next steps', async () => {
    const { nextSteps: _, ...verdict } = makeVerdict('old.example:443', 'remote-refusal');
    const lines = [
      { event: 'verdict', verdict },
      { event: 'end', verdicts: 1 },
    ];
    const old = await front((_request, response) =>
      response.end(lines.map((line) => `${JSON.stringify(line)}\n`).join('')),
    );
    try {
      const args = ['check', '--deployed', '--endpoint', old.url];
      const { stdout, stderr, status } = await synwhere(args);
      expect({ stderr, status }).toEqual({ stderr: '', status: 1 });
      expect(stdout).toContain('remote-refusal, confidence high');
      const asJson = await synwhere([...args, '--json']);
      expect(JSON.parse(asJson.stdout)).toMatchObject({ verdicts: [{ nextSteps: [] }] });
    } finally {
      await old.close();
    }
  });

  test('says that nothing can be said of an answer that was cut off', async () => {
    const cut = await front((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      response.write('{"event":"asked","round":1,"vantages":["a"],"targets":1}\n{"event":"verd', () =>
        response.destroy(),
      );
    });
    const short = await front((_request, response) =>
      response.end('{"event":"asked","round":1,"vantages":["a"],"targets":1}\n'),
    );
    const odd = await front((_request, response) =>
      response.end('{"event":"verdict","verdict":{"kind":"reachable"}}\n'),
    );
    try {
      for (const [server, line] of [
        [cut, /no answer from/],
        [short, /cut off after 0 verdicts/],
        [odd, /none of a check/],
      ] as const) {
        const { status, stdout, stderr } = await synwhere(['check', '--deployed', '--endpoint', server.url]);
        expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
        expect(stderr).toMatch(line);
      }
    } finally {
      await Promise.all([cut.close(), short.close(), odd.close()]);
    }
  });

  test('--here puts this machine beside the regions, in one verdict', async () => {
    const lambda = await startLambdaEndpoint(() => 'runs');
    const file = join(directory, 'regions.yaml');
    writeFileSync(file, `regions: [eu-west-1, us-east-1]\ntargets: ['${well.target}', '${ill.target}']\n`);
    try {
      const env = { ...CREDENTIALS, AWS_ENDPOINT_URL: lambda.url };
      const ended = await synwhere(
        ['check', ill.target, '--deployed', '--here', '--config', file, '--json'],
        env,
      );
      expect(ended).toMatchObject({ status: 1, stderr: '' });
      expect(JSON.parse(ended.stdout)).toMatchObject({
        verdicts: [
          {
            kind: 'remote-refusal',
            confidence: 'high',
            vantages: [
              { vantage: 'eu-west-1', saw: 'refused' },
              { vantage: 'here', saw: 'refused' },
              { vantage: 'us-east-1', saw: 'refused' },
            ],
          },
        ],
      });
      expect(
        new Set(lambda.invocations.map(({ functionName, region }) => `${functionName} ${region}`)),
      ).toEqual(new Set(['synwhere-probe eu-west-1', 'synwhere-probe us-east-1']));
    } finally {
      await lambda.close();
    }
  });

  test.each<[string, string[], RegExp]>([
    ['--here alone', ['--here'], /--here can be used only with --deployed/],
    ['--endpoint alone', ['--endpoint', 'http://127.0.0.1:1'], /--endpoint can be used only with --deployed/],
    ['--vantage', ['--deployed', '--vantage', 'here'], /leave --vantage out/],
    ['--control', ['--deployed', '--control', 'a:1'], /leave --control out/],
    ['--timeout kernel', ['--deployed', '--timeout', 'kernel'], /--timeout in ms/],
    [
      '--here and --endpoint',
      ['--deployed', '--here', '--endpoint', 'http://127.0.0.1:1'],
      /name the --config/,
    ],
  ])('says what does not go together: %s', async (_name, argv, line) => {
    const { status, stdout, stderr } = await synwhere(['check', '127.0.0.1:1', ...argv]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(line);
    expect(stderr.trimEnd()).not.toContain('\n');
  });
});
