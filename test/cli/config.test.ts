import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { synwhere } from './command.ts';

let folder: string;

const EARLIER = `targets:
  - { target: 127.0.0.1:1, expect: refused }
home: eu-centrall-1
newRegions: [eu-centrall-1]
`;
const MISSPELT = 'name: edge\ntragets: [a.example:1]\nprobe: { attempts: 0 }\n';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'synwhere-config-'));
  const right = 'targets: [a.example:1]\ncontrols: [b.example:1]\n';
  writeFileSync(join(folder, 'synwhere.yaml'), right);
  writeFileSync(join(folder, 'doubtful.yaml'), 'targets: [a.example:1]\nprobe: { timeoutMs: 600 }\n');
  writeFileSync(join(folder, 'earlier.yaml'), EARLIER);
  writeFileSync(join(folder, 'misspelt.yaml'), MISSPELT);
  const many = Array.from({ length: 30 }, (_, index) => `"k\\u001B${index}": 1\n`).join('');
  writeFileSync(join(folder, 'many.yaml'), many + right);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('synwhere config check', () => {
  test('reads ./synwhere.yaml and reports in one line that it has no mistakes', async () => {
    expect(await synwhere(['config', 'check'], { cwd: folder })).toMatchObject({
      status: 0,
      stdout: 'synwhere.yaml: no mistakes: 1 target, 0 regions, 0 local vantages\n',
      stderr: '',
    });
  });

  test('lists what is allowed and probably a mistake', async () => {
    const { status, stdout, stderr } = await synwhere(['config', 'check', 'doubtful.yaml'], { cwd: folder });
    expect({ status, lines: stderr.trimEnd().split('\n') }).toEqual({
      status: 0,
      lines: [
        expect.stringMatching(/^doubtful\.yaml: warning: controls: there are none/),
        expect.stringMatching(/^doubtful\.yaml: warning: probe\.timeoutMs: /),
      ],
    });
    expect(stdout).toMatch(/^doubtful\.yaml: no mistakes: /);
  });

  test('warns of an unknown region and of a removed key, with their lines', async () => {
    const { status, stdout, stderr } = await synwhere(['config', 'check', 'earlier.yaml'], { cwd: folder });
    expect({ status, lines: stderr.trimEnd().split('\n') }).toEqual({
      status: 0,
      lines: [
        expect.stringMatching(/^earlier\.yaml:4: warning: newRegions: has no effect any more; remove it/),
        'earlier.yaml:3: warning: home: eu-centrall-1 is not an AWS region that this version knows; did you mean eu-central-1?',
        expect.stringMatching(/^earlier\.yaml: warning: controls: there are none/),
      ],
    });
    expect(stdout).toMatch(/^earlier\.yaml: no mistakes: /);
  });

  test('lists every mistake, the misspelt key before the missing one', async () => {
    const { status, stdout, stderr } = await synwhere(['config', 'check', 'misspelt.yaml'], { cwd: folder });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr.trimEnd().split('\n')).toEqual([
      'misspelt.yaml:2: tragets: is not a known key; did you mean targets?',
      'misspelt.yaml:3: probe.attempts: 0 is not a number of attempts from 1 to 10; write `attempts: 3`',
      'misspelt.yaml: targets: is missing; write a list such as `- api.example.com:443`',
    ]);
  });

  test('lists twenty and counts the rest, and nothing in them reaches the terminal as a command', async () => {
    const { status, stderr } = await synwhere(['config', 'check', 'many.yaml'], { cwd: folder });
    const lines = stderr.trimEnd().split('\n');
    expect({ status, count: lines.length, last: lines.at(-1) }).toEqual({
      status: 2,
      count: 21,
      last: 'many.yaml: and 10 more',
    });
    expect(stderr).not.toContain('\u001B');
  });

  test('a file that is not there is one line', async () => {
    const { status, stderr } = await synwhere(['config', 'check', 'nowhere.yaml'], { cwd: folder });
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: expect.stringMatching(/^nowhere\.yaml: there is no such file; [^\n]*\n$/),
    });
  });
});

test('synwhere check writes the warnings to stderr, and checks', async () => {
  const { status, stdout, stderr } = await synwhere(['check', '--json', '--config', 'earlier.yaml'], {
    cwd: folder,
  });
  expect(JSON.parse(stdout)).toMatchObject({ verdicts: [{ target: { host: '127.0.0.1', port: 1 } }] });
  expect(status).toBe(0);
  expect(stderr).toMatch(/^earlier\.yaml:4: warning: newRegions: [^\n]*\nearlier\.yaml:3: warning: home: /);
});

test.each([['check'], ['dev']])(
  'synwhere %s reports the first mistake and how to list the others',
  async (command) => {
    const { status, stdout, stderr } = await synwhere([command, '--config', 'misspelt.yaml'], {
      cwd: folder,
    });
    expect({ status, stdout, stderr }).toEqual({
      status: 2,
      stdout: '',
      stderr:
        'synwhere: misspelt.yaml:2: tragets: is not a known key; did you mean targets? (and 2 more: synwhere config check misspelt.yaml)\n',
    });
  },
);
