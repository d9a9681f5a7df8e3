import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };

const ROOT = join(import.meta.dirname, '../..');
const NEEDED =
  /^synwhere: needs Node 22\.18 or later in a checkout, and this is v\S+; npm run -s synwhere -- ARGUMENTS uses .*\n$/;

function entry(file: string, ...nodeFlags: string[]) {
  const command = [...nodeFlags, file, '--version'];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd: ROOT, encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe.each(['cli/main.ts', 'cli/main.js'])('node %s', (file) => {
  test('starts the command', () => {
    expect(entry(file)).toEqual({ status: 0, stdout: `${packageJson.version}\n`, stderr: '' });
  });

  test('reports in one line what is needed if Node cannot read TypeScript', () => {
    const { status, stdout, stderr } = entry(file, '--no-experimental-strip-types');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(NEEDED);
  });

  test('reports it if Node is too old', () => {
    const disguise =
      "data:text/javascript,Object.defineProperty(process.versions, 'node', { value: '20.9.0' })";
    const { status, stdout, stderr } = entry(file, '--import', disguise);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(NEEDED);
  });
});

test('the scripts of the package start the file that every Node can read', () => {
  const starts = Object.values(packageJson.scripts).filter((script) => script.startsWith('node cli/main'));
  expect(starts.length).toBeGreaterThan(3);
  expect(starts.filter((script) => !script.startsWith('node cli/main.js'))).toEqual([]);
});
