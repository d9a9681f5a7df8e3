import { writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { parseArgs } from 'node:util';
import { page } from './accuracy/page.ts';
import { simulateInParts } from './accuracy/parts.ts';
import { asText, tables } from './accuracy/tables.ts';

const USAGE = 'usage: npm run accuracy -- [--seed N] [--worlds N] [--write]';
const PAGE = new URL('../docs/accuracy.md', import.meta.url);

const options = readOptions();
if (options === undefined) {
  console.error(USAGE);
  process.exitCode = 2;
} else {
  const start = performance.now();
  const simulation = await simulateInParts(options.seed, options.worlds);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(tables(simulation).map(asText).join('\n'));
  console.log(`${simulation.worlds} worlds from seed ${simulation.seed} in ${seconds} s`);
  if (options.write) {
    const style = await resolveConfig(PAGE.pathname);
    await writeFile(PAGE, await format(page(simulation), { ...style, parser: 'markdown' }));
    console.error('wrote docs/accuracy.md');
  }
}

function readOptions(): { seed: number; worlds: number; write: boolean } | undefined {
  try {
    const { values } = parseArgs({
      options: {
        seed: { type: 'string', default: '2026' },
        worlds: { type: 'string', default: '20000' },
        write: { type: 'boolean', default: false },
      },
    });
    const [seed, worlds] = [Number(values.seed), Number(values.worlds)];
    const wanted = Number.isSafeInteger(seed) && Number.isSafeInteger(worlds) && worlds > 0;
    return wanted ? { seed, worlds, write: values.write } : undefined;
  } catch {
    return undefined;
  }
}
