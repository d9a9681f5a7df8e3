import { parseArgs } from 'node:util';
import { measured, writeDocuments } from './tick/documents.ts';
import { measure } from './tick/measure.ts';
import { casesTable, monthsTable } from './tick/page.ts';

const USAGE = 'usage: npm run bench:tick -- [--runs N] [--write] [--again]';
const SIZES = [10, 100];

const options = readOptions();
if (options === undefined) {
  console.error(USAGE);
  process.exitCode = 2;
} else {
  // `--again` uses the figures of the last written run, to apply new prices.
  const figures = options.again
    ? await measured()
    : await measure({
        runs: options.runs,
        sizes: SIZES,
        progress: (line) => console.error(`measuring: ${line}`),
      });
  console.log(`bundle: ${(figures.bundleBytes / 1000).toFixed(0)} KB`);
  console.log(`CPU of the start: ${figures.start.aggregator.cpuMs} ms`);
  for (const size of figures.sizes) {
    console.log(`\n${casesTable(size)}\nprobe, for each region: ${size.probe.cpuMs.toFixed(0)} ms of CPU`);
  }
  console.log(`\n${monthsTable(figures)}`);
  if (options.write) {
    await writeDocuments(figures);
    console.error('wrote docs/cost.md and bench/tick/measured.json');
  }
}

function readOptions(): { runs: number; write: boolean; again: boolean } | undefined {
  try {
    const { values } = parseArgs({
      options: {
        runs: { type: 'string', default: '7' },
        write: { type: 'boolean', default: false },
        again: { type: 'boolean', default: false },
      },
    });
    const runs = Number(values.runs);
    return Number.isSafeInteger(runs) && runs > 0 && runs <= 100
      ? { runs, write: values.write, again: values.again }
      : undefined;
  } catch {
    return undefined;
  }
}
