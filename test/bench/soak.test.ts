import { expect, test } from 'vitest';
import { growthOf } from '../../bench/soak/growth.ts';
import { part } from '../../bench/soak/page.ts';
import { soak } from '../../bench/soak/run.ts';
import type { Sample } from '../../bench/soak/sample.ts';

const MIB = 2 ** 20;

test(
  'a short run opens and closes an incident, and leaves no iterator open',
  { timeout: 120_000 },
  async () => {
    const ran = await soak({ ticks: 30, sampleEvery: 10 });
    expect(ran).toMatchObject({ faults: 1, opened: 1, closed: 1 });
    expect(ran.samples.map(({ ticks, openIterators }) => [ticks, openIterators])).toEqual([
      [0, 0],
      [10, 0],
      [20, 0],
      [30, 0],
    ]);
    const { kinds, compactedBytes } = ran.contents;
    expect(kinds).toMatchObject({ tick: { items: 30 }, incident: { items: 1 }, history: { items: 2 } });
    expect(compactedBytes).toBeGreaterThan(1000);
    expect(ran.samples.at(-1)?.tableBytes).toBeGreaterThan(1000);
    expect(ran.samples.at(-1)?.announcementBytes).toBeGreaterThan(500);
    const text = part(ran, growthOf(ran.samples, compactedBytes));
    expect(text).toMatch(
      /Incidents opened: 1, closed: 1\. A closed incident, .* takes [\d,]+ bytes in the table/,
    );
  },
);

function samples(change: (ticks: number) => Partial<Sample>): Sample[] {
  return Array.from({ length: 11 }, (_, index) => ({
    ticks: index * 200,
    rssBytes: 300 * MIB,
    heapBytes: 40 * MIB,
    openFiles: 64,
    openIterators: 0,
    tableBytes: 2 * MIB,
    announcementBytes: 0,
    ...change(index * 200),
  }));
}

test('figures that grow after the start are listed, with their growth per 1,000 ticks', () => {
  const table: [(ticks: number) => Partial<Sample>, string[]][] = [
    [() => ({}), []],
    // The figures of this bench from before iterators were closed.
    [(ticks) => ({ openIterators: 14 * ticks }), ['openIterators']],
    [(ticks) => ({ heapBytes: (35 + ticks * 0.036) * MIB }), ['heapBytes']],
    [(ticks) => ({ rssBytes: (360 + ticks * 0.11) * MIB }), ['rssBytes']],
    [(ticks) => ({ openFiles: 64 + ticks / 100 }), ['openFiles']],
    // The compiler's work at the start is ignored, and so are figures that vary without growth.
    [(ticks) => ({ rssBytes: Math.min(300, 130 + ticks) * MIB }), []],
    [(ticks) => ({ heapBytes: (40 + (ticks % 400 === 0 ? 4 : 0)) * MIB, openFiles: 62 + (ticks % 3) }), []],
    // The limit allows for LevelDB's log files, but not for more.
    [(ticks) => ({ tableBytes: (ticks % 800) * 0.01 * MIB }), []],
    [(ticks) => ({ tableBytes: ticks * 0.01 * MIB }), ['tableBytes']],
  ];
  for (const [change, growing] of table) {
    expect(growthOf(samples(change), MIB).growing).toEqual(growing);
  }
  const { perThousandTicks } = growthOf(
    samples((ticks) => ({ openIterators: 14 * ticks })),
    MIB,
  );
  expect(perThousandTicks.openIterators).toBeCloseTo(14_000);
});
