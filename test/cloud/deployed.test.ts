import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteFunctionCommand, LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseReport } from '../../functions/reachability/report.ts';
import type { Verdict } from '../../functions/reachability/verdict.ts';
import { requirement, toolProblem } from '../support/requirements.ts';
import { cdk } from './cdk.ts';
import { openInbox, openWebhook, type Webhook } from './inbox.ts';
import { ACCOUNT, Cloud, HOME, listen, NAME, REGIONS } from './installation.ts';
import { portOf } from '../support/ports.ts';
import { startLocalAws } from './ministack.ts';
import { pythonProblem } from './python.ts';

const runs = requirement('a local AWS (MiniStack)', toolProblem('ps', 'procps') ?? (await pythonProblem()));

describe.skipIf(!runs)('deployed to a local AWS', { timeout: 300_000 }, () => {
  const cloud = new Cloud();
  let webhook: Webhook | undefined;

  beforeAll(async () => {
    cloud.directory = await mkdtemp(join(tmpdir(), 'synwhere-cloud-'));
    cloud.control = await listen();
    cloud.listener = await listen();
    cloud.port.control = portOf(cloud.control);
    cloud.port.target = portOf(cloud.listener);
    cloud.aws = await startLocalAws(cloud.directory);
    await cloud.configure(REGIONS);
    await cdk(['bootstrap', ...cloud.app('bootstrap')], cloud.aws.env);
    await cdk(['bootstrap', `aws://${ACCOUNT}/${HOME}`, ...cloud.app('bootstrap')], cloud.aws.env);
    webhook = await openWebhook();
    await cloud.keepWebhook(webhook.url);
    await cloud.deploy();
    cloud.inbox = await openInbox(NAME, HOME, cloud.aws.endpoint);
  }, 480_000);

  afterAll(async () => {
    await cloud.aws?.stop();
    await webhook?.close();
    cloud.listener?.close();
    cloud.control.close();
    const left = processesIn(cloud.directory);
    await rm(cloud.directory, { recursive: true, force: true });
    if (left.length > 0) throw new Error(`processes left behind:\n${left.join('\n')}`);
  }, 60_000);

  it('returns a check on demand from three regions', async () => {
    const verdict = await cloud.check();
    expect(verdict).toMatchObject({ kind: 'reachable', confidence: 'high', asExpected: true });
    expect(verdict.vantages.map(({ vantage, counted, saw }) => ({ vantage, counted, saw }))).toEqual(
      REGIONS.toSorted().map((vantage) => ({ vantage, counted: true, saw: 'open' })),
    );
  });

  it('is invoked by the schedule, and stores its state in DynamoDB', async () => {
    const history = (): Promise<unknown> => cloud.invoke({ get: `/targets/${cloud.target}/history` });
    // The table has the lease before the tick is done.
    const fired = await eventually(async () => JSON.stringify(await history()).includes('kind'), 120_000);
    expect(fired, 'the schedule fired within two minutes').toBe(true);
    expect(await history()).toMatchObject({
      stretches: [{ kind: 'reachable', current: true, asExpected: true }],
    });
    expect(
      (await cloud.items()).every(({ pk, sk }) => typeof pk === 'string' && typeof sk === 'string'),
    ).toBe(true);
    // The test invokes all further ticks itself, because one per minute is too slow.
    await cloud.configure(REGIONS, false);
    await cdk(['deploy', `${NAME}-home`, '--require-approval', 'never', ...cloud.app('out')], cloud.aws.env);
    await cloud.inbox.collect();
  });

  it('accepts only signed requests at its Function URL', async () => {
    const url = await cloud.functionUrl();
    for (const [method, path] of [
      ['GET', '/targets'],
      ['POST', '/checks'],
    ]) {
      const { status } = await fetch(`${url}${path}`, method === undefined ? {} : { method });
      expect([method, path, status]).toEqual([method, path, 403]);
    }
    const asked = await cloud.command('check', cloud.target, '--deployed', '--endpoint', url, '--json');
    expect(asked).toMatchObject({ status: 0, stderr: '' });
    const { verdicts } = JSON.parse(asked.stdout) as { verdicts: Verdict[] };
    expect(verdicts.map(({ kind }) => kind)).toEqual(['reachable']);
    expect(verdicts[0]?.vantages.map(({ vantage }) => vantage)).toEqual(REGIONS.toSorted());
    for (const [args, printed, told] of [
      [['status'], /reachable/, 'synwhere: the schedule is disabled\n'],
      [['history', cloud.target], /now .*reachable/, ''],
      [['incidents'], /no incidents/, ''],
    ] as const) {
      const answer = await cloud.command(...args, '--endpoint', url);
      expect(answer).toMatchObject({ status: 0, stderr: told });
      expect(answer.stdout).toMatch(printed);
    }
    const forbidden = await cloud.command('check', '127.0.0.1:1', '--deployed', '--endpoint', url);
    expect(forbidden).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringMatching(/127\.0\.0\.1:1/),
    });
  });

  it('does not try port 25, which its policy allows and AWS blocks', async () => {
    const [region] = REGIONS;
    const request = { targets: [{ host: '127.0.0.1', port: 25 }] };
    const report = parseReport(await cloud.invoke(request, `${NAME}-probe`, region));
    expect(report.targets[0]?.addresses[0]?.attempts).toEqual([
      expect.objectContaining({
        outcome: 'denied',
        reason: expect.stringMatching(/^AWS blocks port 25/) as string,
      }),
    ]);
  });

  it('checks from this machine together with the regions', async () => {
    const { status, stdout } = await cloud.command('check', cloud.target, '--deployed', '--here', '--json');
    const { verdicts } = JSON.parse(stdout) as { verdicts: Verdict[] };
    expect(status).toBe(0);
    expect(verdicts[0]?.vantages.map(({ vantage, saw }) => [vantage, saw])).toEqual(
      [...REGIONS, 'here'].toSorted().map((vantage) => [vantage, 'open']),
    );
  });

  it('opens one incident with one event and one message when the target fails, also if a tick is delivered twice', async () => {
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
    expect(webhook?.texts).toEqual([expect.stringMatching(/OPEN 127\.0\.0\.1:\d+: remote-refusal/)]);
    expect(await cloud.incidents()).toEqual([expect.objectContaining({ kind: 'remote-refusal' })]);
  });

  it('stores one record of a tick that is delivered twice at the same time', async () => {
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

  it('closes the incident with one event and one message when the target recovers', async () => {
    await cloud.open();
    await cloud.tick(4);
    const { events, messages } = await cloud.inbox.collect();
    expect(events).toEqual([expect.objectContaining({ 'detail-type': 'Synwhere Incident Closed' })]);
    expect(messages).toHaveLength(1);
    expect(webhook?.texts.slice(1)).toEqual([expect.stringContaining('CLOSED')]);
    expect((await cloud.incidents()).filter(({ closedAt }) => closedAt === undefined)).toEqual([]);
  });

  it('lets a region without its probe abstain, and reports no target as failing', async () => {
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

  it('continues without a region after one line is removed and deployed', async () => {
    const [gone = '', ...rest] = REGIONS;
    await cloud.configure(rest, false);
    await cloud.deploy();
    const verdict = await cloud.check();
    expect(verdict.vantages.map(({ vantage }) => vantage)).toEqual(rest.toSorted());
    expect(verdict.kind).toBe('reachable');
    // The configuration no longer contains its stack. As in docs/deploy.md, it is removed by its name.
    const stack = `${NAME}-probe-${gone}`;
    expect(await cloud.stackStatus(gone, stack)).toMatch(/_COMPLETE$/);
    await cloud.cloudFormation(gone, { Action: 'DeleteStack', StackName: stack });
    const removed = await eventually(
      async () => (await cloud.stackStatus(gone, stack)) === undefined,
      60_000,
    );
    expect(removed, `${stack} is gone`).toBe(true);
  });

  it('is removed completely', async () => {
    await cdk(['destroy', `${NAME}-home`, '--force', ...cloud.app('gone')], cloud.aws.env);
    await cdk(['destroy', '--all', '--force', ...cloud.app('gone')], cloud.aws.env);
    for (const region of [...REGIONS, HOME]) {
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

/** Processes with the directory in their command line or environment. This suite's AWS started them. */
function processesIn(directory: string): string[] {
  const listing = execFileSync('ps', ['eww', '-eo', 'pid=,args='], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return listing.split('\n').filter((line) => line.includes(directory) && !/^\s*\d+ ps /.test(line));
}
