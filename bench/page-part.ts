import { readFile, writeFile } from 'node:fs/promises';

const PAGE = new URL('../docs/benchmarks.md', import.meta.url);

/** Writes the part of docs/benchmarks.md that this bench makes, and keeps the rest. */
export async function writePagePart(bench: string, text: string): Promise<void> {
  const old = await readFile(PAGE, 'utf8').catch(() => '# Benchmarks\n');
  const [begin, end] = [`<!-- ${bench} -->`, `<!-- /${bench} -->`];
  const part = `${begin}\n\n${text}\n${end}\n`;
  const from = old.indexOf(begin);
  const to = old.indexOf(end);
  const whole =
    from < 0 || to < 0
      ? `${old.trimEnd()}\n\n${part}`
      : old.slice(0, from) + part + old.slice(to + end.length).replace(/^\n/, '');
  await writeFile(PAGE, whole);
}
