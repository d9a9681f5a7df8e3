import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { closedPort, openPort, type Port } from '../cli/loopback.ts';
import { CONSUMER_TSC, DEPENDENCIES, Packed, PEERS, ROOT, runNode, templatesIn } from './packed.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

let packed: Packed;
let open: Port;
let closed: Port;

beforeAll(async () => {
  packed = new Packed();
  [open, closed] = await Promise.all([openPort(), closedPort()]);
});
afterAll(async () => {
  await open.close();
  packed.remove();
});

function write(folder: string, files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}

/** Runs a program in a folder and gives what it prints as JSON. */
function printed(folder: string, name: string, program: string): unknown {
  write(folder, { [name]: program });
  const { status, stdout, stderr } = runNode(folder, [name]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout);
}

describe('the tarball is clean by the tools of the trade', () => {
  test('publint', () => {
    const command = join(ROOT, 'node_modules/publint/src/cli.js');
    const { status, stdout, stderr } = runNode(packed.folder, [command, packed.tarball, '--strict']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('All good!');
  });

  test('Are the types wrong? for every way of resolving modules', () => {
    const command = join(ROOT, 'node_modules/@arethetypeswrong/cli/dist/index.js');
    const { status, stdout } = runNode(packed.folder, [command, packed.tarball, '--format', 'json']);
    const { analysis, problems }: Analysis = JSON.parse(stdout);
    expect(problems ?? {}).toEqual({});
    expect(analysis.problems).toEqual([]);
    expect(analysis.entrypoints).toMatchObject({ '.': {}, './cdk': {} });
    expect(status).toBe(0);
  });
});

interface Analysis {
  analysis: { problems: unknown[]; entrypoints: Record<string, unknown> };
  problems?: Record<string, unknown>;
}

const VALUES = [
  'InputError',
  'VantageError',
  'check',
  'commandVantage',
  'formatTarget',
  'judge',
  'lambdaVantage',
  'localVantage',
  'parseTarget',
  'probe',
];
const CONSTRUCTS = ['PropsError', 'ReachabilityProbe', 'ReachabilityService'];

describe.each([
  ['ES modules', 'mjs', (name: string) => `import * as m from '${name}';`],
  ['require', 'cjs', (name: string) => `const m = require('${name}');`],
])('with %s', (_what, extension, load) => {
  test('both imports have their names', () => {
    const folder = packed.installed([...DEPENDENCIES, ...PEERS]);
    const names = (of: string): unknown =>
      printed(
        folder,
        `names.${extension}`,
        `${load(of)}\nconsole.log(JSON.stringify(Object.keys(m).filter((n) => n !== 'default').toSorted()));`,
      );
    expect(names('synwhere')).toEqual(VALUES);
    expect(names('synwhere/cdk')).toEqual(CONSTRUCTS);
  });

  test('nothing is loaded before it is used', () => {
    // Not one package is installed: whatever is loaded too early cannot be found.
    const bare = packed.installed([]);
    expect(
      printed(
        bare,
        `bare.${extension}`,
        `${load('synwhere')}
        const vantages = [m.localVantage(), m.commandVantage('a', 'true'), m.lambdaVantage('eu-west-1', 'f')];
        const target = m.parseTarget('EXAMPLE.com:443');
        const verdict = m.judge(target, [[]], { startedAt: '2026-01-01T00:00:00.000Z', elapsedMs: 0 });
        console.log(JSON.stringify([vantages.map(({ name }) => name), m.formatTarget(target), verdict.kind]));`,
      ),
    ).toEqual([['here', 'a', 'eu-west-1'], 'example.com:443', 'insufficient-data']);
  });

  test('a check needs the validation, and the AWS SDK for a Lambda vantage alone', () => {
    // yaml is a part of neither; the AWS SDK is not there.
    const folder = packed.installed(['zod']);
    const program = `${load('synwhere')}
      const run = async () => {
        const vantages = [m.localVantage(), m.commandVantage('gone', 'exit 3'), m.lambdaVantage('eu-west-1', 'f')];
        const events = [];
        const verdicts = await m.check({
          targets: ['${open.target}', { target: '${closed.target}', expect: 'refused' }],
          vantages,
          onEvent: ({ type }) => events.push(type),
        });
        console.log(JSON.stringify({ events: [...new Set(events)], verdicts }));
      };
      run();`;
    const { events, verdicts } = printed(folder, `check.${extension}`, program) as {
      events: string[];
      verdicts: {
        target: unknown;
        asExpected: boolean;
        vantages: { vantage: string; saw: string; abstained?: string }[];
      }[];
    };
    expect(events).toEqual(['asked', 'answered', 'judged']);
    expect(verdicts.map(({ vantages }) => vantages.map(({ vantage, saw }) => [vantage, saw]))).toEqual([
      [
        ['eu-west-1', 'nothing'],
        ['gone', 'nothing'],
        ['here', 'open'],
      ],
      [
        ['eu-west-1', 'nothing'],
        ['gone', 'nothing'],
        ['here', 'refused'],
      ],
    ]);
    const reasons = verdicts[0]?.vantages.map(({ abstained }) => abstained) ?? [];
    expect(reasons[0]).toMatch(/@aws-sdk\/client-lambda/);
    expect(reasons[1]).toBe('the command ended with status 3');
  });
});

describe('the examples, from the tarball', () => {
  test('check: one line for each target', () => {
    const folder = packed.installed(DEPENDENCIES, 'check');
    const { status, stdout, stderr } = runNode(folder, ['check.ts', open.target, closed.target]);
    expect(stderr).toBe('');
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(new RegExp(`^${open.target} reachable: `)),
      expect.stringMatching(new RegExp(`^${closed.target} remote-refusal: `)),
      '',
    ]);
    expect(status).toBe(1);
    expect(readFileSync(join(folder, 'check.ts'), 'utf8').trim().split('\n').length).toBeLessThanOrEqual(10);
  });

  test('check: wrong input is one line', () => {
    const folder = packed.installed(DEPENDENCIES, 'check');
    const { status, stderr } = runNode(folder, ['check.ts', 'example.com']);
    expect(stderr).toContain(
      'InputError: targets[0]: target "example.com": the port is missing; write host:port\n',
    );
    expect(status).toBe(1);
  });

  test('every program in docs/library.md and README.md is type-checked, and two of them are the examples', () => {
    const folder = packed.installed([...DEPENDENCIES, ...PEERS, '@types/node'], 'cdk-app');
    const [page = ''] = readFileSync(join(ROOT, 'docs/library.md'), 'utf8').split('<!--', 1);
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
    const blocks = [...`${page}\n${readme}`.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, text = '']) => text);
    expect(blocks.length).toBeGreaterThan(5);
    for (const example of ['check/check.ts', 'cdk-app/app.ts']) {
      expect(blocks).toContain(readFileSync(join(ROOT, 'examples', example), 'utf8'));
    }
    write(folder, Object.fromEntries(blocks.map((text, index) => [`block-${index}.ts`, text])));
    expect(runNode(folder, [CONSUMER_TSC, '--skipLibCheck'])).toMatchObject({ status: 0, stdout: '' });
  });

  test('cdk-app: its stacks are synthesised without esbuild', () => {
    const folder = packed.installed([...DEPENDENCIES, ...PEERS], 'cdk-app');
    const cdk = join(ROOT, 'node_modules/aws-cdk/bin/cdk');
    const { status, stderr } = runNode(folder, [cdk, 'synth', '--quiet']);
    expect(stderr).not.toMatch(/error/i);
    expect(status).toBe(0);
    const templates = templatesIn(join(folder, 'cdk.out'));
    expect([...templates.keys()].toSorted()).toEqual([
      'Probe-eu-central-1',
      'Probe-us-east-1',
      'Reachability',
    ]);
    const home = templates.get('Reachability');
    const ofType = (type: string) => Object.values(home?.Resources ?? {}).filter(({ Type }) => Type === type);
    expect(ofType('AWS::Scheduler::Schedule')[0]?.Properties['ScheduleExpression']).toBe('rate(5 minutes)');
    expect(ofType('AWS::DynamoDB::GlobalTable').length + ofType('AWS::DynamoDB::Table').length).toBe(1);
    expect(ofType('AWS::Lambda::Function')).toHaveLength(1);
    expect(home?.Outputs).toHaveProperty('Url');
    const functionNames = ['Probe-eu-central-1', 'Probe-us-east-1'].map(
      (stack) =>
        Object.values(templates.get(stack)?.Resources ?? {}).find(
          ({ Type }) => Type === 'AWS::Lambda::Function',
        )?.Properties['FunctionName'],
    );
    expect(new Set(functionNames).size).toBe(2);

    const assets = readdirSync(join(folder, 'cdk.out')).filter((name) => name.startsWith('asset.'));
    const aggregator = assets.find((name) =>
      readdirSync(join(folder, 'cdk.out', name)).includes('synwhere.json'),
    );
    const configuration: unknown = JSON.parse(
      readFileSync(join(folder, 'cdk.out', aggregator ?? '', 'synwhere.json'), 'utf8'),
    );
    expect(configuration).toMatchObject({
      home: 'eu-central-1',
      targets: [
        { host: 'www.example.com', port: 443 },
        { host: 'db.example.com', port: 5432, expect: { everywhere: 'refused' } },
      ],
      probes: [
        { name: 'eu-central-1', region: 'eu-central-1', functionName: functionNames[0] },
        { name: 'us-east-1', region: 'us-east-1', functionName: functionNames[1] },
      ],
    });
    const invoked = JSON.stringify(ofType('AWS::IAM::Role').map(({ Properties }) => Properties['Policies']));
    for (const name of functionNames) expect(invoked).toContain(`:function:${String(name)}`);
    expect(invoked).toContain(':lambda:us-east-1:');
    // The code is that of the package, byte for byte.
    const code = join(folder, 'node_modules/synwhere/dist/functions/aggregator');
    for (const file of readdirSync(code)) {
      const deployed = readFileSync(join(folder, 'cdk.out', aggregator ?? '', file));
      expect([file, deployed.equals(readFileSync(join(code, file)))]).toEqual([file, true]);
    }
  });
});

