import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { apiPage } from '../../infra/write-api-page.ts';

test('the reference in docs/library.md is up to date: npm run docs:api writes it', async () => {
  const page = readFileSync(new URL('../../docs/library.md', import.meta.url), 'utf8');
  expect(page).toBe(await apiPage());
  // The types that a reader looks for are there, written out.
  for (const part of ['### `CheckOptions`', '### `Verdict`', '### `ReachabilityServiceProps`'])
    expect(page).toContain(part);
  expect(page).not.toMatch(/WrittenConfiguration|@link/);
}, 120_000);
