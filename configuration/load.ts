import { readFileSync } from 'node:fs';
import { formatTarget } from '../functions/reachability/target.ts';
import { LineCounter, parseDocument, type Document } from 'yaml';
import type { Configuration } from './configuration.ts';
import { inconsistencies } from './consistency.ts';
import { alarmDefaults, DEFAULTS } from './defaults.ts';
import { ConfigurationError, type Problem } from './error.ts';
import { messageOf, show } from './expected.ts';
import { LIMITS } from './limits.ts';
import { lineOf } from './places.ts';
import { problemsOf } from './problems.ts';
import { fileSchema, type FileContent } from './schema.ts';

export { ConfigurationError } from './error.ts';

const NO_FILE: Record<string, string> = {
  ENOENT: 'there is no such file; write one (synwhere.yaml in the repository is an example) or name another',
  EISDIR: 'is a directory; name a file',
  EACCES: 'may not be read; check its permissions',
};

/** Reads and checks a configuration file. Throws {@link ConfigurationError}, also for a file that cannot be read. */
export function loadConfiguration(file: string): Configuration {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw new ConfigurationError(file, [{ path: [], text: NO_FILE[code] ?? `cannot be read (${code})` }]);
  }
  return parseConfiguration(text, file);
}

/** Checks the text of a configuration file; `file` names it in errors. Throws {@link ConfigurationError}. */
export function parseConfiguration(text: string, file: string): Configuration {
  const fail = (problems: readonly Problem[]): never => {
    throw new ConfigurationError(file, problems);
  };
  if (text.length > LIMITS.fileBytes) {
    fail([{ path: [], text: `is longer than ${LIMITS.fileBytes} bytes; this is not a configuration` }]);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: '1.2' });
  const located = (problems: readonly Problem[]): Problem[] =>
    problems.map((problem) => withLine(problem, lineOf(document, lines, problem.path)));

  const broken = [...document.errors, ...document.warnings].map(({ code, message, pos }) => ({
    path: [],
    text: brokenYaml(code, message),
    line: lines.linePos(pos[0]).line,
  }));
  if (broken.length > 0) fail(broken);
  if (document.contents === null)
    fail([{ path: [], text: 'the file is empty; write at least `targets:` and one target' }]);

  const written = plainValue(document, fail);
  if (typeof written !== 'object' || written === null || Array.isArray(written)) {
    fail([
      {
        path: [],
        text: `holds ${show(written)} where a map belongs; write \`targets:\` and what follows from it`,
      },
    ]);
  }
  const parsed = fileSchema.safeParse(written);
  if (!parsed.success) return fail(located(problemsOf(parsed.error.issues)));
  const problems = inconsistencies(parsed.data);
  return problems.length > 0 ? fail(located(problems)) : configurationOf(parsed.data);
}

function brokenYaml(code: string, message: string): string {
  if (code === 'DUPLICATE_KEY') return 'this key stands here twice; remove one of them';
  if (code === 'MULTIPLE_DOCS') return 'a second document begins here; write one file for each';
  if (code === 'TAB_AS_INDENT') return 'this line is indented by a tab; write spaces';
  return `this is not plain YAML: ${messageOf(message)}`;
}

function withLine(problem: Problem, line: number | undefined): Problem {
  return line === undefined ? problem : { ...problem, line };
}

/** Aliases are expanded here; a bomb of them is refused by the YAML library. */
function plainValue(document: Document, fail: (problems: readonly Problem[]) => never): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    return fail([{ path: [], text: `its aliases cannot be followed: ${messageOf(error)}` }]);
  }
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
