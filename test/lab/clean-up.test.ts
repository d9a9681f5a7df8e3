import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { labProblem } from '../../lab/available.ts';
import { buildWorld } from '../../lab/build.ts';
import { requirement } from '../support/requirements.ts';
import { childrenNamed, processesIn, SMALL_WORLD, standing, untilGone } from './standing.ts';

const canRun = requirement('the end of worlds', labProblem());

describe.skipIf(!canRun)('a world leaves nothing behind', { timeout: 60_000 }, () => {
  it('when it is closed, with commands still running in it', async () => {
    const world = await buildWorld(SMALL_WORLD);
    const namespaces = standing(world);
    expect(namespaces).toHaveLength(6);
    const command = world.spawn('here', ['sleep', '600']);
    const ended = once(command, 'close');
    // The keeper, a shell for each place, the command, and the nsenter that waits for it outside.
    expect(processesIn(namespaces).length).toBeGreaterThanOrEqual(4);
    await world.close();
    await ended;
    expect(await untilGone(namespaces)).toEqual([]);
    await expect(world.shell('here', 'true')).rejects.toThrow('this world has ended');
    await world.close();
  });

  it.each(['with', 'without'])('when its owner is killed, %s a PID namespace', async (how) => {
    const shim = await mkdtemp(join(tmpdir(), 'synwhere-shim-'));
    try {
      // As some containers are: unshare(1) works, but not for PID namespaces.
      const refuse = 'case "$*" in *--pid*) exit 1;; esac';
      const real = execFileSync('sh', ['-c', 'command -v unshare'], { encoding: 'utf8' }).trim();
      await writeFile(join(shim, 'unshare'), `#!/bin/sh\n${refuse}\nexec ${real} "$@"\n`, { mode: 0o755 });
      const path = how === 'with' ? process.env['PATH'] : `${shim}:${process.env['PATH']}`;
      const script = fileURLToPath(new URL('./owner.ts', import.meta.url));
      const owner = spawn(process.execPath, [script], {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, PATH: path },
      });
      const [line]: string[] = await once(createInterface({ input: owner.stdout }), 'line');
      const namespaces: string[] = JSON.parse(line ?? '');
      expect(namespaces).toHaveLength(6);
      expect(processesIn(namespaces).length).toBeGreaterThanOrEqual(4);
      owner.kill('SIGKILL');
      await once(owner, 'close');
      expect(await untilGone(namespaces)).toEqual([]);
    } finally {
      await rm(shim, { recursive: true });
    }
  });

  it('when its time is over', async () => {
    const world = await buildWorld({ ...SMALL_WORLD, maxLifetimeMs: 1500 });
    expect(await untilGone(standing(world))).toEqual([]);
    await expect(world.break('anything', { type: 'no-default-route', at: 'here' })).rejects.toThrow(
      'this world has ended',
    );
    await world.close();
  });

  it('when it cannot be built', async () => {
    const lan = { name: 'lan', router: 'edge', prefix4: '203.0.113.0/99', hosts: [] };
    await expect(buildWorld({ ...SMALL_WORLD, networks: [lan] })).rejects.toThrow('lab: a command in');
    expect(childrenNamed('unshare')).toEqual([]);
  });
});