const PROGRAM = `
import { check, localVantage, InputError, type CheckEvent, type Vantage, type Verdict } from 'synwhere';

const own: Vantage = { name: 'own', probe: (request, signal) => localVantage().probe(request, signal) };
export async function main(): Promise<Verdict[]> {
  const onEvent = (event: CheckEvent): void => {
    if (event.type === 'answered') console.log(event.answer.vantage, event.elapsedMs);
  };
  return check({ targets: ['a.example:1', { target: 'b.example:2', expect: 'silent' }], vantages: [own], onEvent });
}
export const isOurs = (error: unknown): boolean => error instanceof InputError && error.problems.length > 0;
// @ts-expect-error -- a target cannot be a number
void check({ targets: [5], vantages: [own] });
`;

const CDK_PROGRAM = `
import { ReachabilityProbe, ReachabilityService } from 'synwhere/cdk';
import { App, Stack } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';

const stack = new Stack(new App(), 'S', { env: { region: 'eu-central-1' } });
const vpc = new Vpc(stack, 'Vpc');
const probe = new ReachabilityProbe(stack, 'Probe', { vpc, policy: { allow: [{ cidr: '10.0.0.0/16' }] } });
const other = { name: 'office', region: 'eu-west-1', functionName: 'other-probe' };
export const service = new ReachabilityService(stack, 'Service', {
  targets: ['db.example:5432'],
  vantages: [probe, other],
  incidents: { confirmTicks: 2 },
});
// @ts-expect-error -- there is no such expectation
new ReachabilityService(stack, 'Wrong', { targets: [{ target: 'a.example:1', expect: 'opn' }], vantages: [] });
`;

