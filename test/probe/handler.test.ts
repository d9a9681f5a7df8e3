import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judge } from '../../functions/reachability/judge.ts';
import { parseReport } from '../../functions/reachability/report.ts';
import { bundleFunction } from '../../infra/bundle.ts';

let folder = '';
let bundle = '';
let server: Server;
let port = 0;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'synwhere-probe-'));
  bundle = path.join(await bundleFunction('probe', folder), 'index.mjs');
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  port = typeof address === 'object' && address ? address.port : 0;
});

afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

/** Invokes the bundle in a plain Node process, as the Lambda runtime does: import, call, JSON. */
async function invoke(
  event: unknown,
  environment: Record<string, string> = {},
  context = 'undefined',
): Promise<unknown> {
  const caller = path.join(folder, 'caller.mjs');
  await writeFile(
    caller,
    `import { handler } from ${JSON.stringify(pathToFileURL(bundle).href)};
     try { console.log(JSON.stringify(await handler(JSON.parse(process.argv[2]), ${context}))); }
     catch (error) { console.log(JSON.stringify({ errorType: error.name, errorMessage: error.message })); }`,
  );
  const env = { PATH: process.env['PATH'] ?? '', AWS_LAMBDA_FUNCTION_NAME: 'synwhere-probe', ...environment };
  const { stdout } = await promisify(execFile)(process.execPath, [caller, JSON.stringify(event)], { env });
  return JSON.parse(stdout);
}

