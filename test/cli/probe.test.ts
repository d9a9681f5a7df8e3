import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseReport } from '../../functions/reachability/report.ts';
import { synwhere } from './command.ts';
import { closedPort, closingPort, openPort, silentPort, type Port } from './loopback.ts';

let open: Port;
let closed: Port;
let closing: Port;
let silent: Port;

beforeAll(async () => {
  [open, closed, closing, silent] = await Promise.all([
    openPort(),
    closedPort(),
    closingPort(),
    silentPort(),
  ]);
});

afterAll(async () => {
  await Promise.all([open.close(), closing.close(), silent.close()]);
});

describe('as text, in the words of the system', () => {
  test('prints every address and attempt of every target', async () => {
    const { stdout, stderr, status } = await synwhere([
      'probe',
      open.target,
      closed.target,
      closing.target,
      silent.target,
    ]);
    expect(stdout).toMatch(blockOf(open, /connected in [\d.]+ ms, from port \d+/));
    expect(stdout).toMatch(blockOf(closed, /Connection refused after [\d.]+ ms(, by RST)?, from port \d+/));
    expect(stdout).toMatch(
      blockOf(closing, /connected in [\d.]+ ms, then closed by the peer, from port \d+/),
    );
    expect(stdout).toMatch(
      blockOf(silent, /no answer within [\d.]+ s: SYN_SENT(, [1-9] SYNs sent again)?, from port \d+/),
    );
    expect(stderr).toBe('');
    expect(status).toBe(1);
  });

  test('resolves a name and prints its addresses', async () => {
    const { stdout, status } = await synwhere(['probe', `localhost:${open.port}`]);
    expect(stdout).toMatch(/^localhost:\d+\n {2}resolved in [\d.]+ ms: .*127\.0\.0\.1/);
    expect(stdout).toContain('connected in');
    expect([0, 1]).toContain(status);
  });

  test('prints controls after the targets', async () => {
    const { stdout, status } = await synwhere(['probe', open.target, '--control', closing.target]);
    expect(stdout).toContain(`\n${closing.target} (control)\n`);
    expect(status).toBeTypeOf('number');
  });
});

/** A target, its address and three attempts. */
function blockOf({ target }: Port, attempt: RegExp): RegExp {
  return new RegExp(`^${target}\n  127\\.0\\.0\\.1\n(    ${attempt.source}\n){3}`, 'm');
}

describe('as JSON', () => {
  test('--json prints a report, with the given name and round', async () => {
    const args = ['probe', open.target, '--json', '--as', 'tokyo', '--round', '2'];
    const { stdout, status } = await synwhere(args);
    const report = parseReport(JSON.parse(stdout));
    expect(report).toMatchObject({ vantage: 'tokyo', round: 2, targets: [{ port: open.port }] });
    expect(status).toBe(0);
  });

  test('probe - reads a request from stdin, and its exit status is 0 for any outcome', async () => {
    const request = { targets: [{ host: '127.0.0.1', port: closed.port }], attempts: 2, round: 1 };
    const { stdout, stderr, status } = await synwhere(['probe', '-'], { stdin: JSON.stringify(request) });
    const report = parseReport(JSON.parse(stdout));
    expect(report.targets[0]?.addresses[0]?.attempts.map(({ outcome }) => outcome)).toEqual([
      'refused',
      'refused',
    ]);
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });
});

test.each([
  ['open', 0],
  ['closed', 1],
] as const)('the exit status for a target that is %s is %i', async (which, expected) => {
  const { status } = await synwhere(['probe', { open, closed }[which].target]);
  expect(status).toBe(expected);
});

test('tries port 25, which AWS blocks only in Lambda', async () => {
  const { stdout } = await synwhere(['probe', '127.0.0.1:25', '--json']);
  expect(stdout).toMatch(/"outcome": ?"(refused|connected[\w-]*)"/);
  expect(stdout).not.toContain('denied');
});
