import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { synwhere } from '../cli/command.ts';
import { LONGER, RUNS, type Runs } from './command-table.ts';
import { commandsIn, shownCommands } from './shell-commands.ts';

const ROOT = join(import.meta.dirname, '../..');
const shown = shownCommands();
const texts = [...new Set(shown.map(({ text }) => text))];

function runsOf(text: string): Runs | undefined {
  return RUNS[text] ?? LONGER.find(([start]) => text.startsWith(start))?.[1];
}

describe('every command that README.md and docs/ show', () => {
  test('is run by a test, or has a reason why it is not', () => {
    expect(texts.length).toBeGreaterThan(50);
    expect(shown.filter(({ text }) => !runsOf(text))).toEqual([]);
  });

  test('is still shown: the table has no entry for a removed command', () => {
    expect(Object.keys(RUNS).filter((text) => !texts.includes(text))).toEqual([]);
    expect(LONGER.filter(([start]) => !texts.some((text) => text.startsWith(start)))).toEqual([]);
  });

  test('is in the test that the table names', () => {
    const missing = texts.flatMap((text) => {
      const runs = runsOf(text);
      if (!runs || !('by' in runs)) return [];
      // The line breaks of the formatter in a list of arguments are ignored.
      const code = readFileSync(join(ROOT, runs.by), 'utf8').replaceAll(/\s+/g, ' ').replaceAll('( [', '([');
      return code.includes(runs.as) ? [] : [`${text}: ${runs.as} is not in ${runs.by}`];
    });
    expect(missing).toEqual([]);
  });

  test('of npm is a script of the package', () => {
    const named = texts.flatMap((text) => /^npm (?:run (?:-s )?)?([a-z][\w:]*)/.exec(text)?.[1] ?? []);
    expect(named.length).toBeGreaterThan(5);
    expect(
      named.filter((name) => !['ci', 'install'].includes(name) && !(name in packageJson.scripts)),
    ).toEqual([]);
  });

  test('of synwhere exists and has the options that are shown', async () => {
    const own = texts.flatMap((text) => /^(?:\w+=\S+ )?synwhere (.*)/.exec(text)?.[1] ?? []);
    const helps = new Map<string, string>();
    for (const text of own) {
      const [command = ''] = text.split(' ');
      if (command.startsWith('-')) continue;
      const help = helps.get(command) ?? (await synwhere([command, '--help'])).stdout;
      helps.set(command, help);
      expect(help).toMatch(new RegExp(`^Usage: synwhere ${command} `));
      const unquoted = text.replaceAll(/"[^"]*"/g, '');
      for (const [option] of unquoted.matchAll(/--[a-z-]+/g)) {
        expect(help, text).toMatch(new RegExp(`${option}\\b`));
      }
    }
    expect(helps.size).toBeGreaterThan(6);
  }, 60_000);

  for (const text of texts) {
    const runs = runsOf(text);
    if (!runs || !('here' in runs)) continue;
    test(`runs: ${text}`, async () => {
      const { status, stdout, stderr } = await synwhere(text.split(' ').slice(1));
      expect(runs.status, stderr).toContain(status);
      expect(stdout).toMatch(runs.here);
      expect(stderr).not.toMatch(/^synwhere: /m);
    });
  }
});

test('commands are found in blocks, lists and lines, and nothing else is taken for a command', () => {
  const page = [
    '```sh',
    'npm ci && npm start # a comment',
    'aws lambda invoke \\',
    '  --function-name "a#b" out.json',
    '```',
    '1. indented:',
    '',
    '   ```sh',
    '   npx cdk deploy --all',
    '   ```',
    '',
    '```json',
    '{ "npm ": 1 }',
    '```',
    'Or `npm run -s synwhere -- status`, over a line: `npx cdk',
    'diff`; not `lambda:InvokeFunction`.',
  ].join('\n');
  expect(commandsIn(page)).toEqual([
    'npm ci',
    'npm start',
    'aws lambda invoke --function-name "a#b" out.json',
    'npx cdk deploy --all',
    'synwhere status',
    'npx cdk diff',
  ]);
});
