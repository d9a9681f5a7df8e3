import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

let folder: string;
beforeEach(() => {
  // Inside the checkout, so that `vitest` is found from there; npm and git ignore this folder.
  folder = mkdtempSync(join(ROOT, 'node_modules/.retried-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs a suite with the reporters of this checkout, as CI does: with retries. */
function run(suite: string): string {
  writeFileSync(
    join(folder, 'some.test.ts'),
    `import { expect, test } from 'vitest';\nlet runs = 0;\n${suite}`,
  );
  writeFileSync(
    join(folder, 'vitest.config.ts'),
    `import checkout from '../../vitest.config.ts';
     const reporters = checkout.test.reporters.map((one) => typeof one === 'string' && one.startsWith('./') ? '${ROOT}/' + one : one);
     export default { test: { reporters, retry: checkout.test.retry } };`,
  );
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--root', folder],
    { env: { PATH: process.env['PATH'], CI: 'true' }, encoding: 'utf8', timeout: 60_000 },
  );
  return stripVTControlCharacters(stdout + stderr);
}

test('the end of the run lists exactly the tests that passed only on a retry', () => {
  const output = run(`
    test('steady', () => {});
    test('fails once', () => { runs += 1; expect(runs).toBe(2); });
    test('fails always', () => { expect(1).toBe(2); });
  `);
  const [, list] = output.split('Passed only on a retry:\n');
  expect(list, output).toMatch(/^ {2}some\.test\.ts > fails once \(1 retry\)\n\n/);
  expect(output).toMatch(/Tests +1 failed \| 2 passed/);
});

test('without a retry, nothing is printed', () => {
  const output = run("test('steady', () => { runs += 1; });");
  expect(output).toMatch(/Tests +1 passed/);
  expect(output).not.toContain('retry');
});
