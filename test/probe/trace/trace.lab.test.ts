import { spawnSync } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { filterProblemHere, labProblem } from '../../../lab/available.ts';
import { buildWorld, type RunResult, type World } from '../../../lab/build.ts';
import type { Trace } from '../../../functions/reachability/report.ts';
import { comparePaths } from '../../../functions/reachability/paths.ts';
import { CHAIN, probeAt, routerAddress, WWW } from '../../support/chain-world.ts';
import { requirement } from '../../support/requirements.ts';

const runnable = requirement('walks along real routers', labProblem() ?? filterProblemHere());
const PORT = 8000;
const FAMILIES = [4, 6] as const;

describe.skipIf(!runnable)('trace', () => {
  let world: World;

  beforeAll(async () => {
    world = await buildWorld(CHAIN);
  });
  afterEach(() => world.healAll());
  afterAll(() => world.close());

  /** Walks to both of the target's addresses at once, IPv4 first. */
  async function walks(port = PORT, from = 'near'): Promise<Trace[]> {
    const traces = FAMILIES.map((family) => ({ address: WWW[family], port }));
    const report = await probeAt(world, from, { targets: [], traces });
    expect(report.traces?.map(({ address }) => address)).toEqual(traces.map(({ address }) => address));
    for (const { hops, unavailable } of report.traces ?? []) {
      expect(unavailable).toBeUndefined();
      expect(hops.map(({ ttl }) => ttl)).toEqual(hops.map((_, index) => index + 1));
    }
    return report.traces ?? [];
  }

  /** Who answered what, hop by hop; routers by their names. */
  function way(trace: Trace): string[] {
    const names = new Map<string, string>([
      [WWW[4], 'www'],
      [WWW[6], 'www'],
    ]);
    for (const name of world.plan.routers.keys()) {
      for (const family of FAMILIES) names.set(routerAddress(world, name, family), name);
    }
    return trace.hops.map(({ from, answer }) => {
      if (from === undefined) return answer;
      const who = names.get(from) ?? from;
      return answer === 'time-exceeded' ? who : `${who}: ${answer}`;
    });
  }

  it('names every router of the true path, and the time each took', async () => {
    for (const trace of await walks()) {
      expect(way(trace)).toEqual(['r1', 'r2', 'r3', 'r4', 'r5', 'www: connected']);
      expect(trace.reached).toBe(true);
      for (const { elapsedMs } of trace.hops) expect(elapsedMs ?? 0).toBeLessThan(2000);
    }
  });

  it('ends where the target refuses', async () => {
    for (const trace of await walks(9)) {
      expect(way(trace)).toEqual(['r1', 'r2', 'r3', 'r4', 'r5', 'www: refused']);
      expect(trace.reached).toBe(true);
    }
  });

  it('goes past a silent router', async () => {
    await world.break('silent', { type: 'silent-router', at: 'r2' });
    for (const trace of await walks()) {
      expect(way(trace)).toEqual(['r1', 'silence', 'r3', 'r4', 'r5', 'www: connected']);
      expect(trace.reached).toBe(true);
    }
  });

  it('places a blackhole behind the third hop there, within seconds', async () => {
    await world.break('hole', { type: 'drop', at: 'r3', match: { to: 'www' } });
    const startedMs = performance.now();
    for (const trace of await walks()) {
      const [r1, r2, r3, ...rest] = way(trace);
      expect([r1, r2, r3]).toEqual(['r1', 'r2', 'r3']);
      expect(rest.length).toBeGreaterThan(0);
      expect(new Set(rest)).toEqual(new Set(['silence']));
      expect(trace.reached).toBe(false);
    }
    expect(performance.now() - startedMs).toBeLessThan(12_000);
  });

  it('names the router that forbids the way, at the hop behind the one at which it was seen', async () => {
    const no = { type: 'reject', at: 'r3', with: 'admin-prohibited', match: { to: 'www' } } as const;
    await world.break('no', no);
    for (const trace of await walks()) {
      expect(way(trace)).toEqual(['r1', 'r2', 'r3', 'r3: administratively-prohibited']);
      expect(trace.reached).toBe(false);
    }
  });

  it('names the router whose route forbids the way, at its own hop', async () => {
    await world.break('no', { type: 'route', at: 'r3', answer: 'prohibit', to: 'www' });
    for (const trace of await walks()) {
      expect(way(trace)).toEqual(['r1', 'r2', 'r3: administratively-prohibited']);
      expect(trace.reached).toBe(false);
    }
  });

  it('ends a routing loop instead of following it', async () => {
    await world.break('loop', { type: 'loop', between: ['r3', 'r4'], to: 'www' });
    for (const trace of await walks()) {
      expect(way(trace)).toEqual(['r1', 'r2', 'r3', 'r4', 'r3', 'r4', 'r3']);
      expect(trace.reached).toBe(false);
    }
  });

  it('shows a router that refuses in the name of the target nearer than the target', async () => {
    await world.break('impostor', { type: 'impostor', at: 'r2', to: 'www' });
    for (const trace of await walks()) expect(way(trace)).toEqual(['r1', 'www: refused']);
  });

  it('shows a port unreachable and a missing host by who reports them', async () => {
    await world.break('port', {
      type: 'reject',
      at: 'r4',
      with: 'port-unreachable',
      match: { to: 'www', port: PORT + 1 },
    });
    for (const trace of await walks(PORT + 1)) {
      expect(way(trace)).toEqual(['r1', 'r2', 'r3', 'r4', 'r4: port-unreachable']);
    }
    await world.break('gone', { type: 'host-gone', address: [WWW[4], WWW[6]] });
    expect((await walks()).map(way)).toEqual([
      ['r1', 'r2', 'r3', 'r4', 'r5', 'r5: host-unreachable'],
      ['r1', 'r2', 'r3', 'r4', 'r5', 'r5: address-unreachable'],
    ]);
  });

  it('loses no hop to routers that ration their ICMP errors as Linux does', async () => {
    const routers = [...world.plan.routers.keys()];
    const ration = (perErrorMs: number) =>
      Promise.all(
        routers.map((name) =>
          world.shell(
            name,
            `echo ${perErrorMs} >/proc/sys/net/ipv4/icmp_ratelimit; echo ${perErrorMs} >/proc/sys/net/ipv6/icmp/ratelimit`,
          ),
        ),
      );
    await ration(1000);
    try {
      // Unrationed, a router saves up no right to send errors: it has to, as any other has, before it is asked.
      await setTimeout(4000);
      const traces = [...FAMILIES, ...FAMILIES].map((family) => ({ address: WWW[family], port: PORT }));
      const report = await probeAt(world, 'near', { targets: [], traces });
      for (const trace of report.traces ?? []) {
        expect(way(trace)).toEqual(['r1', 'r2', 'r3', 'r4', 'r5', 'www: connected']);
      }
      await world.break('no', { type: 'reject', at: 'r3', with: 'admin-prohibited', match: { to: 'www' } });
      for (const trace of await walks()) {
        expect(way(trace)).toEqual(['r1', 'r2', 'r3', 'r3: administratively-prohibited']);
      }
    } finally {
      await ration(0);
    }
  });

  it('goes no further than it is told', async () => {
    const traces = [{ address: WWW[4], port: PORT, maxHops: 2 }];
    const { traces: [trace] = [] } = await probeAt(world, 'near', { targets: [], traces });
    expect(trace && way(trace)).toEqual(['r1', 'r2']);
    expect(trace?.reached).toBe(false);
  });

  it('says that no SYN left where this machine has no route', async () => {
    await world.break('own', { type: 'no-default-route', at: 'near', family: 4 });
    const traces = [{ address: WWW[4], port: PORT }];
    const { traces: [trace] = [] } = await probeAt(world, 'near', { targets: [], traces });
    expect(trace).toMatchObject({ hops: [], reached: false });
    expect(trace?.unavailable).toBe('no SYN left this machine: ENETUNREACH');
  });

  it('ends by its deadline with the hops known by then', async () => {
    await world.break('hole', { type: 'drop', at: 'r2', match: { to: WWW[4] } });
    const traces = [{ address: WWW[4], port: PORT }];
    const report = await probeAt(world, 'near', { targets: [], traces, deadlineMs: 1500 });
    expect(report.elapsedMs).toBeLessThan(3500);
    expect(report.traces?.map(way)).toEqual([['r1', 'r2']]);
  });

  it('compared with the walk of one that connects, shows what is missing', async () => {
    await world.break('hole', { type: 'drop', at: 'r3', match: { from: 'near', to: WWW[4] } });
    const [[failing], [open]] = await Promise.all([walks(PORT, 'near'), walks(PORT, 'side')]);
    if (!failing || !open) throw new Error('no walk');
    const [finding] = comparePaths([
      { vantage: 'side', connects: true, trace: open },
      { vantage: 'near', connects: false, trace: failing },
    ]);
    const [r3, r4] = ['r3', 'r4'].map((name) => routerAddress(world, name, 4));
    expect(finding).toMatchObject({ vantage: 'near', lastHop: r3, firstMissing: r4 });
    expect(finding?.words).toBe(
      `near gets no further than ${r3}, as far as routers answer; side goes on to ${r4}`,
    );
  });

  function synwhere(...args: string[]): Promise<RunResult> {
    return world.run('near', [process.execPath, 'cli/main.ts', 'trace', ...args], { timeoutMs: 40_000 });
  }

  describe('synwhere trace', () => {
    it('prints a line per hop, and exits by whether the way is open', async () => {
      await world.break('silent', { type: 'silent-router', at: 'r2' });
      const { status, stdout, stderr } = await synwhere(`${WWW[4]}:${PORT}`);
      expect(stderr).toBe('');
      const [head, ...hops] = stdout.trimEnd().split('\n');
      expect(head).toBe(`here to ${WWW[4]}:${PORT}`);
      expect(hops).toHaveLength(6);
      expect(hops[0]).toMatch(/^ {2}1 {2}10\.100\.\d+\.1 +\d+\.\d ms/);
      expect(hops[1]).toMatch(/^ {2}2 {2}- +silence$/);
      expect(hops[5]).toMatch(/^ {2}6 {2}203\.0\.113\.10 +(\d+\.\d ms)? +connected$/);
      expect(status).toBe(0);
      expect((await synwhere(`[${WWW[6]}]:9`)).status).toBe(1);
    });

    it('walks from vantages behind commands, and compares them', async () => {
      await world.break('hole', { type: 'drop', at: 'r3', match: { from: 'near', to: WWW[4] } });
      const command = (place: string) =>
        `${place}=${world.commandFor(place)} ${process.execPath} cli/main.ts probe -`;
      const args = ['cli/main.ts', 'trace', `${WWW[4]}:${PORT}`, '--json'];
      const vantages = ['near', 'side'].flatMap((place) => ['--vantage', command(place)]);
      const { status, stdout } = spawnSync(
        process.execPath,
        [...args, ...vantages, '--vantage', 'dead=exit 7'],
        { encoding: 'utf8', timeout: 40_000 },
      );
      const said: unknown = JSON.parse(stdout);
      expect(said).toMatchObject({
        vantages: [
          { vantage: 'near', traces: [{ reached: false }] },
          { vantage: 'side', traces: [{ reached: true }] },
          { vantage: 'dead', traces: [] },
        ],
        findings: [{ vantage: 'near', lastHop: routerAddress(world, 'r3', 4) }],
      });
      expect(status).toBe(1);
    });

    it.each([
      [['203.0.113.10'], 'the port is missing'],
      [['203.0.113.10:1', '--max-hops', '0'], '--max-hops 0: write a number from 1 to 64'],
    ])('%j is wrong usage', async (args, words) => {
      const { status, stderr } = await synwhere(...args);
      expect(stderr).toContain(words);
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
      expect(status).toBe(2);
    });
  });
});
