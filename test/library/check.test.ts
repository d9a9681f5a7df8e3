import { describe, expect, test, vi } from 'vitest';
import type { z } from 'zod';
import type { targetSchema } from '../../configuration/schema.ts';
import {
  check,
  commandVantage,
  InputError,
  lambdaVantage,
  localVantage,
  parseTarget,
  probe,
  type CheckEvent,
  type CheckOptions,
  type ProbeReport,
  type ProbeRequest,
  type Vantage,
  type WrittenTarget,
} from '../../library/index.ts';
import { closedPort, openPort } from '../cli/loopback.ts';

/** A vantage that sees every target as open, and keeps what it is asked. */
function fake(name: string, asked: ProbeRequest[] = []): Vantage {
  return {
    name,
    probe: (request) => {
      asked.push(request);
      const attempt = {
        outcome: 'connected' as const,
        stage: 'remote' as const,
        startedMs: 0,
        elapsedMs: 1,
        handshakeMs: 1,
      };
      const report: ProbeReport = {
        startedAt: '2026-01-01T00:00:00.000Z',
        elapsedMs: 1,
        targets: request.targets.map(({ host, port }) => ({
          host,
          port,
          addresses: [{ address: host, family: 4 as const, attempts: [attempt] }],
        })),
        controls: [],
      };
      return Promise.resolve(report);
    },
  };
}

/** The problems of an InputError. */
async function problemsOf(options: unknown): Promise<readonly string[]> {
  const error: unknown = await check(options as CheckOptions).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(InputError);
  return (error as InputError).problems;
}

describe('check', () => {
  test('takes targets in all three forms, and gives the verdicts in their order', async () => {
    const [open, closed] = await Promise.all([openPort(), closedPort()]);
    try {
      const parsed = parseTarget(closed.target);
      const verdicts = await check({
        targets: [
          { target: closed.target, expect: 'refused', labels: { team: 'a' } },
          open.target,
          { host: '127.0.0.1', port: parsed.port === 1 ? 2 : 1, expect: { vantages: { me: 'silent' } } },
        ],
        vantages: [localVantage('me')],
      });
      expect(verdicts.map(({ target: { port }, kind, asExpected }) => [port, kind, asExpected])).toEqual([
        [parsed.port, 'remote-refusal', true],
        [parseTarget(open.target).port, 'reachable', true],
        [expect.any(Number), 'remote-refusal', false],
      ]);
    } finally {
      await open.close();
    }
  });

  test('asks in batches where there are more targets than fit one request', async () => {
    const asked: ProbeRequest[] = [];
    const events: CheckEvent[] = [];
    const targets = Array.from({ length: 1001 }, (_, index) => `127.0.${index >> 8}.${index & 255}:80`);
    const verdicts = await check({
      targets,
      vantages: [fake('a', asked)],
      onEvent: (event) => events.push(event),
    });
    expect(asked.map((request) => request.targets.length)).toEqual([1000, 1]);
    expect(verdicts.map(({ target: { host, port } }) => `${host}:${port}`)).toEqual(targets);
    expect(verdicts.every(({ kind }) => kind === 'reachable')).toBe(true);
    expect(events.filter(({ type }) => type === 'judged')).toHaveLength(1001);
  });

  test('a target twice is found across batches', async () => {
    const targets = Array.from({ length: 1001 }, (_, index) => `127.0.0.1:${index + 1}`);
    expect(await problemsOf({ targets: [...targets, '127.0.0.1:1'], vantages: [fake('a')] })).toEqual([
      'targets[1001]: 127.0.0.1:1 is already at targets[0]; remove one of them',
    ]);
  });

  test('hands on what it is told', async () => {
    const asked: ProbeRequest[] = [];
    await check({
      targets: ['127.0.0.1:80'],
      controls: ['127.0.0.1:81', { host: '127.0.0.1', port: 82 }],
      timeoutMs: 1234,
      attempts: 2,
      vantages: [fake('a', asked)],
    });
    expect(asked[0]).toMatchObject({
      targets: [{ host: '127.0.0.1', port: 80 }],
      controls: [
        { host: '127.0.0.1', port: 81 },
        { host: '127.0.0.1', port: 82 },
      ],
      timeoutMs: 1234,
      attempts: 2,
    });
  });

  test.each<[string, Record<string, unknown>, string[]]>([
    [
      'nothing',
      { targets: undefined, vantages: undefined },
      [
        "targets: is missing; it is a list of targets; write ['example.com:443']",
        'vantages: names no vantage; write [localVantage()]',
      ],
    ],
    ['no target', { targets: [] }, ['targets: is empty; give at least one target']],
    ['a text in place of a list', { targets: 'a:1' }, ['targets: "a:1" is not a list of targets; write']],
    [
      'bad targets, each at its place',
      {
        targets: ['a', 5, { target: 'b:1', expect: 'opn' }, { host: 'c', port: 0 }, { target: 'd:1', x: 1 }],
      },
      [
        'targets[0]: target "a": the port is missing; write host:port',
        'targets[1]: 5 is not a target; write',
        'targets[2].expect: "opn" is not open, refused or silent',
        'targets[3].target: target "c:0": port "0" is not a number from 1 to 65535',
        'targets[4].x: is not a known key; write one of target, expect, labels',
      ],
    ],
    ['bad controls', { controls: ['b'] }, ['controls[0]: target "b": the port is missing; write host:port']],
    [
      'too many controls',
      { controls: Array.from({ length: 101 }, (_, index) => `c:${index + 1}`) },
      ['controls has 101 entries, the limit is 100'],
    ],
    [
      'vantages that are none',
      { vantages: [{ name: 'x' }, null, fake('a'), fake('a'), fake('b c')] },
      [
        'vantages[0]: a map is not a vantage; make one with localVantage()',
        'vantages[1]: null is not a vantage',
        'vantages[3]: is called a, as is vantages[2]; give it another name',
        'vantages[4].name: "b c" is not a name for a vantage',
      ],
    ],
    [
      'a time-out of text',
      { timeoutMs: '5s' },
      ['timeoutMs is "5s", but must be a whole number from 1 to 600000 or "kernel"'],
    ],
    ['too many attempts', { attempts: 11 }, ['attempts is 11, but must be a whole number from 1 to 10']],
  ])('refuses %s', async (_what, options, messages) => {
    const problems = await problemsOf({ targets: ['a.example:1'], vantages: [fake('v')], ...options });
    expect(problems).toEqual(messages.map((message) => expect.stringContaining(message)));
  });

  test('the message is one line: the first mistake and the number of the others', async () => {
    await expect(check({ targets: ['a', 'b', 'c'], vantages: [fake('v')] })).rejects.toThrow(
      /^targets\[0\]: target "a": the port is missing; write host:port \(and 2 more\)$/,
    );
  });

  test('ends with the reason of its signal, before and while it runs', async () => {
    const options = { targets: ['127.0.0.1:80'] };
    await expect(
      check({ ...options, vantages: [fake('a')], signal: AbortSignal.abort('enough') }),
    ).rejects.toBe('enough');
    const controller = new AbortController();
    const ended = vi.fn<() => void>();
    const hanging: Vantage = {
      name: 'hanging',
      probe: (_request, signal) =>
        new Promise(() => {
          signal.addEventListener('abort', ended);
          controller.abort(new Error('stopped by hand'));
        }),
    };
    await expect(check({ ...options, vantages: [hanging], signal: controller.signal })).rejects.toThrow(
      'stopped by hand',
    );
    expect(ended).toHaveBeenCalledOnce();
  });

  test('an error of the listener ends it', async () => {
    await expect(
      check({
        targets: ['127.0.0.1:80'],
        vantages: [fake('a')],
        onEvent() {
          throw new Error('listener');
        },
      }),
    ).rejects.toThrow('listener');
  });
});

