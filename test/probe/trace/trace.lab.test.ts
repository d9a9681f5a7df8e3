import { spawnSync } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { filterProblemHere, labProblem } from '../../../lab/available.ts';
import { buildWorld, type RunResult, type World } from '../../../lab/build.ts';
import type { Trace } from '../../../functions/reachability/report.ts';
import { comparePaths } from '../../../functions/reachability/paths.ts';
import { CHAIN, probeAt, routerAddress, WWW } from '../../support/chain-world.ts';
import { requirement } from '../../support/requirements.ts';

const runnable = requirement('traces through real routers', labProblem() ?? filterProblemHere());
const PORT = 8000;
const FAMILIES = [4, 6] as const;

describe.skipIf(!runnable)('trace', () => {
  let world: World;

  beforeAll(async () => {
    world = await buildWorld(CHAIN);
  });
  afterEach(() => world.healAll());
  afterAll(() => world.close());

  /** Traces to both addresses of the target in parallel, IPv4 first. */
  async function traceBoth(port = PORT, from = 'near'): Promise<Trace[]> {
    const traces = FAMILIES.map((family) => ({ address: WWW[family], port }));
    const report = await probeAt(world, from, { targets: [], traces });
    expect(report.traces?.map(({ address }) => address)).toEqual(traces.map(({ address }) => address));
    for (const { hops, unavailable } of report.traces ?? []) {
      expect(unavailable).toBeUndefined();
      expect(hops.map(({ ttl }) => ttl)).toEqual(hops.map((_, index) => index + 1));
    }
    return report.traces ?? [];
  }

  /** The answer of each hop, routers by their names. */
  function hopsOf(trace: Trace): string[] {
    const names = new Map<string, string>([
      [WWW[4], 'www'],
      [WWW[6], 'www'],
    ]);
    for (const name of world.plan.routers.keys()) {
      for (const family of FAMILIES) names.set(routerAddress(world, name, family), name);
    }
    return trace.hops.map(({ from, answer }) => {
      if (from === undefined) return answer;
      const sender = names.get(from) ?? from;
      return answer === 'time-exceeded' ? sender : `${sender}: ${answer}`;
    });
  }

  it('reports every router of the path, and the time of each', async () => {
    for (const trace of await traceBoth()) {
      expect(hopsOf(trace)).toEqual(['r1', 'r2', 'r3', 'r4', 'r5', 'www: connected']);
      expect(trace.reached).toBe(true);
      for (const { elapsedMs } of trace.hops) expect(elapsedMs ?? 0).toBeLessThan(2000);
    }
  });

  it('ends at a target that refuses', async () => {
    for (const trace of await traceBoth(9)) {
      expect(hopsOf(trace)).toEqual(['r1', 'r2', 'r3', 'r4', 'r5', 'www: refused']);
      expect(trace.reached).toBe(true);
    }
  });

  it('continues behind a silent router', async () => {
    await world.break('silent', { type: 'silent-router', at: 'r2' });
    for (const trace of await traceBoth()) {
      expect(hopsOf(trace)).toEqual(['r1', 'silence', 'r3', 'r4', 'r5', 'www: connected']);
      expect(trace.reached).toBe(true);
    }
  });

  it('reports silence behind the third hop where that router drops packets, within seconds', async () => {
    await world.break('hole', { type: 'drop', at: 'r3', match: { to: 'www' } });
    const startedMs = performance.now();
    for (const trace of await traceBoth()) {
      const [r1, r2, r3, ...rest] = hopsOf(trace);
      expect([r1, r2, r3]).toEqual(['r1', 'r2', 'r3']);
      expect(rest.length).toBeGreaterThan(0);
      expect(new Set(rest)).toEqual(new Set(['silence']));
      expect(trace.reached).toBe(false);
    }
    expect(performance.now() - startedMs).toBeLessThan(12_000);
  });

  it('reports the router that rejects the SYNs, at the hop after its own', async () => {
    const rejection = { type: 'reject', at: 'r3', with: 'admin-prohibited', match: { to: 'www' } } as const;
    await world.break('reject', rejection);
    for (const trace of await traceBoth()) {
      expect(hopsOf(trace)).toEqual(['r1', 'r2', 'r3', 'r3: administratively-prohibited']);
      expect(trace.reached).toBe(false);
    }
  });

  it('reports the router whose route rejects the SYNs, at its own hop', async () => {
    await world.break('reject', { type: 'route', at: 'r3', answer: 'prohibit', to: 'www' });
    for (const trace of await traceBoth()) {
      expect(hopsOf(trace)).toEqual(['r1', 'r2', 'r3: administratively-prohibited']);
      expect(trace.reached).toBe(false);
    }
  });

  it('ends at a routing loop', async () => {
    await world.break('loop', { type: 'loop', between: ['r3', 'r4'], to: 'www' });
    for (const trace of await traceBoth()) {
      expect(hopsOf(trace)).toEqual(['r1', 'r2', 'r3', 'r4', 'r3', 'r4', 'r3']);
      expect(trace.reached).toBe(false);
    }
  });

  it('reports an RST that a router sends with the address of the target at the hop of that router', async () => {
    await world.break('impostor', { type: 'impostor', at: 'r2', to: 'www' });
    for (const trace of await traceBoth()) expect(hopsOf(trace)).toEqual(['r1', 'www: refused']);
  });

  it('reports the router that sends port unreachable or host unreachable', async () => {
    await world.break('port', {
      type: 'reject',
      at: 'r4',
      with: 'port-unreachable',
      match: { to: 'www', port: PORT + 1 },
    });
    for (const trace of await traceBoth(PORT + 1)) {
      expect(hopsOf(trace)).toEqual(['r1', 'r2', 'r3', 'r4', 'r4: port-unreachable']);
    }
    await world.break('gone', { type: 'host-gone', address: [WWW[4], WWW[6]] });
    expect((await traceBoth()).map(hopsOf)).toEqual([
      ['r1', 'r2', 'r3', 'r4', 'r5', 'r5: host-unreachable'],
      ['r1', 'r2', 'r3', 'r4', 'r5', 'r5: address-unreachable'],
    ]);
  });

  it('reports every hop where routers limit their ICMP errors as Linux does', async () => {
    const routers = [...world.plan.routers.keys()];
    const limitRate = (perErrorMs: number) =>
      Promise.all(
        routers.map((name) =>
          world.shell(
            name,
            `echo ${perErrorMs} >/proc/sys/net/ipv4/icmp_ratelimit; echo ${perErrorMs} >/proc/sys/net/ipv6/icmp/ratelimit`,
          ),
        ),
      );
    await limitRate(1000);
    try {
      // A router without a limit collects no tokens. The tokens of a real router are complete before a trace starts.
      await setTimeout(4000);
      const traces = [...FAMILIES, ...FAMILIES].map((family) => ({ address: WWW[family], port: PORT }));
      const report = await probeAt(world, 'near', { targets: [], traces });
      for (const trace of report.traces ?? []) {
        expect(hopsOf(trace)).toEqual(['r1', 'r2', 'r3', 'r4', 'r5', 'www: connected']);
      }
      await world.break('reject', {
        type: 'reject',
        at: 'r3',
        with: 'admin-prohibited',
        match: { to: 'www' },
      });
      for (const trace of await traceBoth()) {
        expect(hopsOf(trace)).toEqual(['r1', 'r2', 'r3', 'r3: administratively-prohibited']);
      }
    } finally {
      await limitRate(0);
    }
  });

  it('ends at maxHops', async () => {
    const traces = [{ address: WWW[4], port: PORT, maxHops: 2 }];
    const { traces: [trace] = [] } = await probeAt(world, 'near', { targets: [], traces });
    expect(trace && hopsOf(trace)).toEqual(['r1', 'r2']);
    expect(trace?.reached).toBe(false);
  });

  it('reports that no SYN left where this machine has no route', async () => {
    await world.break('own', { type: 'no-default-route', at: 'near', family: 4 });
    const traces = [{ address: WWW[4], port: PORT }];
    const { traces: [trace] = [] } = await probeAt(world, 'near', { targets: [], traces });
    expect(trace).toMatchObject({ hops: [], reached: false });
    expect(trace?.unavailable).toBe('no SYN left this machine: ENETUNREACH');
  });

  it('ends at its deadline with the hops known by then', async () => {
    await world.break('hole', { type: 'drop', at: 'r2', match: { to: WWW[4] } });
    const traces = [{ address: WWW[4], port: PORT }];
    const report = await probeAt(world, 'near', { targets: [], traces, deadlineMs: 1500 });
    expect(report.elapsedMs).toBeLessThan(3500);
    expect(report.traces?.map(hopsOf)).toEqual([['r1', 'r2']]);
  });

  it('shows the missing hop when compared with the trace of a vantage that connects', async () => {
    await world.break('hole', { type: 'drop', at: 'r3', match: { from: 'near', to: WWW[4] } });
    const [[failing], [open]] = await Promise.all([traceBoth(PORT, 'near'), traceBoth(PORT, 'side')]);
    if (!failing || !open) throw new Error('no trace');
    const [finding] = comparePaths([
      { vantage: 'side', connects: true, trace: open },
      { vantage: 'near', connects: false, trace: failing },
    ]);
    const [r3, r4] = ['r3', 'r4'].map((name) => routerAddress(world, name, 4));
    expect(finding).toMatchObject({ vantage: 'near', lastHop: r3, firstMissing: r4 });
    expect(finding?.words).toBe(
      `the last router that replied to near's trace is ${r3}; side continues to ${r4}`,
    );
  });

  function synwhere(...args: string[]): Promise<RunResult> {
    return world.run('near', [process.execPath, 'cli/main.ts', 'trace', ...args], { timeoutMs: 40_000 });
  }

  describe('synwhere trace', () => {
    it('prints one line for each hop; its exit status is 0 where the target connects', async () => {
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

    it('traces from vantages behind commands, and compares the traces', async () => {
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
      const printed: unknown = JSON.parse(stdout);
      expect(printed).toMatchObject({
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
