import { closeSync, openSync, readSync } from 'node:fs';
import { formatTarget } from '../functions/reachability/target.ts';
import type { Configuration } from './configuration.ts';
import { inconsistencies } from './consistency.ts';
import { alarmDefaults, DEFAULTS } from './defaults.ts';
import { ConfigurationError, type Problem } from './error.ts';
import { show } from './expected.ts';
import { LIMITS } from './limits.ts';
import { nearest } from './nearest.ts';
import { placesOf } from './places.ts';
import { problemsOf } from './problems.ts';
import { fileSchema, type FileContent } from './schema.ts';
import { plainValueOf, readYaml } from './yaml.ts';

export { ConfigurationError } from './error.ts';

const TOO_LONG = `is longer than ${LIMITS.fileBytes} bytes; this is not a configuration`;

const NO_FILE: Record<string, string> = {
  ENOENT: 'there is no such file; write one (synwhere.yaml in the repository is an example) or name another',
  EISDIR: 'is a directory; name a file',
  EACCES: 'may not be read; check its permissions',
};

/** Reads and checks a configuration file. Throws {@link ConfigurationError}, also for a file that cannot be read. */
export function loadConfiguration(file: string): Configuration {
  let text: string;
  try {
    text = readBounded(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw new ConfigurationError(file, [{ path: [], text: NO_FILE[code] ?? `cannot be read (${code})` }]);
  }
  return parseConfiguration(text, file);
}

/** Reads a file or a pipe, and of one that is too long only so much that this shows. */
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
export function parseConfiguration(text: string, file: string): Configuration {
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
      {
        path: [],
        text: `holds ${show(written)} where a map belongs; write \`targets:\` and what follows from it`,
      },
    ]);
  }
  const placeOf = placesOf(yaml);
  const located = (problems: readonly Problem[]): Problem[] =>
    problems.map((problem) => ({ ...problem, ...placeOf(problem.path) }));
  const parsed = fileSchema.safeParse(written);
  if (!parsed.success) {
    const problems = problemsOf(parsed.error.issues);
    return fail(located([...problems, ...furtherProblems(written, problems)]));
  }
  const problems = inconsistencies(parsed.data);
  return problems.length > 0 ? fail(located(problems)) : configurationOf(parsed.data);
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Sections that others refer to, and those others. Without the former, the latter look wrong and are not. */
const REFERRING: ReadonlyMap<string, readonly string[]> = new Map([
  ['targets', ['incidents']],
  ['regions', ['targets', 'incidents']],
  ['newRegions', ['regions', 'home', 'targets', 'incidents']],
  ['vantages', ['targets', 'incidents']],
  ['agents', ['targets', 'incidents']],
]);

/** Stands for targets that cannot be judged. */
const SOME_TARGET = 'a.invalid:1';

/** What the sections that are right say together, where others are wrong: so one run lists all mistakes. */
function furtherProblems(
  written: Readonly<Record<string, unknown>>,
  problems: readonly Problem[],
): Problem[] {
  const wrong = new Set<string>();
  for (const section of new Set(problems.map(({ path }) => String(path[0])))) {
    const meant = nearest(section, [...REFERRING.keys()]) ?? section;
    for (const each of [section, meant, ...(REFERRING.get(meant) ?? [])]) wrong.add(each);
  }
  const rest = Object.fromEntries(Object.entries(written).filter(([section]) => !wrong.has(section)));
  const parsed = fileSchema.safeParse(wrong.has('targets') ? { ...rest, targets: [SOME_TARGET] } : rest);
  return parsed.success ? inconsistencies(parsed.data) : [];
}

function configurationOf({ newRegions: _known, ...content }: FileContent): Configuration {
  const { home = content.regions[0] ?? DEFAULTS.home, alarms, incidents } = content;
  const defaults = alarmDefaults(content.schedule.everyMinutes);
  return {
    ...content,
    home,
    incidents: {
      ...incidents,
      maintenance: incidents.maintenance.map(({ targets, from, until }) => ({
        ...(targets && { targets: targets.map((target) => formatTarget(target)) }),
        from,
        until,
      })),
    },
    alarms: { ...defaults, ...alarms },
  };
}
