import { execFileSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };

const ROOT = join(import.meta.dirname, '../..');
const SUITES = ['test:unit', 'test:lab', 'test:cloud'] as const;

/** The test files of a script of the package, as vitest lists them. */
function filesOf(script: (typeof SUITES)[number]): string[] {
  const command = packageJson.scripts[script];
  expect(command).toMatch(/^vitest run /);
  const list = execFileSync('sh', ['-c', command.replace('vitest run', 'vitest list --filesOnly')], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, PATH: `${join(ROOT, 'node_modules/.bin')}:${process.env['PATH']}` },
  });
  return list.trim().split('\n');
}

test('each test file is in exactly one of the three suites, and npm test runs all of them', () => {
  const suites = SUITES.map(filesOf);
  for (const files of suites) expect(files.length).toBeGreaterThan(10);
  const everyFile = globSync('test/**/*.test.ts', { cwd: ROOT });
  expect(suites.flat().toSorted()).toEqual(everyFile.toSorted());
  expect(packageJson.scripts.test).toMatch(/^npm run -s check:all && vitest run$/);
}, 60_000);
