import { parseArgs } from 'node:util';
import { writePagePart } from './page-part.ts';
import { table } from './probe/page.ts';
import { growthOf } from './soak/growth.ts';
import { contentsTable, part, SAMPLE_HEAD, sampleLine, summary } from './soak/page.ts';
import { soak } from './soak/run.ts';

const USAGE = 'usage: npm run bench:soak -- [--ticks N] [--write]; N from 100 to 100000, default 2000';
const SAMPLES = 10;

const options = readOptions();
if (options === undefined) {
  console.error(USAGE);
  process.exitCode = 2;
} else {
  const { ticks } = options;
  const result = await soak({ ticks, sampleEvery: Math.ceil(ticks / SAMPLES) }, progress(ticks));
  const growth = growthOf(result.samples, result.contents.compactedBytes);
  console.log(`${table(SAMPLE_HEAD, result.samples.map(sampleLine))}\n`);
  console.log(`${contentsTable(result)}\n`);
  console.log(summary(result, growth));
  if (result.opened !== result.faults || result.closed !== result.faults) {
    console.error(`${result.faults} faults were planted`);
    process.exitCode = 1;
  }
  if (growth.growing.length > 0) process.exitCode = 1;
  if (options.write) {
    await writePagePart('bench:soak', part(result, growth));
    console.error('wrote the part of docs/benchmarks.md');
  }
}

/** Shows one line that is overwritten on a terminal, and nothing elsewhere. */
function progress(ticks: number): (tick: number) => void {
  if (!process.stderr.isTTY) return () => {};
  return (tick) => process.stderr.write(tick === ticks ? '\r\x1b[K' : `\rtick ${tick} of ${ticks}`);
}

function readOptions(): { ticks: number; write: boolean } | undefined {
  try {
    const { values } = parseArgs({
      options: { ticks: { type: 'string', default: '2000' }, write: { type: 'boolean', default: false } },
    });
    const ticks = Number(values.ticks);
    return Number.isSafeInteger(ticks) && ticks >= 100 && ticks <= 100_000
      ? { ticks, write: values.write }
      : undefined;
  } catch {
    return undefined;
  }
}