describe('users compile with TypeScript 5.9, their libraries checked', () => {
  // Checking all of aws-cdk-lib takes long, so the constructs are compiled in fewer ways.
  test.each([
    ['bundler', 'es2022', 'module', { 'program.ts': PROGRAM }],
    ['node16', 'node16', 'module', { 'program.ts': PROGRAM }],
    ['node16', 'node16', 'commonjs', { 'program.ts': PROGRAM, 'cdk.ts': CDK_PROGRAM }],
    ['nodenext', 'nodenext', 'module', { 'program.ts': PROGRAM, 'cdk.ts': CDK_PROGRAM }],
    ['nodenext', 'nodenext', 'commonjs', { 'program.ts': PROGRAM }],
    ['node10', 'commonjs', 'commonjs', { 'program.ts': PROGRAM }],
  ])('moduleResolution %s, module %s, package type %s', (moduleResolution, module, type, programs) => {
    const folder = packed.installed([...DEPENDENCIES, ...PEERS, '@types/node']);
    write(folder, {
      ...programs,
      'package.json': JSON.stringify({ type }),
      'tsconfig.json': JSON.stringify({
        compilerOptions: {
          moduleResolution,
          module,
          target: 'es2022',
          lib: ['es2022'],
          types: ['node'],
          strict: true,
          skipLibCheck: false,
          noEmit: true,
        },
        files: Object.keys(programs),
      }),
    });
    expect(runNode(folder, [CONSUMER_TSC])).toMatchObject({ status: 0, stdout: '' });
  });
});

test('the code of the functions is in the package, and the tarball within its bound', () => {
  const folder = packed.installed([]);
  const code = join(folder, 'node_modules/synwhere/dist/functions');
  expect(readdirSync(join(code, 'probe'))).toEqual(['index.mjs']);
  expect(readdirSync(join(code, 'aggregator'))).toContain('index.mjs');
  expect(statSync(packed.tarball).size).toBeLessThan(700_000);
});
