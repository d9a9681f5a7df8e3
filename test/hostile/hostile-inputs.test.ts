/**
 * Runs every hostile input, and requires that the table in docs/hostile-inputs.md is equal to the rows.
 * `npm run hostile` runs them and writes the table.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { afterAll, describe, expect, it } from 'vitest';
import type { HostileRow } from './row.ts';

const PAGE = new URL('../../docs/hostile-inputs.md', import.meta.url);
const BEGIN = '<!-- made by npm run hostile -->';
const END = '<!-- end -->';

const files = (await readdir(import.meta.dirname)).filter((file) => file.endsWith('.rows.ts'));
const modules: { rows: readonly HostileRow[] }[] = await Promise.all(
  files.map((file) => import(new URL(file, import.meta.url).href)),
);
const rows = modules.flatMap((module) => module.rows);

const passed = new Set<HostileRow>();

describe('hostile inputs', () => {
  it.each(rows.map((row) => [`${row.surface}: ${row.input}`, row] as const))('%s', async (_name, row) => {
    await row.run();
    passed.add(row);
  });

  it('are all listed on the page', async () => {
    const page = await readFile(PAGE, 'utf8');
    if (process.env['HOSTILE_TABLE'] === undefined) {
      expect(page, 'docs/hostile-inputs.md is out of date: npm run hostile').toBe(withTable(page, rows));
    }
  });
});

afterAll(async () => {
  if (process.env['HOSTILE_TABLE'] === undefined) return;
  // Only rows that passed are written.
  await writeFile(PAGE, withTable(await readFile(PAGE, 'utf8'), [...passed]));
});

function withTable(page: string, listed: readonly HostileRow[]): string {
  const [before = ''] = page.split(BEGIN);
  const [, after = ''] = page.split(END);
  return `${before}${BEGIN}\n\n${tableOf(listed)}\n\n${END}${after}`;
}

function tableOf(listed: readonly HostileRow[]): string {
  const lines = listed
    .toSorted((a, b) => a.surface.localeCompare(b.surface, 'en') || a.input.localeCompare(b.input, 'en'))
    .map(({ surface, input, outcome }) => `| ${[surface, input, outcome].map(cell).join(' | ')} |`);
  return ['| where | input | result |', '|---|---|---|', ...lines].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', String.raw`\|`);
}
