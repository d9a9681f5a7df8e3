import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import type { Figures } from './figures.ts';
import { costPage } from './page.ts';

const MEASURED = new URL('measured.json', import.meta.url);
export const COST_PAGE = new URL('../../docs/cost.md', import.meta.url);

/** The figures of the last run with `--write`. */
export async function measured(): Promise<Figures> {
  const figures: Figures = JSON.parse(await readFile(MEASURED, 'utf8'));
  return figures;
}

/** The text of docs/cost.md for these figures. */
export async function costDocument(figures: Figures): Promise<string> {
  const style = await resolveConfig(fileURLToPath(COST_PAGE));
  return format(costPage(figures), { ...style, parser: 'markdown' });
}

export async function writeDocuments(figures: Figures): Promise<void> {
  await writeFile(MEASURED, `${JSON.stringify(figures, null, 2)}\n`);
  await writeFile(COST_PAGE, await costDocument(figures));
}
