import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Verdict } from '../../functions/reachability/verdict.ts';
import { shellQuote } from '../../lab/shell-quote.ts';
import { PROBE_COMMAND, synwhere } from './command.ts';
import { closedPort, closingPort, openPort, silentPort, type Port } from './loopback.ts';

let open: Port;
let open6: Port;
let closed: Port;
let closing: Port;
let silent: Port;
let folder: string;

beforeAll(async () => {
  [open, open6, closed, closing, silent] = await Promise.all([
    openPort(),
    openPort('::1'),
    closedPort(),
    closingPort(),
    silentPort(),
  ]);
  folder = mkdtempSync(join(tmpdir(), 'synwhere-check-'));
});

afterAll(async () => {
  await Promise.all([open.close(), open6.close(), closing.close(), silent.close()]);
  rmSync(folder, { recursive: true, force: true });
});

function verdictsOf(stdout: string): Verdict[] {
  const { verdicts }: { verdicts: Verdict[] } = JSON.parse(stdout);
  return verdicts;
}

function configure(text: string): string {
  const file = join(folder, 'synwhere.yaml');
  writeFileSync(file, text);
  return file;
}

describe('what is found', () => {
  test('--json prints the verdicts in the order of the targets', async () => {
    const targets = [closing.target, open6.target, closed.target, open.target];
    const { stdout, stderr, status } = await synwhere(['check', ...targets, '--json']);
    const verdicts = verdictsOf(stdout);
    expect(verdicts.map(({ target: { host, port }, kind }) => [host, port, kind])).toEqual([
      ['127.0.0.1', closing.port, 'accepts-then-closes'],
      ['::1', open6.port, 'reachable'],
      ['127.0.0.1', closed.port, 'remote-refusal'],
      ['127.0.0.1', open.port, 'reachable'],
    ]);
    expect(verdicts.map(({ vantages }) => vantages.map(({ vantage }) => vantage))).toEqual(
      targets.map(() => ['here']),
    );
    expect(stderr).toBe('');
    expect(status).toBe(1);
  });

  test('a silent target has its verdict after two rounds in under 10 s', async () => {
    const { stdout, status } = await synwhere(['check', silent.target, '--json']);
    const [verdict] = verdictsOf(stdout);
    expect(verdict).toMatchObject({ kind: 'unresponsive', rounds: 2, confidence: 'low' });
    expect(verdict?.elapsedMs).toBeLessThan(10_000);
    expect(status).toBe(1);
  });

  test('for a person: a table, and the reasons of what is not plainly fine', async () => {
    const { stdout, stderr } = await synwhere(['check', open.target, closed.target]);
    expect(stdout).toMatch(/^ {3}TARGET +here +VERDICT$/m);
    expect(stdout).toMatch(new RegExp(`^✓ {2}${open.target} +open +reachable \\(low\\)$`, 'm'));
    expect(stdout).toMatch(new RegExp(`^✗ {2}${closed.target} +refused +remote-refusal \\(low\\)$`, 'm'));
    expect(stdout).toMatch(new RegExp(`^${closed.target}\\n {2}remote-refusal, confidence low$`, 'm'));
    expect(stdout).toMatch(/^ {2}Because\n {4}- /m);
    expect(stdout).toMatch(/^ {2}Not ruled out\n {4}- /m);
    expect(stdout).toMatch(
      /^ {2}Next steps\n {4}- On the host \(127\.0\.0\.1\), check that the service runs/m,
    );
    expect(stdout).not.toMatch(new RegExp(`^${open.target}$`, 'm'));
    expect(stdout).toMatch(/\n1 of 2 targets as expected\n$/);
    expect(stdout).not.toContain('\u001B');
    expect(stderr).toBe('');
  });
});

describe('--brief', () => {
  test('prints one line for each target, with the same status', async () => {
    const { stdout, stderr, status } = await synwhere(['check', open.target, closed.target, '--brief']);
    expect(stdout).toBe(`✓ ${open.target} reachable (low)\n✗ ${closed.target} remote-refusal (low)\n`);
    expect({ stderr, status }).toEqual({ stderr: '', status: 1 });
  });

  test('excludes --json', async () => {
    expect(await synwhere(['check', open.target, '--brief', '--json'])).toMatchObject({
      stdout: '',
      stderr: 'synwhere: --brief and --json exclude each other; leave one out\n',
      status: 2,
    });
  });
});

