import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CONTROL_SOCKET, serveControl } from '../../lab/control.ts';
import { PROBE_COMMAND } from './command.ts';
import { closedPort, openPort, type Port } from './loopback.ts';
import { onTerminal, terminalProblem } from './terminal.ts';
import { requirement } from '../support/requirements.ts';

const hasScript = requirement('output on a terminal', terminalProblem());

let open: Port;
let closed: Port;

beforeAll(async () => {
  [open, closed] = await Promise.all([openPort(), closedPort()]);
});

afterAll(async () => {
  await open.close();
});

const GREEN = '\u001B[32m';
const RED = '\u001B[31m';
const ERASE = '\r\u001B[2K';

/** The text of overwritten lines that remains on the screen. */
function settled(screen: string): string[] {
  const lines = screen.split('\n').map((line) => line.split(ERASE).at(-1) ?? '');
  return lines.map(stripVTControlCharacters);
}

describe.skipIf(!hasScript)('on a terminal', () => {
  test('colour, and progress that is erased at the end', async () => {
    const args = [
      'check',
      open.target,
      closed.target,
      '--vantage',
      `slow=sleep 1; ${PROBE_COMMAND}`,
      '--vantage',
      'here',
    ];
    const { screen, status } = await onTerminal(args, { columns: 100 });
    expect(screen).toContain(`${GREEN}open`);
    expect(screen).toContain(`${RED}refused`);
    expect(screen).toMatch(/\d+ s, round 1: 0 of 2 answered, waiting for slow, here/);
    expect(screen).toMatch(/\d+ s, round 1: 1 of 2 answered, waiting for slow/);
    expect(screen).toMatch(/\d+ s, round 2: /);
    expect(settled(screen).join('\n')).not.toContain('answered');
    expect(settled(screen)[0]).toMatch(/^ {3}TARGET +here +slow +VERDICT$/);
    expect(status).toBe(1);
  });

  test('no colour with NO_COLOR', async () => {
    const { screen } = await onTerminal(['check', closed.target], { columns: 100, env: { NO_COLOR: '1' } });
    expect(screen.replaceAll(ERASE, '')).not.toContain('\u001B');
    expect(screen).toContain('refused');
  });

  test('--json prints JSON, too', async () => {
    const { screen } = await onTerminal(['check', open.target, '--json'], { columns: 100 });
    expect(screen.slice(screen.lastIndexOf(ERASE) + ERASE.length)).toMatch(/^\{\n {2}"verdicts"/);
  });

  test.each([40, 80])(
    'no line is wider than %i columns, except for words that cannot be broken',
    async (columns) => {
      const vantages = ['eu-west-1', 'eu-central-1', 'us-east-1', 'us-west-2', 'ap-northeast-1', 'sa-east-1'];
      const args = ['check', closed.target, ...vantages.flatMap((name) => ['--vantage', `${name}=echo`])];
      const { screen } = await onTerminal([...args, '--vantage', 'here'], { columns });
      const lines = settled(screen);
      expect(lines.length).toBeGreaterThan(5);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
      for (const line of screen.split(/\n|\r/)) {
        expect(stripVTControlCharacters(line).length).toBeLessThanOrEqual(columns);
      }
      for (const name of vantages) expect(lines.join(' ')).toContain(name);
    },
  );

  test('the faults of a lab fit on a narrow terminal', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'synwhere-terminal-'));
    const does = 'the service at www.acme.example:443 stops';
    const control = await serveControl(join(cwd, CONTROL_SOCKET), () =>
      Promise.resolve({ faults: [{ name: 'service-down', does, on: true }] }),
    );
    try {
      const { screen, status } = await onTerminal(['lab'], { columns: 40, cwd });
      expect({ status, lines: screen.trimEnd().split('\n') }).toEqual({
        status: 0,
        lines: [
          '✗ service-down  the service at',
          '                www.acme.example:443',
          '                stops',
        ],
      });
    } finally {
      await control.close();
      rmSync(cwd, { recursive: true });
    }
  });

  test('Ctrl-C erases the progress and ends with status 130', async () => {
    const began = performance.now();
    const { screen, status } = await onTerminal(['check', open.target, '--vantage', 'hanging=sleep 300'], {
      columns: 80,
      type: { keys: '\u0003', after: 'waiting for hanging' },
    });
    expect(settled(screen).join('').replace('^C', '')).toBe('');
    expect(status).toBe(130);
    expect(performance.now() - began).toBeLessThan(15_000);
  });
});