describe('the vantages', () => {
  test.each<[string, () => unknown, string]>([
    ['a name with a space', () => localVantage('a b'), '"a b" is not a name for a vantage'],
    [
      'an empty command',
      () => commandVantage('tokyo', ' '),
      "vantage tokyo: the command is missing; write 'ssh",
    ],
    ['no region', () => lambdaVantage('', 'f'), '"" is not a name for a vantage'],
    ['no function', () => lambdaVantage('eu-west-1', ''), '"" cannot be its functionName'],
  ])('refuse %s', (_what, make, message) => {
    expect(make).toThrow(InputError);
    expect(make).toThrow(message);
  });

  test('have their names and networks', () => {
    expect(localVantage().name).toBe('here');
    expect(lambdaVantage('eu-west-1', 'f')).toMatchObject({ name: 'eu-west-1', network: 'aws' });
    expect(lambdaVantage('eu-west-1', 'f', { name: 'vpc', network: 'own' })).toMatchObject({
      name: 'vpc',
      network: 'own',
    });
  });
});

describe('probe', () => {
  test('takes texts, and the request that a vantage gets', async () => {
    const open = await openPort();
    try {
      const own: Vantage = { name: 'own', probe: (request, signal) => probe(request, { signal }) };
      const [verdict] = await check({ targets: [open.target], vantages: [own] });
      expect(verdict?.kind).toBe('reachable');
      const report = await probe({
        targets: ['localhost:1', { host: 'localhost', port: 2, addresses: ['127.0.0.1'] }],
      });
      expect(report.targets[1]?.addresses.map(({ address }) => address)).toEqual(['127.0.0.1']);
    } finally {
      await open.close();
    }
  });

  test('refuses what is wrong', async () => {
    await expect(probe({ targets: ['a'] })).rejects.toThrow(InputError);
    await expect(probe({ targets: [] })).rejects.toThrow('targets is empty; give at least one target');
    await expect(probe({ targets: ['a:1'], settleMs: -1 })).rejects.toThrow(
      /^settleMs is -1, but must be a whole number/,
    );
  });
});

test('parseTarget throws one class of error', () => {
  expect(() => parseTarget('https://example.com')).toThrow(InputError);
  expect(() => parseTarget(5 as unknown as string)).toThrow('a target is a text; write host:port');
});

// Compiled, not run: the written form of a target is that of the configuration file.
export const written = (target: WrittenTarget): z.input<typeof targetSchema> => target;
