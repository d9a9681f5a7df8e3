import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteFunctionCommand, LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requirement } from '../support/requirements.ts';
import { cdk } from './cdk.ts';
import { openInbox } from './inbox.ts';
import { ACCOUNT, Cloud, HOME, listen, NAME, portOf, REGIONS } from './installation.ts';
import { startLocalAws } from './ministack.ts';
import { pythonProblem } from './python.ts';

const runs = requirement('a local AWS (MiniStack)', await pythonProblem());

describe.skipIf(!runs)('deployed to a local AWS', { timeout: 180_000 }, () => {
  const cloud = new Cloud();

  beforeAll(async () => {
    cloud.directory = await mkdtemp(join(tmpdir(), 'synwhere-cloud-'));
    cloud.control = await listen();
    cloud.listener = await listen();
    cloud.port.control = portOf(cloud.control);
    cloud.port.target = portOf(cloud.listener);
    cloud.aws = await startLocalAws(cloud.directory);
    await cloud.configure(REGIONS);
    const environments = [...REGIONS, HOME].map((region) => `aws://${ACCOUNT}/${region}`);
    await cdk(['bootstrap', ...environments, ...cloud.app('bootstrap')], cloud.aws.env);
    await cloud.deploy();
    cloud.inbox = await openInbox(NAME, HOME, cloud.aws.endpoint);
  }, 300_000);

  afterAll(async () => {
    await cloud.aws?.stop();
    cloud.listener?.close();
    cloud.control.close();
    const left = processesIn(cloud.directory);
    await rm(cloud.directory, { recursive: true, force: true });
    if (left.length > 0) throw new Error(`processes left behind:\n${left.join('\n')}`);
  }, 60_000);

  it('answers on demand from three regions', async () => {
    const verdict = await cloud.check();
    expect(verdict).toMatchObject({ kind: 'reachable', confidence: 'high', asExpected: true });
    expect(verdict.vantages.map(({ vantage, counted, saw }) => ({ vantage, counted, saw }))).toEqual(
      REGIONS.toSorted().map((vantage) => ({ vantage, counted: true, saw: 'open' })),
    );
  });

  it('is called by the schedule by itself, and remembers in DynamoDB', async () => {
    const fired = await eventually(async () => (await cloud.items()).length > 0, 120_000);
    expect(fired, 'the schedule fired within two minutes').toBe(true);
    const history = await cloud.invoke({ get: `/targets/${cloud.target}/history` });
    expect(history).toMatchObject({ stretches: [{ kind: 'reachable', current: true, asExpected: true }] });
    expect(
      (await cloud.items()).every(({ pk, sk }) => typeof pk === 'string' && typeof sk === 'string'),
    ).toBe(true);
    // From here on ticks come by hand: one a minute would make the rest wait.
    await cloud.configure(REGIONS, false);
    await cloud.deploy();
    await cloud.inbox.collect();
  });

  it('opens one incident with one event and one message when the target breaks, even for a tick delivered twice', async () => {
    await cloud.close();
    await cloud.tick(1);
    await cloud.tick(1);
    await cloud.tick(2);
    const { events, messages } = await cloud.inbox.collect();
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      source: 'synwhere',
      'detail-type': 'Synwhere Incident Opened',
      detail: {
        change: 'opened',
        subject: { type: 'target', target: cloud.target },
        incident: { kind: 'remote-refusal', open: true },
      },
    });
    expect(messages).toHaveLength(1);
    expect(await cloud.incidents()).toEqual([expect.objectContaining({ kind: 'remote-refusal' })]);
  });

  it('leaves one record of a tick that came twice at the same time', async () => {
    const before = (await cloud.items()).length;
    const [id] = await Promise.all([cloud.tick(3), cloud.tick(3)]);
    const minute = id.slice(0, 16);
    const ticks = (await cloud.items()).filter(({ pk, sk }) =>
      `${String(pk)} ${String(sk)}`.includes(minute),
    );
    expect(ticks).toHaveLength(1);
    expect((await cloud.items()).length - before).toBeLessThanOrEqual(1);
    expect(await cloud.inbox.collect()).toEqual({ events: [], messages: [] });
  });

  it('closes the incident with one event and one message when the target heals', async () => {
    await cloud.open();
    await cloud.tick(4);
    const { events, messages } = await cloud.inbox.collect();
    expect(events).toEqual([expect.objectContaining({ 'detail-type': 'Synwhere Incident Closed' })]);
    expect(messages).toHaveLength(1);
    expect((await cloud.incidents()).filter(({ closedAt }) => closedAt === undefined)).toEqual([]);
  });

  it('lets a region whose probe is gone abstain, and blames nobody', async () => {
    const [gone = ''] = REGIONS;
    await new LambdaClient(cloud.options(gone)).send(
      new DeleteFunctionCommand({ FunctionName: `${NAME}-probe` }),
    );
    const verdict = await cloud.check();
    expect(verdict).toMatchObject({ kind: 'reachable', asExpected: true });
    expect(verdict.vantages.find(({ vantage }) => vantage === gone)).toMatchObject({
      counted: false,
      fault: 'vantage',
    });
    expect(verdict.vantages.filter(({ fault }) => fault !== 'none')).toHaveLength(1);
    await cloud.tick(5);
    const aboutTarget = (await cloud.inbox.collect()).events.filter((event) =>
      JSON.stringify(event).includes(cloud.target),
    );
    expect(aboutTarget).toEqual([]);
  });

  it('goes on with one region fewer after one line and one deploy', async () => {
    const [gone = '', ...rest] = REGIONS;
    await cdk(['destroy', `${NAME}-probe-${gone}`, '--force', ...cloud.app('fewer')], cloud.aws.env);
    await cloud.configure(rest, false);
    await cloud.deploy();
    const verdict = await cloud.check();
    expect(verdict.vantages.map(({ vantage }) => vantage)).toEqual(rest.toSorted());
    expect(verdict.kind).toBe('reachable');
  });

  it('is removed without leftovers', async () => {
    await cdk(['destroy', '--all', '--force', ...cloud.app('gone')], cloud.aws.env);
    for (const region of [...REGIONS.slice(1), HOME]) {
      const { Functions = [] } = await new LambdaClient(cloud.options(region)).send(
        new ListFunctionsCommand({}),
      );
      expect(Functions.map(({ FunctionName }) => FunctionName)).toEqual([]);
    }
    await expect(cloud.items()).rejects.toThrow(/not found|non-existent|ResourceNotFound/i);
  });
});

async function eventually(holds: () => Promise<boolean>, timeoutMs: number): Promise<boolean> {
  for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await sleep(1_000)) {
    if (await holds()) return true;
  }
  return false;
}

/** Processes that name the directory in their command line or environment: those that this suite's AWS started. */
function processesIn(directory: string): string[] {
  const listing = execFileSync('ps', ['eww', '-eo', 'pid=,args='], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return listing.split('\n').filter((line) => line.includes(directory) && !/^\s*\d+ ps /.test(line));
}
