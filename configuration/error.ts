import { show } from './expected.ts';

/** One thing that is wrong in a configuration file. */
export interface Problem {
  /** From the root of the file, e.g. `['targets', 3, 'expect']`; empty for the file as a whole. */
  path: readonly (string | number)[];
  /** What is wrong and what to write instead. A function where that takes long to find; it is called only for problems that are shown. */
  text: string | (() => string);
  /** 1-based; absent where the file has no place for it. */
  line?: number;
  /** Whether the path is in the file: false where it is missing. Absent: true. */
  written?: boolean;
}

/** Problems of one file that are listed. */
const MOST_LISTED = 20;

/**
 * A configuration that cannot be used. The message is one line: file and line, path, what is wrong, what to write. Where there are
 * several problems, it is the first of them, the number of the others, and the command that lists them.
 */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  /**
   * One line each, at most {@link MOST_LISTED}: first what is wrong in the file, in its order, then what is missing. A misspelt key
   * is probably the missing one, so it comes first.
   */
  readonly problems: readonly string[];
  /** How many more there are. */
  readonly unlisted: number;

  constructor(file: string, problems: readonly Problem[]) {
    const lines = problems
      .toSorted((a, b) => Number(isMissing(a)) - Number(isMissing(b)) || (a.line ?? 0) - (b.line ?? 0))
      .slice(0, MOST_LISTED)
      .map((problem) => formatProblem(file, problem));
    const others = problems.length - 1;
    super(`${lines[0] ?? file}${others > 0 ? ` (and ${others} more: synwhere config check ${file})` : ''}`);
    this.problems = lines;
    this.unlisted = problems.length - lines.length;
  }
}

function isMissing({ written }: Problem): boolean {
  return written === false;
}

function formatProblem(file: string, problem: Problem): string {
  const where = problem.line === undefined ? file : `${file}:${problem.line}`;
  return `${where}: ${problemText(problem)}`;
}

/** The path and what is wrong there, on one line, without the file. */
export function problemText({ path, text }: Problem): string {
  const words = typeof text === 'string' ? text : text();
  return path.length === 0 ? words : `${formatPath(path)}: ${words}`;
}

/** `targets[3].expect`. A key with other characters than a word is quoted and cut, so that the path is one short line. */
function formatPath(path: readonly (string | number)[]): string {
  return path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${word(step)}`))
    .join('');
}

function word(key: string): string {
  return /^[\w.-]{1,80}$/.test(key) ? key : show(key);
}
