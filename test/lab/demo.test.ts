import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { KINDS } from '../../functions/reachability/words.ts';
import type { Verdict } from '../../functions/reachability/verdict.ts';
import type { Kind } from '../../functions/reachability/words.ts';
import { filterProblemHere, labProblem } from '../../lab/available.ts';
import { demoScene } from '../../lab/catalogue/demo.ts';
import { OFFLINE } from '../../lab/catalogue/situation.ts';
import { requirement } from '../support/requirements.ts';
import { childrenNamed, commandOf, namespacesBelow, processesIn, untilGone } from './standing.ts';

const COMMAND = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
const WITHIN_MS = 90_000;

interface Ended {
  status: number;
  stdout: string;
  stderr: string;
}

interface JsonResult {
  planted: string;
  expected: Kind;
  right: boolean;
  verdict: Verdict;
}

function runDemo(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const options = { env, timeout: WITHIN_MS, maxBuffer: 64 * 1024 * 1024 };
    execFile(process.execPath, [COMMAND, 'demo', ...args], options, (error, stdout, stderr) => {
      if (error && typeof error.code !== 'number') reject(error);
      else resolve({ status: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}

const canRun = requirement('the demo in the lab', labProblem());
const canFilter = canRun && requirement('all of the demo', filterProblemHere());

describe.skipIf(!canRun)('the demo', () => {
  it(
    'ends by itself with every verdict correct, and shows every kind',
    { timeout: WITHIN_MS + 10_000 },
    async () => {
      const { status, stdout, stderr } = await runDemo(['--json']);
      const { results }: { results: JsonResult[] } = JSON.parse(stdout);
      expect(results.filter(({ right }) => !right)).toEqual([]);
      expect(status, stderr).toBe(0);
      const reported = stderr.split('\n');
      const leftOut = /^4 cases are left out: faults by packet filter .+; (install|load) .+$/;
      if (!canFilter) expect(reported.shift()).toMatch(leftOut);
      expect(reported).toEqual([
        expect.stringMatching(/^An internet of 6 cities and 12 routers .* faults in it\.$/),
        '',
      ]);
      const kinds = new Set(results.map(({ verdict }) => verdict.kind));
      expect([...kinds].toSorted()).toEqual(KINDS.toSorted());
      expect(results.length).toBeGreaterThanOrEqual(canFilter ? 20 : 15);
      expect(results).toHaveLength(demoScene().cases.length);
      const common = results.filter(({ verdict }) => verdict.vantages.length === 6);
      expect(common.length).toBeGreaterThanOrEqual(15);
      for (const { verdict } of common) {
        const abstaining = verdict.vantages.filter(({ counted }) => !counted);
        expect(abstaining).toMatchObject([{ vantage: OFFLINE, fault: 'vantage' }]);
        expect(abstaining[0]?.abstained).toContain('controls failed');
      }
    },
  );

  it('ends at once on Ctrl-C, and leaves nothing behind', { timeout: 60_000 }, async () => {
    const running = spawn(process.execPath, [COMMAND, 'demo'], { stdio: ['ignore', 'pipe', 'pipe'] });
    for await (const line of createInterface({ input: running.stderr })) {
      // The demo prints this line when the faults are planted. Without nftables, another line comes first.
      if (line.startsWith('An internet of ')) break;
    }
    running.stderr.resume();
    const [keeper] = childrenNamed('unshare', running.pid);
    const namespaces = keeper === undefined ? [] : namespacesBelow(keeper);
    expect(namespaces).toHaveLength(2);
    const probes = () => processesIn(namespaces).filter((pid) => commandOf(pid).includes('\0probe\0'));
    await expect.poll(() => probes().length, { timeout: 20_000 }).toBeGreaterThan(0);
    const began = performance.now();
    running.kill('SIGINT');
    expect(await once(running, 'close')).toEqual([130, null]);
    expect(performance.now() - began).toBeLessThan(5000);
    expect(await untilGone(namespaces)).toEqual([]);
  });
});

describe('the demo without namespaces', () => {
  it('reports that in one line and shows what loopback can', async () => {
    // A machine without unshare(1): its PATH has only the shell.
    const bin = await mkdtemp(join(tmpdir(), 'synwhere-path-'));
    try {
      await symlink('/bin/sh', join(bin, 'sh'));
      const { status, stdout, stderr } = await runDemo([], { ...process.env, PATH: bin });
      expect(stderr).toMatch(/^the lab needs [^\n]+; (install|run) [^\n]+ What loopback can show:\n$/);
      const lines = stdout.trimEnd().split('\n');
      expect(lines.slice(1, -2).map((line) => line.split(/ {2,}/))).toEqual([
        ['✓', expect.stringMatching(/^127\.0\.0\.1:\d+$/), 'nothing', 'reachable'],
        ['✓', expect.anything(), 'nothing listens at this port', 'remote-refusal'],
        ['✓', expect.anything(), 'the service closes every connection at once', 'accepts-then-closes'],
        ['✓', expect.anything(), 'nothing, but every probe crashes', 'insufficient-data'],
      ]);
      expect(lines.at(-1)).toBe('4 of 4 verdicts are correct; they show 4 of the 14 kinds of verdict.');
      expect(status).toBe(0);
      const explained = await runDemo(['--reasons'], { ...process.env, PATH: bin });
      expect(explained.stdout).toMatch(/Because\n +- /);
      expect(explained.stdout).toContain('Not ruled out\n');
      expect(stdout).not.toContain('Because\n');
    } finally {
      await rm(bin, { recursive: true });
    }
  });
});
