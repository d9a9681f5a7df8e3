import { closeSync, openSync, readSync } from 'node:fs';
import type { Configuration } from './configuration.ts';
import { duplicates, inconsistencies, unknownRegions } from './consistency.ts';
import { alarmDefaults, DEFAULTS } from './defaults.ts';
import { ConfigurationError, problemText, type Problem } from './error.ts';
import { isMap, show } from './expected.ts';
import { LIMITS } from './limits.ts';
import { nearest } from './nearest.ts';
import { problemsOf } from './problems.ts';
import { fileSchema, type FileContent } from './schema.ts';
import { withoutRemovedKeys } from './removed-keys.ts';
import { placesOf, plainValueOf, readYaml } from './yaml.ts';

export { ConfigurationError } from './error.ts';

const TOO_LONG = `is longer than ${LIMITS.fileBytes} bytes; this is not a configuration`;

const NO_FILE: Record<string, string> = {
  ENOENT: 'there is no such file; write one (synwhere.yaml in the repository is an example) or name another',
  EISDIR: 'is a directory; name a file',
  EACCES: 'may not be read; check its permissions',
};

/** Receives what is probably a mistake in a file that can be used: one line with the path, and the 1-based line of the file. */
export type OnWarning = (text: string, line: number | undefined) => void;

/** Reads and checks a configuration file. Throws {@link ConfigurationError}, also for a file that cannot be read. */
export function loadConfiguration(file: string, onWarning?: OnWarning): Configuration {
  let text: string;
  try {
    text = readBounded(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw new ConfigurationError(file, [{ path: [], text: NO_FILE[code] ?? `cannot be read (${code})` }]);
  }
  return parseConfiguration(text, file, onWarning);
}

/** Reads a file or a pipe. Stops after one byte more than is allowed. */
function readBounded(file: string): string {
  const buffer = Buffer.alloc(LIMITS.fileBytes + 1);
  const descriptor = openSync(file, 'r');
  try {
    let length = 0;
    let read: number;
    do {
      read = readSync(descriptor, buffer, length, buffer.length - length, null);
      length += read;
    } while (read > 0 && length < buffer.length);
    return buffer.toString('utf8', 0, length);
  } finally {
    closeSync(descriptor);
  }
}

/** Checks the text of a configuration file; `file` names it in errors. Throws {@link ConfigurationError}. */
export function parseConfiguration(text: string, file: string, onWarning?: OnWarning): Configuration {
  const fail = (problems: readonly Problem[]): never => {
    throw new ConfigurationError(file, problems);
  };
  if (Buffer.byteLength(text) > LIMITS.fileBytes) fail([{ path: [], text: TOO_LONG }]);
  const yaml = readYaml(text);
  if (Array.isArray(yaml)) return fail(yaml);
  if (yaml.document.contents === null)
    fail([{ path: [], text: 'the file is empty; write at least `targets:` and one target' }]);
  const plain = plainValueOf(yaml);
  if (Array.isArray(plain)) return fail(plain);
  const { value: written } = plain;
  if (!isMap(written)) {
    return fail([
      { path: [], text: `the file is ${show(written)}, not a map; write \`targets:\` and a list of targets` },
    ]);
  }
  const placeOf = placesOf(yaml);
  return readConfiguration(written, file, {
    located: (problems) => problems.map((problem) => ({ ...problem, ...placeOf(problem.path) })),
    ...(onWarning && { onWarning }),
  });
}

export interface ReadOptions {
  /** Adds to problems the lines where they are. Default: they have none. */
  located?: (problems: readonly Problem[]) => readonly Problem[];
  onWarning?: OnWarning;
  /** Names of vantages that are defined elsewhere. */
  vantages?: readonly string[];
}

/** Checks a configuration that is not text; `source` names it in errors. Throws {@link ConfigurationError}. */
export function readConfiguration(
  written: Readonly<Record<string, unknown>>,
  source: string,
  { located = (problems) => problems, onWarning = () => {}, vantages = [] }: ReadOptions = {},
): Configuration {
  const { kept, warnings } = withoutRemovedKeys(written);
  const parsed = fileSchema.safeParse(kept);
  const problems = parsed.success
    ? inconsistencies(parsed.data, vantages)
    : problemsWithOthers(kept, problemsOf(parsed.error.issues), vantages);
  problems.push(...duplicates(kept));
  if (!parsed.success || problems.length > 0) throw new ConfigurationError(source, located(problems));
  for (const warning of located([...warnings, ...unknownRegions(parsed.data)])) {
    onWarning(problemText(warning), warning.line);
  }
  return withHomeAndAlarms(parsed.data);
}

/** Sections that others refer to, and those others. Without the former, the latter look wrong although they may be right. */
const REFERRING: ReadonlyMap<string, readonly string[]> = new Map([
  ['targets', ['incidents']],
  ['regions', ['targets', 'incidents']],
  ['vantages', ['targets', 'incidents']],
  ['agents', ['targets', 'incidents']],
]);

/** Takes the place of targets that are wrong. */
const SOME_TARGET = 'a.invalid:1';

/** The problems of some sections, and the inconsistencies of the others, so that one run lists all mistakes. */
function problemsWithOthers(
  written: Readonly<Record<string, unknown>>,
  problems: readonly Problem[],
  vantages: readonly string[],
): Problem[] {
  const wrong = new Set<string>();
  for (const section of new Set(problems.map(({ path }) => String(path[0])))) {
    const meant = nearest(section, [...REFERRING.keys()]) ?? section;
    for (const each of [section, meant, ...(REFERRING.get(meant) ?? [])]) wrong.add(each);
  }
  const rest = Object.fromEntries(Object.entries(written).filter(([section]) => !wrong.has(section)));
  const parsed = fileSchema.safeParse(wrong.has('targets') ? { ...rest, targets: [SOME_TARGET] } : rest);
  return [...problems, ...(parsed.success ? inconsistencies(parsed.data, vantages) : [])];
}

function withHomeAndAlarms(content: FileContent): Configuration {
  return {
    ...content,
    home: content.home ?? content.regions[0] ?? DEFAULTS.home,
    alarms: { ...alarmDefaults(content.schedule.everyMinutes), ...content.alarms },
  };
}