describe('vantages behind commands', () => {
  test('only those named are asked, through the shell, side by side; those that fail say why', async () => {
    const script = join(folder, "it's a probe.sh");
    writeFileSync(
      script,
      `#!/bin/sh\n# $1 must arrive as one word\ntest "$1" = 'two words' && exec ${PROBE_COMMAND}\n`,
    );
    const quoted = shellQuote(script);
    const vantages = {
      tokyo: `sh ${quoted} 'two words'`,
      oslo: `VERDICT=none; ${PROBE_COMMAND}`,
      lima: PROBE_COMMAND,
      crashing: "echo 'ssh: no such host' >&2; exit 255",
      babbling: 'echo hello',
    };
    const named = Object.entries(vantages).flatMap(([name, command]) => ['--vantage', `${name}=${command}`]);
    const { stdout, status } = await synwhere(['check', open.target, '--json', ...named]);
    const [verdict] = verdictsOf(stdout);
    expect(verdict).toMatchObject({ kind: 'reachable', asExpected: true, confidence: 'high' });
    expect(verdict?.vantages.map(({ vantage, saw, abstained }) => [vantage, saw, abstained])).toEqual([
      ['babbling', 'nothing', 'invalid answer: not JSON, begins with "hello"'],
      ['crashing', 'nothing', 'the command ended with status 255: ssh: no such host'],
      ['lima', 'open', undefined],
      ['oslo', 'open', undefined],
      ['tokyo', 'open', undefined],
    ]);
    expect(status).toBe(0);
  });

  test('here stands beside them when it is named', async () => {
    const args = ['check', open.target, '--json', '--vantage', 'here', '--vantage', `there=${PROBE_COMMAND}`];
    const { stdout } = await synwhere(args);
    expect(verdictsOf(stdout)[0]?.vantages.map(({ vantage }) => vantage)).toEqual(['here', 'there']);
  });

  test('no vantage reports: no conclusion, status 3', async () => {
    const { stdout, status } = await synwhere(['check', open.target, '--vantage', 'gone=exit 1']);
    expect(stdout).toMatch(/^\? {2}\S+ +insufficient-data \(low\)$/m);
    expect(stdout).toMatch(/^Ignored vantages\n.*\n {4}- gone: the command ended with status 1$/m);
    expect(stdout).toMatch(/^ {2}Next steps\n {4}- Find out why gone gave no report/m);
    expect(status).toBe(3);
  });
});

describe('what is expected', () => {
  test.concurrent.each([
    ['open', 'closed', 1],
    ['refused', 'closed', 0],
    ['refused', 'open', 1],
    ['silent', 'closed', 1],
    ['silent', 'silent', 0],
    ['refused', 'silent', 1],
  ])('--expect %s of a target that is %s: status %i', async (expectation, which, expected) => {
    const port = { open, closed, silent }[which];
    const { status } = await synwhere(['check', port?.target ?? '', '--expect', expectation]);
    expect(status).toBe(expected);
  });

  test('a control that fails sets the vantage aside, not the target: status 3', async () => {
    const args = ['check', open.target, '--json', '--control', closed.target];
    const alone = await synwhere(args);
    expect(verdictsOf(alone.stdout)).toMatchObject([{ kind: 'vantage-fault' }]);
    expect(alone.status).toBe(3);
  });
});

describe('--config', () => {
  test('names targets with what is expected of them, controls, and vantages', async () => {
    const file = configure(`
targets:
  - '${open.target}'
  - { target: '${closed.target}', expect: refused }
  - { target: '[::1]:${open6.port}', expect: { everywhere: open, vantages: { lima: refused } } }
controls: ['${closing.target}']
probe: { attempts: 1 }
vantages:
  lima: ${JSON.stringify(PROBE_COMMAND)}
  oslo: ${JSON.stringify(PROBE_COMMAND)}
`);
    const { stdout, status } = await synwhere(['check', '--config', file, '--json']);
    const verdicts = verdictsOf(stdout);
    expect(verdicts.map(({ kind, asExpected }) => [kind, asExpected])).toEqual([
      ['reachable', true],
      ['remote-refusal', true],
      ['reachable', false],
    ]);
    expect(verdicts[0]?.vantages.map(({ vantage }) => vantage)).toEqual(['lima', 'oslo']);
    expect(verdicts[0]?.vantages[0]?.addresses[0]?.attempts).toHaveLength(1);
    expect(status).toBe(1);

    const named = await synwhere(['check', closed.target, '--config', file, '--vantage', 'lima']);
    expect(named.stdout).toMatch(/✓ {2}\S+ +refused +remote-refusal/);
    expect(named.status).toBe(0);
    const unexpected = await synwhere([
      'check',
      closed.target,
      '--config',
      file,
      '--vantage',
      'lima',
      '--expect',
      'open',
    ]);
    expect(unexpected.status).toBe(1);
  });

  test('without regions and vantages, the one vantage is this machine', async () => {
    const { stdout, status } = await synwhere([
      'check',
      '--config',
      configure(`targets: ['${open.target}']`),
    ]);
    expect(stdout).toMatch(/TARGET +here +VERDICT/);
    expect(status).toBe(0);
  });
});

describe('without targets', () => {
  test('those of ./synwhere.yaml are checked, with its controls and what it expects', async () => {
    const cwd = mkdtempSync(join(folder, 'configured-'));
    const file = join(cwd, 'synwhere.yaml');
    writeFileSync(file, `targets: ['${open.target}', { target: '${closed.target}', expect: refused }]`);
    const well = await synwhere(['check', '--json'], { cwd });
    expect(verdictsOf(well.stdout).map(({ kind, asExpected }) => [kind, asExpected])).toEqual([
      ['reachable', true],
      ['remote-refusal', true],
    ]);
    expect(well).toMatchObject({ status: 0, stderr: '' });

    writeFileSync(file, `targets: ['${closed.target}']\ncontrols: ['${closed.target}']`);
    const fault = await synwhere(['check'], { cwd });
    expect(fault.stdout).toContain('vantage-fault');
    expect(fault.status).toBe(3);
  });

  test('a target that is named is checked without that file', async () => {
    const cwd = mkdtempSync(join(folder, 'named-'));
    writeFileSync(join(cwd, 'synwhere.yaml'), 'nonsense');
    expect(await synwhere(['check', open.target], { cwd })).toMatchObject({ status: 0, stderr: '' });
    const { status, stderr } = await synwhere(['check'], { cwd });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^synwhere: synwhere\.yaml:.*\n$/);
  });
});
