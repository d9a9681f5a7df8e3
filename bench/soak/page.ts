import { machine, table } from '../probe/page.ts';
import type { Growth } from './growth.ts';
import { EVERY_MINUTES, RETENTION_DAYS, TICKS_BETWEEN_FAULTS, type Soak } from './run.ts';
import type { Sample } from './sample.ts';

export const SAMPLE_HEAD = [
  'ticks',
  'resident',
  'heap after GC',
  'open files',
  'open iterators',
  'table on disk',
  'announcements',
];

export function sampleLine(sample: Sample): string[] {
  return [
    count(sample.ticks),
    mib(sample.rssBytes),
    mib(sample.heapBytes),
    sample.openFiles === undefined ? 'unknown' : count(sample.openFiles),
    count(sample.openIterators),
    kib(sample.tableBytes),
    kib(sample.announcementBytes),
  ];
}

/** The result in lines of plain text. */
export function summary(soak: Soak, growth: Growth): string {
  const { perThousandTicks: per, growing, mostTableBytes } = growth;
  const { kinds, compactedBytes } = soak.contents;
  const incidents = kinds['incident']?.items ?? 0;
  const kept = (kinds['incident']?.bytes ?? 0) + (kinds['history']?.bytes ?? 0);
  const announced = soak.samples.at(-1)?.announcementBytes ?? 0;
  const perIncident = incidents > 0 ? `${count(Math.round(kept / incidents))} bytes` : 'not measured';
  const perAnnounced =
    soak.closed > 0 ? `${count(Math.round(announced / soak.closed))} bytes` : 'not measured';
  return [
    `- ${growing.length === 0 ? 'Flat' : `Not flat: ${growing.join(', ')}`}. For each 1,000 ticks after the first third: resident memory ${signed(mib(per.rssBytes))}, heap ${signed(mib(per.heapBytes))}, open files ${signed(per.openFiles.toFixed(1))}, open iterators ${signed(per.openIterators.toFixed(1))}.`,
    `- The table took at most ${kib(mostTableBytes)} on disk. LevelDB compacts it after every few MiB of writes. After compaction at the end, it takes ${kib(compactedBytes)}.`,
    `- Incidents opened: ${count(soak.opened)}, closed: ${count(soak.closed)}. A closed incident, with the two periods of history that it ends, takes ${perIncident} in the table until its retention period ends, and ${perAnnounced} in \`announcements.jsonl\`, from which nothing is removed.`,
    `- ${count(soak.samples.at(-1)?.ticks ?? 0)} ticks took ${(soak.elapsedMs / 1000).toFixed(0)} s.`,
  ].join('\n');
}

export function contentsTable({ contents }: Soak): string {
  const lines = Object.entries(contents.kinds).toSorted(([, a], [, b]) => b.bytes - a.bytes);
  return table(
    ['in the table at the end', 'items', 'bytes'],
    lines.map(([kind, { items, bytes }]) => [kind, count(items), count(bytes)]),
  );
}

/** The part of docs/benchmarks.md. */
export function part(soak: Soak, growth: Growth): string {
  return `## The dev service over a long time

Made by \`npm run bench:soak -- --write\` on ${machine()}. The service of \`synwhere dev\` runs without a pause between ticks. Its server, its database on disk and its connects on loopback are real. The clock of the service moves by ${EVERY_MINUTES} minutes with each tick, and history is kept for ${RETENTION_DAYS} days. Every ${TICKS_BETWEEN_FAULTS} ticks a target closes for four ticks. After each tick, the bench sends the status page's requests and \`GET /metrics\`.

${summary(soak, growth)}

${table(SAMPLE_HEAD, soak.samples.map(sampleLine))}

${contentsTable(soak)}

One process contains the service, its targets and its vantages. Resident memory and the heap are those of this process. An iterator over values is counted twice, because LevelDB's package creates a second one for it. LevelDB buffers up to 4 MiB of writes in memory, and up to twice that while it writes them to disk. This is part of resident memory.
`;
}

const MIB = 2 ** 20;

function mib(bytes: number): string {
  return `${(bytes / MIB).toFixed(1)} MiB`;
}

function kib(bytes: number): string {
  return `${count(Math.round(bytes / 1024))} KiB`;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

function signed(text: string): string {
  return text.startsWith('-') ? text : `+${text}`;
}
