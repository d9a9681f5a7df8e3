import { execFile, spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Verdict } from '../../functions/reachability/verdict.ts';
import { labProblem } from '../../lab/available.ts';
import { CONTROL_SOCKET } from '../../lab/control.ts';
import { requirement } from '../support/requirements.ts';

const COMMAND = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
const canRun = requirement('synwhere lab', labProblem());

describe.skipIf(!canRun)('synwhere lab', { timeout: 60_000 }, () => {
  let directory: string;
  let lab: ChildProcessWithoutNullStreams | undefined;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'synwhere-lab-'));
  });
  afterAll(() => {
    lab?.kill('SIGKILL');
    return rm(directory, { recursive: true });
  });

  const synwhere = (...args: string[]) =>
    new Promise<{ status: number; stdout: string; stderr: string }>((resolve) => {
      execFile(process.execPath, [COMMAND, ...args], { cwd: directory }, (error, stdout, stderr) => {
        resolve({ status: Number(error?.code ?? 0), stdout, stderr });
      });
    });

  it('reports in one line that no lab runs here', async () => {
    expect(await synwhere('lab')).toEqual({
      status: 2,
      stdout: '',
      stderr: 'synwhere: lab: none runs here; start one with: synwhere lab up, or synwhere dev --lab\n',
    });
  });

  it('runs until Ctrl-C, switches faults on and off, and its vantages are checked from a plain shell', async () => {
    lab = spawn(process.execPath, [COMMAND, 'lab', 'up'], { cwd: directory });
    let printed = '';
    lab.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
    await once(lab.stderr, 'data');
    const socket = join(directory, CONTROL_SOCKET);
    expect(statSync(socket).mode & 0o777).toBe(0o600);

    const listed = await synwhere('lab', 'list');
    expect(listed.status).toBe(0);
    expect(listed.stdout).toContain(
      '  service-down      www.acme.example:443: nothing listens at this port\n',
    );
    expect((await synwhere('lab', 'break', 'service-down')).stdout).toContain('✗ service-down ');
    expect(await synwhere('lab', 'break', 'service-down')).toMatchObject({
      status: 2,
      stderr: 'synwhere: lab: the fault service-down is already on\n',
    });
    expect(await synwhere('lab', 'up')).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/^synwhere: lab: one already runs here [^\n]*\n$/),
    });

    const line = `'${process.execPath}' '${COMMAND}' check --json ${printed}`;
    const check = () =>
      new Promise<Verdict[]>((resolve, reject) => {
        execFile('sh', ['-c', line], { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
          if (error && ![0, 1].includes(Number(error.code))) reject(new Error(stderr));
          else {
            const { verdicts }: { verdicts: Verdict[] } = JSON.parse(stdout);
            resolve(verdicts);
          }
        });
      });
    const kinds = async () =>
      Object.fromEntries((await check()).map(({ target, kind }) => [target.host, kind]));
    expect(await kinds()).toEqual({
      'www.acme.example': 'remote-refusal',
      'mail.acme.example': 'reachable',
      'api.globex.example': 'reachable',
      'db.globex.example': 'reachable',
    });
    expect((await synwhere('lab', 'heal', 'service-down')).stdout).not.toContain('✗');
    expect(new Set(Object.values(await kinds()))).toEqual(new Set(['reachable']));

    lab.kill('SIGINT');
    expect(await once(lab, 'close')).toEqual([130, null]);
    expect(existsSync(socket)).toBe(false);
    expect((await synwhere('lab', 'heal', 'service-down')).status).toBe(2);
  });
});
