import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Verdict } from '../../functions/reachability/verdict.ts';
import {
  answerError,
  startLambdaEndpoint,
  type LambdaEndpoint,
} from '../aggregator/handler/lambda-endpoint.ts';
import { PROBE_COMMAND, synwhere } from './command.ts';
import { openPort, type Port } from './loopback.ts';

let open: Port;
let endpoint: LambdaEndpoint;
let folder: string;
let file: string;

beforeAll(async () => {
  open = await openPort();
  endpoint = await startLambdaEndpoint(({ region }) =>
    region === 'sa-east-1'
      ? (response) => {
          answerError(response, 429, 'TooManyRequestsException', 'Rate Exceeded.');
        }
      : 'runs',
  );
  folder = mkdtempSync(join(tmpdir(), 'synwhere-regions-'));
  file = join(folder, 'synwhere.yaml');
  writeFileSync(
    file,
    `name: netwatch
targets: ['${open.target}']
regions: [eu-west-1, us-east-1, us-west-2, sa-east-1]
vantages: { office: ${JSON.stringify(PROBE_COMMAND)} }
`,
  );
});

afterAll(async () => {
  await Promise.all([open.close(), endpoint.close()]);
  rmSync(folder, { recursive: true, force: true });
});

function checkWith(env: Record<string, string>, ...args: string[]) {
  return synwhere(['check', '--config', file, '--json', ...args], {
    env: { AWS_ENDPOINT_URL: endpoint.url, ...env },
  });
}

function views(stdout: string): Record<string, string> {
  const { verdicts }: { verdicts: Verdict[] } = JSON.parse(stdout);
  return Object.fromEntries(
    verdicts.flatMap(({ vantages }) =>
      vantages.map(({ vantage, saw, abstained }) => [vantage, abstained ?? saw]),
    ),
  );
}

const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
const NONE = { AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' };

test('a check uses the functions of the configured regions, and the command vantages', async () => {
  endpoint.invocations.length = 0;
  const { stdout, stderr, status } = await checkWith(CREDENTIALS);
  expect(views(stdout)).toEqual({
    'eu-west-1': 'open',
    'us-east-1': 'open',
    'us-west-2': 'open',
    'sa-east-1': 'throttled (429): Rate Exceeded',
    office: 'open',
  });
  expect(new Set(endpoint.invocations.map(({ functionName }) => functionName))).toEqual(
    new Set(['netwatch-probe']),
  );
  expect(endpoint.invocations).toHaveLength(4);
  expect(stderr).toBe('');
  expect(status).toBe(0);
});

test('--vantage selects some of them', async () => {
  endpoint.invocations.length = 0;
  const { stdout } = await checkWith(CREDENTIALS, '--vantage', 'us-east-1', '--vantage', 'office');
  expect(views(stdout)).toEqual({ 'us-east-1': 'open', office: 'open' });
  expect(endpoint.invocations.map(({ region }) => region)).toEqual(['us-east-1']);
});

test('without credentials the regions abstain and report the reason', async () => {
  endpoint.invocations.length = 0;
  const { stdout, status } = await checkWith(NONE);
  expect(views(stdout)).toMatchObject({
    'eu-west-1': expect.stringMatching(/^no AWS credentials: /),
    office: 'open',
  });
  expect(endpoint.invocations).toHaveLength(0);
  expect(status).toBe(3);
});

test('without credentials the deployed service is not looked up, and the error asks the user to log in', async () => {
  const { status, stderr } = await synwhere(['status', '--config', file], { env: NONE });
  expect(stderr).toMatch(
    /^synwhere: looking for .*: no AWS credentials: .*; log in \(`aws login`\), or give --endpoint URL\n$/,
  );
  expect(status).toBe(2);
});
