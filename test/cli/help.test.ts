import { expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { synwhere } from './command.ts';

test('--help lists every command, and each has its own help with examples', async () => {
  const { stdout, stderr, status } = await synwhere(['--help']);
  expect(stdout).toContain('\nExamples:\n');
  expect(stderr).toBe('');
  expect(status).toBe(0);
  const commands = [...stdout.matchAll(/^ {2}([a-z]+)\b.* {2,}\S/gm)].map(([, name = '']) => name);
  expect(commands).toEqual(expect.arrayContaining(['check', 'probe', 'compare', 'demo', 'help']));
  for (const command of commands.filter((name) => name !== 'help' && name !== 'synwhere')) {
    const help = await synwhere([command, '--help']);
    expect(help.stdout).toMatch(new RegExp(`^Usage: synwhere ${command} `));
    expect(help.stdout).toContain('\nExamples:\n');
    expect(help.stderr).toBe('');
    expect(help.status).toBe(0);
    expect((await synwhere(['help', command])).stdout).toBe(help.stdout);
  }
}, 60_000);

test('--version prints only the version', async () => {
  const { stdout, status } = await synwhere(['--version']);
  expect(stdout).toBe(`${packageJson.version}\n`);
  expect(status).toBe(0);
});

test('help in a pipe does not depend on the terminal', async () => {
  const [narrow, wide] = await Promise.all(
    ['40', '200'].map((columns) => synwhere(['check', '--help'], { env: { COLUMNS: columns } })),
  );
  expect(narrow?.stdout).toBe(wide?.stdout);
});
