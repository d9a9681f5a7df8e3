/** One thing that is wrong in a configuration file. */
export interface Problem {
  /** From the root of the file, e.g. `['targets', 3, 'expect']`; empty for the file as a whole. */
  path: readonly (string | number)[];
  /** What is wrong and what to write instead. */
  text: string;
  /** 1-based; absent where the file has no place for it. */
  line?: number;
}

/**
 * A configuration that cannot be used. The message is one line for the writer of the file: file and line, path, what is wrong,
 * what to write. Where several things are wrong it is the first in the file and the number of the others, which stand in `problems`.
 */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  /** All of them, one line each, in the order of the file. */
  readonly problems: readonly string[];

  constructor(file: string, problems: readonly Problem[]) {
    const lines = problems
      .toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0))
      .map((problem) => formatProblem(file, problem));
    const others = lines.length - 1;
    super(`${lines[0] ?? file}${others > 0 ? ` (and ${others} more)` : ''}`);
    this.problems = lines;
  }
}

function formatProblem(file: string, { path, text, line }: Problem): string {
  const where = line === undefined ? file : `${file}:${line}`;
  return path.length === 0 ? `${where}: ${text}` : `${where}: ${formatPath(path)}: ${text}`;
}

/** `targets[3].expect`. */
export function formatPath(path: readonly (string | number)[]): string {
  return path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`))
    .join('');
}
