import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toolProblem } from './requirements.ts';

const ROOT = join(import.meta.dirname, '../..');
const WITHOUT = join(ROOT, '.ci/without-tools');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'synwhere-tools-'));
  for (const tool of ['kept-tool', 'lost-tool']) {
    writeFileSync(join(folder, tool), `#!/bin/sh\necho ${tool}\n`, { mode: 0o755 });
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

function without(...args: string[]) {
  const env = { ...process.env, PATH: `${folder}:${process.env['PATH']}` };
  const { status, stdout, stderr } = spawnSync(WITHOUT, args, {
    cwd: ROOT,
    env,
    encoding: 'utf8',
    timeout: 30_000,
  });
  return { status, stdout, stderr };
}

describe('.ci/without-tools', () => {
  test('hides exactly the tools in its arguments', () => {
    expect(without('lost-tool', '--', 'kept-tool')).toEqual({ status: 0, stdout: 'kept-tool\n', stderr: '' });
    const lost = without('lost-tool', 'not-there-at-all', '--', 'sh', '-c', 'lost-tool; git --version');
    expect(lost.stdout).toMatch(/^git version/);
    expect(lost.stderr).toMatch(/lost-tool: .*not found/);
  });

  test('returns the exit status of its command, and removes its links', () => {
    const { status, stdout } = without('lost-tool', '--', 'sh', '-c', 'echo "$PATH"; exit 7');
    expect(status).toBe(7);
    const [links = ''] = stdout.split(':');
    expect(links).not.toBe(folder);
    expect(globSync(links)).toEqual([]);
  });

  test('prints its usage', () => {
    for (const args of [[], ['lost-tool'], ['--', 'true'], ['lost-tool', '--']]) {
      expect(without(...args)).toEqual({
        status: 2,
        stdout: '',
        stderr: 'usage: .ci/without-tools TOOL... -- COMMAND [ARGUMENT]...\n',
      });
    }
  });
});

describe('the virtual environment of the tests', () => {
  const NO_PYTHON = 'the command python3 is not there; install python3 and python3-venv';
  const NO_ENSUREPIP = 'Python has no module venv or ensurepip; install python3-venv';
  const hasPython = toolProblem('python3', 'python3') === undefined;

  test.each([
    ['python3', NO_PYTHON],
    ['ensurepip', hasPython ? NO_ENSUREPIP : NO_PYTHON],
  ])('cannot be made without %s, and one line names the package to install', (tool, line) => {
    const code = "console.log(await (await import('./test/cloud/python.ts')).pythonProblem())";
    const args = [tool, '--', process.execPath, '--input-type=module', '-e', code];
    expect(without(...args)).toEqual({ status: 0, stdout: `${line}\n`, stderr: '' });
  });
});
