import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { check } from '../../../functions/aggregator/check/check.ts';
import { commandVantage } from '../../../functions/aggregator/vantages/command.ts';
import type { Vantage } from '../../../functions/aggregator/vantages/vantage.ts';
import type { ProbeRequest } from '../../../functions/reachability/request.ts';
import type { Verdict } from '../../../functions/reachability/verdict.ts';
import { labProblem } from '../../../lab/available.ts';
import { buildWorld, type World } from '../../../lab/build.ts';
import type { WorldSpec } from '../../../lab/world.ts';
import { routerAddress } from '../../support/chain-world.ts';
import { requirement } from '../../support/requirements.ts';

const runnable = requirement('walks of a check', labProblem());

const NAMES = ['lima', 'oslo', 'rome', 'wien'];
const WWW = '203.0.113.10';
const TARGET = { host: WWW, port: 8000 };

/** Four vantages, each behind its own access router, a core router, and the target behind a border router. */
const WORLD: WorldSpec = {
  routers: [
    ...NAMES.map((name) => ({ name: `edge-${name}`, links: ['core'] })),
    { name: 'core', links: ['border'] },
    { name: 'border' },
  ],
  vantages: NAMES.map((name) => ({ name, router: `edge-${name}` })),
  networks: [
    {
      name: 'acme',
      router: 'border',
      prefix4: '203.0.113.0/24',
      hosts: [{ name: 'www', addresses: [WWW], services: { 8000: 'open' } }],
    },
  ],
};

describe.skipIf(!runnable)('a check with traces', () => {
  let world: World;

  beforeAll(async () => {
    world = await buildWorld(WORLD);
  });
  afterEach(() => world.healAll());
  afterAll(() => world.close());

  async function checkNow(env = '', options: { traces?: boolean; deadlineMs?: number } = { traces: true }) {
    const asked: { vantage: string; request: ProbeRequest }[] = [];
    const tracing: string[][] = [];
    const started = performance.now();
    const vantages = NAMES.map((name): Vantage => {
      const line = `${env} ${world.commandFor(name)} '${process.execPath}' cli/main.ts probe -`;
      const vantage = commandVantage(name, line);
      return {
        name,
        probe(request, signal) {
          asked.push({ vantage: name, request });
          return vantage.probe(request, signal);
        },
      };
    });
    const [verdict] = await check({
      targets: [TARGET],
      vantages,
      onTracing: (names) => tracing.push(names),
      ...options,
    });
    if (!verdict) throw new Error('no verdict');
    const tracers = asked.filter(({ request }) => request.traces).map(({ vantage }) => vantage);
    return { verdict, requests: asked.length, tracers, tracing, elapsedMs: performance.now() - started };
  }

  it('reports where the path of the failing vantage ends, and traces two that connect', async () => {
    await world.break('hole', { type: 'route', at: 'core', answer: 'blackhole', to: 'www', from: 'oslo' });
    const { verdict, tracers, tracing } = await checkNow();
    expect(verdict).toMatchObject({ kind: 'local-routing-issue', rounds: 2 });
    const edge = routerAddress(world, 'edge-oslo', 4);
    const core = routerAddress(world, 'core', 4);
    expect(walked(verdict)).toEqual([
      `Trace to ${WWW}: the last router that replied to oslo's trace is ${edge}; the others continue to ${core}.`,
    ]);
    expect(tracers.toSorted()).toEqual(['lima', 'oslo', 'rome']);
    expect(tracing).toEqual([['lima', 'oslo', 'rome']]);
    expect(
      verdict.vantages.map(({ vantage, traces }) => [vantage, traces?.map(({ reached }) => reached)]),
    ).toEqual([
      ['lima', [true]],
      ['oslo', [false]],
      ['rome', [true]],
      ['wien', undefined],
    ]);
  });

  it('reports which hop refuses instead of the target', async () => {
    await world.break('impostor', { type: 'impostor', at: 'edge-rome', to: 'www' });
    const { verdict } = await checkNow();
    expect(verdict.kind).toBe('selective-refusal');
    expect(walked(verdict)).toHaveLength(1);
    expect(walked(verdict)[0]).toMatch(
      /^Trace to 203\.0\.113\.10: rome gets a refusal with the source address /,
    );
  });

  it('traces nothing if the verdict is not about a path', async () => {
    const { verdict, requests } = await checkNow();
    expect(verdict.kind).toBe('reachable');
    expect(requests).toBe(NAMES.length);
  });

  it('traces nothing if it is not asked to or no vantage can, and ends within its deadline', async () => {
    await world.break('hole', { type: 'route', at: 'core', answer: 'blackhole', to: 'www', from: 'oslo' });
    const [unasked, unable, limited] = await Promise.all([
      checkNow('', {}),
      checkNow('SYNWHERE_KERNEL_EVIDENCE=off'),
      checkNow('', { traces: true, deadlineMs: 16_000 }),
    ]);
    for (const { verdict, tracers, tracing } of [unasked, unable]) {
      expect(verdict.kind).toBe('local-routing-issue');
      expect(walked(verdict)).toEqual([]);
      expect(verdict.vantages.flatMap(({ traces }) => traces ?? [])).toEqual([]);
      expect([tracers, tracing]).toEqual([[], []]);
    }
    expect(limited.elapsedMs).toBeLessThan(17_000);
  }, 60_000);
});

function walked(verdict: Verdict): string[] {
  return verdict.because.filter((fact) => fact.startsWith('Trace to'));
}
