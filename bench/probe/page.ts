import { cpus, release } from 'node:os';

/** One line of the table. */
export interface Row {
  contender: string;
  connects: number;
  /** Microseconds of CPU, user and system. */
  cpuUsPerConnect: number;
  /** Compared with the bare loop. */
  ratio?: number;
  wallMs: number;
  maxRssMiB?: number | undefined;
  note?: string;
}

/** One aim and the measured value. */
export interface Aim {
  aim: string;
  measured: string;
  holds: boolean;
}

/** A Markdown table with aligned columns. */
export function table(head: string[], lines: string[][]): string {
  const all = [head, ...lines];
  const widths = head.map((_, column) => Math.max(...all.map((line) => (line[column] ?? '').length)));
  const print = (line: string[]) =>
    `| ${widths.map((width, column) => (line[column] ?? '').padEnd(width)).join(' | ')} |`;
  return [
    print(head),
    `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`,
    ...lines.map(print),
  ].join('\n');
}

export function rowsAsTable(rows: readonly Row[]): string {
  const head = [
    'contender',
    'connects',
    'CPU per connect',
    'compared with bare loop',
    'wall time',
    'peak memory',
    'note',
  ];
  return table(
    head,
    rows.map((row) => [
      row.contender,
      String(row.connects),
      `${row.cpuUsPerConnect.toFixed(1)} µs`,
      row.ratio === undefined ? '' : `${row.ratio.toFixed(2)}×`,
      `${(row.wallMs / 1000).toFixed(2)} s`,
      row.maxRssMiB === undefined ? '' : `${row.maxRssMiB.toFixed(0)} MiB`,
      row.note ?? '',
    ]),
  );
}

export function aimsAsTable(aims: readonly Aim[]): string {
  return table(
    ['aim', 'measured', 'holds'],
    aims.map(({ aim, measured, holds }) => [aim, measured, holds ? 'yes' : 'no']),
  );
}

/** The machine, without its name. */
export function machine(): string {
  const [first] = cpus();
  const model = first?.model.trim() ?? 'unknown processor';
  return `${cpus().length} cores (${model}), Linux ${release()}, Node ${process.version}`;
}
