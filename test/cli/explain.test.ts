import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import cases from '../../cli/verdict-cases.json' with { type: 'json' };
import { casesAsMarkdown } from '../../cli/verdict-case.ts';
import type { VerdictCase } from '../../cli/verdict-case.ts';
import { KINDS } from '../../functions/reachability/words.ts';

const ROOT = join(import.meta.dirname, '../..');

async function explain(...args: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  return promisify(execFile)(process.execPath, [join(ROOT, 'cli/main.ts'), 'explain', ...args]).then(
    (output) => ({ status: 0, ...output }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({
      status: code,
      stdout,
      stderr,
    }),
  );
}

describe('synwhere explain', () => {
  it('lists every kind, in the order of the rules', async () => {
    const { stdout } = await explain();
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => line.split(' ')[0]),
    ).toEqual([...KINDS]);
  });

  it('has a real case of every kind', () => {
    expect(cases.map(({ kind }) => kind)).toEqual([...KINDS]);
    for (const { planted, seen, summary, notRuledOut } of cases) {
      expect([planted, summary].every((text) => text.length > 0)).toBe(true);
      expect([seen, notRuledOut].every((list) => list.length > 0)).toBe(true);
    }
  });

  it('says what the page says, for one kind', async () => {
    const { stdout, status } = await explain('local-routing-issue');
    const given = cases.find(({ kind }) => kind === 'local-routing-issue');
    expect(status).toBe(0);
    for (const text of [
      given?.summary,
      given?.planted,
      ...(given?.because ?? []),
      ...(given?.notRuledOut ?? []),
    ]) {
      expect(stdout).toContain(text);
    }
  });

  it('is the page docs/verdicts.md', async () => {
    const page = await readFile(join(ROOT, 'docs/verdicts.md'), 'utf8');
    expect(page).toBe(casesAsMarkdown(cases as VerdictCase[]));
  });

  it('refuses a kind that is none, in one line', async () => {
    const { stdout, stderr, status } = await explain('gremlins');
    expect({ stdout, status }).toEqual({ stdout: '', status: 2 });
    expect(stderr).toMatch(/^synwhere: explain: there is no kind "gremlins"; write one of .*\n$/);
  });

  it('suggests the kind that was meant', async () => {
    const { stderr, status } = await explain('local-routing-isue');
    expect({ stderr, status }).toEqual({
      stderr: 'synwhere: explain: there is no kind "local-routing-isue"; did you mean local-routing-issue?\n',
      status: 2,
    });
  });
});