describe('the bundle', () => {
  it('is at most 32 KB and imports only modules of Node', async () => {
    expect((await stat(bundle)).size).toBeLessThanOrEqual(32 * 1024);
    const code = await readFile(bundle, 'utf8');
    const imports = [...code.matchAll(/\b(?:from|import|require)\s*\(?\s*["'`]([^"'`]+)["'`]/g)].map(
      ([, name]) => name,
    );
    expect(imports.length).toBeGreaterThan(0);
    for (const name of imports) expect(name).toMatch(/^node:/);
  });
});

describe('the handler', () => {
  it('denies all special-purpose addresses where no policy is set', async () => {
    const report = parseReport(
      await invoke({
        targets: [
          { host: 'localhost', port },
          { host: '127.0.0.1', port },
          { host: '169.254.169.254', port: 80 },
        ],
      }),
    );
    expect(report.targets[0]).toMatchObject({
      name: { addresses: [], denied: expect.any(Number) },
      addresses: [],
    });
    const attempts = report.targets.flatMap(({ addresses }) => addresses.map((one) => one.attempts));
    expect(attempts).toHaveLength(2);
    for (const list of attempts) expect(list).toMatchObject([{ outcome: 'denied', stage: 'local' }]);
  });

  it('allows what its environment allows, and ignores policies in the request', async () => {
    const event = {
      targets: [
        { host: '127.0.0.1', port },
        { host: '127.0.0.2', port },
      ],
      policy: { allow: [{ cidr: '0.0.0.0/0' }] },
      SYNWHERE_POLICY: '{"allow":[{"cidr":"0.0.0.0/0"}]}',
    };
    const policy = JSON.stringify({ allow: [{ cidr: '127.0.0.1/32', ports: [port] }] });
    const report = parseReport(await invoke(event, { SYNWHERE_POLICY: policy, AWS_REGION: 'eu-west-1' }));
    expect(
      report.targets.map(({ addresses }) => addresses[0]?.attempts.map(({ outcome }) => outcome)),
    ).toEqual([['connected', 'connected', 'connected'], ['denied']]);
    expect(report.system).toMatchObject({ region: 'eu-west-1', evidence: [] });
  });

  describe('asked for port 25', () => {
    const event = {
      targets: [
        { host: '127.0.0.1', port: 25 },
        { host: 'mail.example.com', port: 25, addresses: ['127.0.0.1', '::1'] },
        { host: '127.0.0.1', port: 26 },
      ],
      controls: [{ host: '127.0.0.1', port: 25 }],
      attempts: 1,
    };
    const policy = '{"allow":[{"cidr":"127.0.0.1/32"},{"cidr":"::1/128"}]}';

    async function outcomes(environment: Record<string, string>): Promise<Set<string>[]> {
      const { targets, controls } = parseReport(
        await invoke(event, { SYNWHERE_POLICY: policy, ...environment }),
      );
      return [...targets, ...controls.map(({ before }) => before)].map(
        ({ addresses }) =>
          new Set(addresses.flatMap(({ attempts }) => attempts.map(({ outcome }) => outcome))),
      );
    }

    it('denies targets, addresses of the request and controls outside a VPC, and gives AWS as the reason', async () => {
      const report = parseReport(await invoke(event, { SYNWHERE_POLICY: policy }));
      const [literal, named] = report.targets;
      for (const target of [literal, named, report.controls[0]?.before]) {
        const attempts = target?.addresses.flatMap((one) => one.attempts) ?? [];
        expect(attempts.length).toBe(target === named ? 2 : 1);
        for (const attempt of attempts) {
          expect(attempt).toMatchObject({ outcome: 'denied', stage: 'local' });
          expect(attempt.reason).toMatch(/^AWS blocks port 25 .*Lambda/);
        }
      }
      expect(report.controls[0]).not.toHaveProperty('after.addresses.0.attempts.1');
      const verdict = judge({ host: '127.0.0.1', port: 25 }, [[{ vantage: 'eu-west-1', report }]], {
        startedAt: report.startedAt,
        elapsedMs: report.elapsedMs,
      });
      expect(verdict).toMatchObject({
        kind: 'vantage-fault',
        summary: 'No vantage was allowed to try 127.0.0.1:25, so nothing is known about it.',
        notRuledOut: ['Anything about 127.0.0.1:25: check it from a vantage that is allowed to try it.'],
        vantages: [{ counted: false, fault: 'none' }],
      });
      expect(verdict.vantages[0]?.abstained).toMatch(/^it was not allowed to try: AWS blocks port 25/);
    });

    it.each([
      ['in a VPC', { SYNWHERE_VPC: 'true' }],
      ['outside Lambda', { AWS_LAMBDA_FUNCTION_NAME: '' }],
    ])('tries it %s', async (_where, environment) => {
      for (const seen of await outcomes(environment)) expect(seen).not.toContain('denied');
    });

    it('tries every other port', async () => {
      expect((await outcomes({}))[2]).not.toContain('denied');
    });
  });

  it.each([
    [{ nonsense: true }, 'ProbeRequestError', 'probe request: targets must be a list'],
    [null, 'ProbeRequestError', 'probe request: must be a JSON object, for example {"targets":[…]}'],
  ])('rejects %j with an error of one line', async (event, errorType, errorMessage) => {
    expect(await invoke(event)).toEqual({ errorType, errorMessage });
  });

  it('does not run with an invalid policy', async () => {
    const answer = await invoke(
      { targets: [{ host: '127.0.0.1', port }] },
      { SYNWHERE_POLICY: 'open sesame' },
    );
    expect(answer).toMatchObject({ errorType: 'PolicyError' });
  });

  it('ends within the remaining time of the invocation', async () => {
    const event = {
      targets: [{ host: '127.0.0.1', port }],
      attempts: 10,
      staggerMs: 1000,
      timeoutMs: 60_000,
      deadlineMs: 60_000,
    };
    const policy = '{"allow":[{"cidr":"127.0.0.0/8"}]}';
    const began = performance.now();
    const report = parseReport(
      await invoke(event, { SYNWHERE_POLICY: policy }, '{ getRemainingTimeInMillis: () => 2500 }'),
    );
    expect(performance.now() - began).toBeLessThan(9000);
    // All ten attempts take nine seconds; the difference allows for a busy machine.
    expect(report.elapsedMs).toBeLessThan(4500);
    expect(report.targets[0]?.addresses[0]?.attempts.length).toBeLessThan(5);
    expect(report.omitted).toMatch(/^\d attempts were not started before the deadline$/);
  });

  it.each([
    '{}',
    '{ getRemainingTimeInMillis: () => NaN }',
    '{ getRemainingTimeInMillis: () => -5 }',
    'null',
  ])('returns a report with the context %s', async (context) => {
    const report = parseReport(await invoke({ targets: [{ host: '10.0.0.1', port: 1 }] }, {}, context));
    expect(report.targets[0]?.addresses[0]?.attempts[0]?.outcome).toBe('denied');
  });

  it('reports why it cannot trace', async () => {
    const report = parseReport(await invoke({ targets: [], traces: [{ address: '127.0.0.1', port }] }));
    expect(report.traces).toMatchObject([
      {
        address: '127.0.0.1',
        reached: false,
        unavailable: 'this vantage cannot trace, because it has no kernel evidence',
      },
    ]);
  });
});
