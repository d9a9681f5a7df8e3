import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import type { Figures } from './figures.ts';
import { costPage, deployPart } from './page.ts';

const MEASURED = new URL('measured.json', import.meta.url);
export const COST_PAGE = new URL('../../docs/cost.md', import.meta.url);
export const DEPLOY_PAGE = new URL('../../docs/deploy.md', import.meta.url);
const [BEGIN, END] = ['<!-- bench:tick -->', '<!-- /bench:tick -->'];

/** The figures of the last run that was written down. */
export async function measured(): Promise<Figures> {
  const figures: Figures = JSON.parse(await readFile(MEASURED, 'utf8'));
  return figures;
}

/** Both documents as they follow from figures; of docs/deploy.md only the marked part changes. */
export async function documents(figures: Figures): Promise<{ cost: string; deploy: string }> {
  const deploy = await readFile(DEPLOY_PAGE, 'utf8');
  const [from, to] = [deploy.indexOf(BEGIN), deploy.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`docs/deploy.md has no ${BEGIN} … ${END}`);
  const part = `${BEGIN}\n\n${deployPart(figures)}\n\n`;
  return {
    cost: await formatted(costPage(figures), COST_PAGE),
    deploy: await formatted(deploy.slice(0, from) + part + deploy.slice(to), DEPLOY_PAGE),
  };
}

export async function writeDocuments(figures: Figures): Promise<void> {
  await writeFile(MEASURED, `${JSON.stringify(figures, null, 2)}\n`);
  const { cost, deploy } = await documents(figures);
  await writeFile(COST_PAGE, cost);
  await writeFile(DEPLOY_PAGE, deploy);
}

async function formatted(text: string, page: URL): Promise<string> {
  const style = await resolveConfig(fileURLToPath(page));
  return format(text, { ...style, parser: 'markdown' });
}
