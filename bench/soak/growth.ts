import type { Sample } from './sample.ts';

const MIB = 2 ** 20;
/** LevelDB's default write buffer, which is also the size at which its log file ends. */
const LEVELDB_BUFFER_BYTES = 4 * MIB;
/** The start is excluded, because the compiler still runs and the table is not yet full. */
const WARM_UP = 1 / 3;

/** How much each figure may grow. Garbage collection and the allocator make the figures vary. */
const LIMITS: Record<'heapBytes' | 'rssBytes' | 'openFiles' | 'openIterators', number> = {
  heapBytes: 4 * MIB,
  rssBytes: 12 * MIB,
  openFiles: 2,
  openIterators: 1,
};

export interface Growth {
  /** For each 1,000 ticks, by least squares over the samples after the start. */
  perThousandTicks: Record<keyof typeof LIMITS, number>;
  /** The largest size of the table on disk. */
  mostTableBytes: number;
  /** The figures that grow. */
  growing: string[];
}

/**
 * Whether figures of a run grow. `compactedBytes` is the size of the table without overwritten items. In addition, LevelDB may have
 * the same size of data that is not yet compacted, and two log files.
 */
export function growthOf(samples: readonly Sample[], compactedBytes: number): Growth {
  const last = samples.at(-1)?.ticks ?? 0;
  const warm = samples.filter(({ ticks }) => ticks >= last * WARM_UP);
  const slope = (key: keyof typeof LIMITS): number =>
    1000 * slopeOf(warm.map((sample) => [sample.ticks, sample[key] ?? 0]));
  const perThousandTicks = {
    heapBytes: slope('heapBytes'),
    rssBytes: slope('rssBytes'),
    openFiles: slope('openFiles'),
    openIterators: slope('openIterators'),
  };
  const growing: string[] = (['heapBytes', 'rssBytes', 'openFiles', 'openIterators'] as const).filter(
    (key) => perThousandTicks[key] > LIMITS[key],
  );
  const mostTableBytes = Math.max(...samples.map(({ tableBytes }) => tableBytes));
  if (mostTableBytes > 2 * compactedBytes + 2 * LEVELDB_BUFFER_BYTES) growing.push('tableBytes');
  return { perThousandTicks, mostTableBytes, growing };
}

/** The slope of the line through these points with the least squares; 0 for fewer than two points. */
function slopeOf(points: readonly (readonly [x: number, y: number])[]): number {
  const middleX = mean(points.map(([x]) => x));
  const middleY = mean(points.map(([, y]) => y));
  const spread = points.reduce((sum, [x]) => sum + (x - middleX) ** 2, 0);
  if (!(spread > 0)) return 0;
  return points.reduce((sum, [x, y]) => sum + (x - middleX) * (y - middleY), 0) / spread;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
