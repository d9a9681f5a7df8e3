import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Verdict } from '../../functions/reachability/verdict.ts';
import { synwhere } from './command.ts';
import { closedPort, openPort, type Port } from './loopback.ts';

let open: Port;
let folder: string;

beforeAll(async () => {
  open = await openPort();
  folder = mkdtempSync(join(tmpdir(), 'synwhere-compare-'));
});

afterAll(async () => {
  await open.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Takes a report of this machine and keeps it in a file, as another machine would. */
async function take(file: string, args: string[]): Promise<string> {
  const { stdout } = await synwhere(['probe', ...args, '--json']);
  writeFileSync(join(folder, file), stdout);
  return file;
}

async function compare(...args: string[]): Promise<{ verdicts: Verdict[]; status: number | null }> {
  const { stdout, status } = await synwhere(['compare', ...args, '--json'], { cwd: folder });
  const { verdicts }: { verdicts: Verdict[] } = JSON.parse(stdout);
  return { verdicts, status };
}

describe('reports that were taken before', () => {
  test('vantages have the names of their files, and every target in them is judged', async () => {
    const other = await closedPort();
    const files = await Promise.all([
      take('tokyo.json', [open.target]),
      take('oslo.json', [open.target, other.target]),
      take('lima.json', [open.target, other.target]),
    ]);
    const { verdicts, status } = await compare(...files);
    expect(verdicts.map(({ kind, rounds }) => [kind, rounds])).toEqual([
      ['reachable', 1],
      ['remote-refusal', 1],
    ]);
    expect(verdicts[0]).toMatchObject({ confidence: 'high' });
    expect(verdicts[1]?.vantages.map(({ vantage, counted }) => [vantage, counted])).toEqual([
      ['lima', true],
      ['oslo', true],
      ['tokyo', false],
    ]);
    expect(status).toBe(1);
  });

  test('a port that is open for two of four and closed for two is a selective refusal', async () => {
    // Two reports are taken while the port is open, two after it was closed.
    const port = await openPort();
    const before = await Promise.all(['a.json', 'b.json'].map((file) => take(file, [port.target])));
    await port.close();
    const after = await Promise.all(['c.json', 'd.json'].map((file) => take(file, [port.target])));
    const { verdicts } = await compare(...before, ...after);
    expect(verdicts).toMatchObject([{ kind: 'selective-refusal' }]);
  });

  test('rounds and names come from the reports where these contain them', async () => {
    const port = await openPort();
    const first = await Promise.all(
      ['a', 'b', 'c'].map((name) => take(`${name}-1.json`, [port.target, '--as', name])),
    );
    await port.close();
    const second = await Promise.all(
      ['a', 'b'].map((name) => take(`${name}-2.json`, [port.target, '--as', name, '--round', '2'])),
    );
    const { verdicts } = await compare(...second, ...first);
    expect(verdicts).toMatchObject([{ kind: 'remote-refusal', rounds: 2 }]);
    expect(verdicts[0]?.confidence).not.toBe('high');
    expect(verdicts[0]?.vantages.map(({ vantage, abstained }) => [vantage, abstained])).toEqual([
      ['a', undefined],
      ['b', undefined],
      ['c', 'no file has its report of round 2'],
    ]);
  });

  test('--expect says what is expected of all of them', async () => {
    const other = await closedPort();
    const file = await take('expected.json', [other.target]);
    expect((await compare(file)).status).toBe(1);
    expect((await compare(file, '--expect', 'refused')).status).toBe(0);
  });

  test('for a person, without the network', async () => {
    const file = await take('person.json', [open.target]);
    const { stdout, stderr, status } = await synwhere(['compare', file], { cwd: folder });
    expect(stdout).toMatch(/TARGET +person +VERDICT/);
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });
});
