import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { filterProblemHere, labProblem } from '../../lab/available.ts';
import { buildWorld } from '../../lab/build.ts';
import type { World } from '../../lab/build.ts';
import { answerOf } from '../../lab/catalogue/plants.ts';
import { HOSTS } from '../../lab/world.ts';
import type { PlantedFault, HostSpec, WorldSpec } from '../../lab/world.ts';
import { requirement } from '../support/requirements.ts';
import type { Dial, DialResult } from './dial.ts';
import { BY_FILTER, BY_ROUTE, WELL } from './fault-rows.ts';
import type { FaultRow } from './fault-rows.ts';
import { runScript } from './inside.ts';
import type { LookUp, LookUpResult } from './look-up.ts';

const A = '203.0.113.10';
const B = '2001:db8:f::10';
const OTHER = '198.51.100.10';

/** A host for each of the faults that are on at the same time. */
const SPARE: HostSpec[] = Array.from({ length: 12 }, (_, index) => ({
  name: `spare-${index}`,
  addresses: [`203.0.113.${100 + index}`, `2001:db8:f::${100 + index}`],
  services: { 80: 'open' },
}));

const WORLD: WorldSpec = {
  routers: [
    { name: 'edge-near', links: ['core'] },
    { name: 'edge-far', links: ['core'] },
    { name: 'core', links: ['border'] },
    { name: 'border' },
  ],
  vantages: [
    { name: 'near', router: 'edge-near' },
    { name: 'far', router: 'edge-far' },
    { name: 'old', router: 'edge-far', families: [4] },
  ],
  networks: [
    {
      name: 'lan',
      router: 'border',
      prefix4: '203.0.113.0/24',
      prefix6: '2001:db8:f::/64',
      hosts: [
        {
          name: 'web',
          addresses: [A, B],
          services: {
            80: 'open',
            81: 'accept-then-reset',
            82: 'accept-then-close',
            83: 'full-queue',
            84: 'banner',
          },
        },
        ...SPARE,
      ],
    },
    {
      name: 'other',
      router: 'core',
      prefix4: '198.51.100.0/24',
      hosts: [{ name: 'second', addresses: [OTHER], services: { 80: 'open' } }],
    },
  ],
  names: [
    { name: 'web.example', answer: { a: [A], aaaa: [B] } },
    { name: 'four.example', answer: { a: [A] } },
    { name: 'lies.example', answer: { a: [A] }, perVantage: { far: { a: ['192.0.2.66'] } } },
    { name: 'broken.example', answer: 'servfail' },
    { name: 'closed.example', answer: 'refused' },
    { name: 'mute.example', answer: 'silence' },
    { name: 'slow.example', answer: { a: [A], delayMs: 300 } },
    { name: 'turning.example', answer: 'nxdomain', inTurn: [{ a: [A] }, { a: [OTHER] }, 'nxdomain'] },
  ],
  faults: { known: { type: 'route', at: 'edge-near', answer: 'blackhole', to: 'web' } },
};

const canRun = requirement('worlds in network namespaces', labProblem());
const canFilter = canRun && requirement('faults by packet filter', filterProblemHere());

describe.skipIf(!canRun)('a world', { timeout: 60_000 }, () => {
  let world: World;
  beforeAll(async () => {
    world = await buildWorld(WORLD);
  });
  afterEach(() => world.healAll());
  afterAll(() => world.close());

  const dial = async (from: string, ...to: [string, number][]): Promise<DialResult[]> => {
    const wanted: Dial[] = to.map(([host, port]) => ({ host, port }));
    return runScript(world, from, './dial.ts', wanted);
  };
  const came = async (from: string, ...to: [string, number][]) =>
    (await dial(from, ...to)).map((result) => result.came);

  it('carries connections over both families, and every service behaves as described', async () => {
    const both = (port: number): [string, number][] => [
      [A, port],
      [B, port],
    ];
    expect(await came('near', ...[80, 81, 82, 83, 84, 99].flatMap(both))).toEqual(
      ['connected', 'ECONNRESET', 'closed', 'silent', 'greeted', 'ECONNREFUSED'].flatMap((each) => [
        each,
        each,
      ]),
    );
    expect(await came('far', [A, 80], [OTHER, 80])).toEqual(['connected', 'connected']);
  });

  it('gives a vantage only the families that it has', async () => {
    expect(await came('old', [A, 80], [B, 80])).toEqual(['connected', 'ENETUNREACH']);
  });

  it('has no host at other addresses of the LANs', async () => {
    const results = await dial('near', ['203.0.113.99', 80], ['2001:db8:f::99', 80], ['10.1.0.77', 80]);
    for (const result of results) {
      expect(result.came).toBe('EHOSTUNREACH');
      expect(result.elapsedMs).toBeGreaterThan(2000);
    }
  });

  it('answers names for each vantage as described', async () => {
    const lookUps: LookUp[] = [
      { name: 'web.example', type: 'A' },
      { name: 'web.example', type: 'AAAA' },
      { name: 'four.example', type: 'AAAA' },
      { name: 'lies.example', type: 'A' },
      { name: 'nowhere.example', type: 'A' },
      { name: 'broken.example', type: 'A' },
      { name: 'closed.example', type: 'A' },
      { name: 'mute.example', type: 'A' },
      ...Array.from({ length: 4 }, (): LookUp => ({ name: 'turning.example', type: 'A' })),
    ];
    const ask = async (from: string) =>
      (await runScript<LookUpResult[]>(world, from, './look-up.ts', lookUps)).map((result) => result.came);
    const [near, far] = await Promise.all([ask('near'), ask('far')]);
    const usual = ['ENOTFOUND', 'ESERVFAIL', 'EREFUSED', 'ETIMEOUT'];
    const turns = [[A], [OTHER], 'ENOTFOUND', 'ENOTFOUND'];
    expect(near).toEqual([[A], [B], 'ENODATA', [A], ...usual, ...turns]);
    expect(far).toEqual([[A], [B], 'ENODATA', ['192.0.2.66'], ...usual, ...turns]);
    const slow = await runScript<LookUpResult[]>(world, 'near', './look-up.ts', [
      { name: 'slow.example', type: 'A' },
    ]);
    expect(slow[0]?.came).toEqual([A]);
    expect(slow[0]?.elapsedMs).toBeGreaterThanOrEqual(290);
  });

  /** Every fault has its own host, so all are on at the same time. */
  const showAndHeal = async (rows: FaultRow[]) => {
    const hosts = SPARE.slice(0, rows.length);
    const seenFrom = async (from: string) => {
      const to = hosts.flatMap(({ addresses }) =>
        addresses.map((address): [string, number] => [address, 80]),
      );
      const all = await came(from, ...to);
      return rows.map(([name], index) => `${name}: ${all.slice(2 * index, 2 * index + 2).join(' ')}`);
    };
    const seen = async () => ({ near: await seenFrom('near'), far: await seenFrom('far') });
    for (const [index, [name, plant]] of rows.entries()) {
      const host = hosts[index];
      if (!host) throw new Error(`no host for: ${name}`);
      const { a: v4 = [], aaaa: v6 = [] } = answerOf(host.addresses);
      await world.break(name, plant({ network: 'lan', to: host.name, name: '', port: 80, v4, v6 }));
    }
    expect(await seen()).toEqual({
      near: rows.map(([name, , near]) => `${name}: ${near}`),
      far: rows.map(([name, , , far]) => `${name}: ${far}`),
    });
    await world.healAll();
    const healed = rows.map(([name]) => `${name}: ${WELL}`);
    expect(await seen()).toEqual({ near: healed, far: healed });
  };

  it('shows every fault that routes can do, and heals it', () => showAndHeal(BY_ROUTE));

  const seenByBoth = async () => {
    const [near, far] = await Promise.all([came('near', [A, 80], [B, 80]), came('far', [A, 80], [B, 80])]);
    return [near.join(' '), far.join(' ')];
  };

  it('shows faults of a whole place, and heals them', async () => {
    const faults: [fault: PlantedFault, near: string, far: string][] = [
      [{ type: 'no-default-route', at: 'near', family: 6 }, 'connected ENETUNREACH', WELL],
      [{ type: 'link-down', at: 'near', link: 'uplink' }, 'ENETUNREACH ENETUNREACH', WELL],
      [{ type: 'link-down', at: 'edge-far', link: 'core' }, WELL, 'ENETUNREACH ENETUNREACH'],
    ];
    for (const [fault, near, far] of faults) {
      await world.break('planted', fault);
      expect(await seenByBoth()).toEqual([near, far]);
      await world.heal('planted');
      expect(await seenByBoth()).toEqual([WELL, WELL]);
    }
  });

  describe.skipIf(!canFilter)('with a packet filter', () => {
    it('shows every fault, and heals it', () => showAndHeal(BY_FILTER));

    it('loses first SYNs, breaks one of two paths by source port, and silences a router', async () => {
      await world.break('first', { type: 'lose-syns', at: 'border', every: 'first', match: { to: A } });
      await world.break('half', { type: 'drop', at: 'core', match: { to: B, sourcePorts: 'odd' } });
      await world.break('lost', { type: 'route', at: 'core', answer: 'no-route', to: OTHER });
      await world.break('mute', { type: 'silent-router', at: 'core' });
      const dials: Dial[] = [
        { host: A, port: 80 },
        { host: OTHER, port: 80 },
        ...[41_001, 41_002, 41_003, 41_004].map((localPort) => ({ host: B, port: 80, localPort })),
      ];
      const results = await runScript<DialResult[]>(world, 'near', './dial.ts', dials);
      expect(results.map((result) => result.came)).toEqual([
        'connected',
        'silent',
        'silent',
        'connected',
        'silent',
        'connected',
      ]);
      expect(results[0]?.elapsedMs).toBeGreaterThan(950);
    });
  });

  it('switches its faults by name, and rejects other names in one line', async () => {
    await world.break('known');
    expect(world.broken).toEqual(['known']);
    await expect(world.break('known')).rejects.toThrow('the fault known is already on');
    await world.heal('known');
    await expect(world.heal('known')).rejects.toThrow('the fault known is not on');
    const unknown = 'there is no fault called unknown; there are known';
    await expect(world.break('unknown')).rejects.toThrow(unknown);
    await expect(world.heal('unknown')).rejects.toThrow(unknown);
    const nowhere: PlantedFault = { type: 'route', at: 'mars', answer: 'blackhole', to: 'web' };
    await expect(world.break('mars', nowhere)).rejects.toThrow('mars');
    await expect(world.break('x', { type: 'drop', at: 'core', match: { to: 'wob' } })).rejects.toThrow(
      '"wob" is neither an address nor a known place',
    );
    expect(world.broken).toEqual([]);
  });

  it('changes the addresses of a name, for some vantages, and back', async () => {
    const ask = async (from: string) => {
      const query = [{ name: 'web.example', type: 'A' }];
      return (await runScript<LookUpResult[]>(world, from, './look-up.ts', query))[0]?.came;
    };
    const lie: PlantedFault = {
      type: 'name',
      name: 'web.example',
      answer: { a: [OTHER] },
      vantages: ['far'],
    };
    await world.break('lie', lie);
    expect([await ask('near'), await ask('far')]).toEqual([[A], [OTHER]]);
    await world.heal('lie');
    expect(await ask('far')).toEqual([A]);
  });

  it('switches a fault in tens of milliseconds', async () => {
    const start = performance.now();
    for (let i = 0; i < 10; i++) {
      await world.break('known');
      await world.heal('known');
    }
    // Twenty switches, with time to spare on a busy machine.
    expect(performance.now() - start).toBeLessThan(4000);
  });

  it('runs commands given as a line for a shell', async () => {
    const { execFileSync } = await import('node:child_process');
    const line = `${world.commandFor('near')} cat /proc/sys/net/ipv6/conf/eth0/forwarding /etc/resolv.conf`;
    expect(execFileSync('sh', ['-c', line], { encoding: 'utf8' })).toBe('0\nnameserver 10.255.1.1\n');
    const cut = await world.run('near', ['sleep', '60'], { timeoutMs: 200 });
    expect(cut.signal).toBe('SIGKILL');
    expect(await world.shell(HOSTS, 'hostname >/dev/null; echo here')).toBe('here\n');
    await expect(world.shell('core', 'echo first; echo why >&2; false')).rejects.toThrow(
      'a command in core failed: why',
    );
  });
});

describe.skipIf(!canRun)('a description that does not hold together', () => {
  const router = { name: 'r' };
  it.each([
    [
      'names a router that does not exist',
      { vantages: [{ name: 'v', router: 'x' }] },
      'v names the router x',
    ],
    ['uses a name twice', { vantages: [{ name: 'r', router: 'r' }] }, 'the name r is used twice'],
    [
      'has an invalid name',
      { vantages: [{ name: 'a b', router: 'r' }] },
      '"a b" is not a valid name for a place',
    ],
    [
      'has an invalid address',
      {
        networks: [
          { name: 'n', router: 'r', prefix4: '10.7.0.0/24', hosts: [{ name: 'h', addresses: ['x'] }] },
        ],
      },
      '"x" is neither an address',
    ],
    [
      'has an address that the system rejects',
      {
        networks: [
          { name: 'n', router: 'r', prefix4: '10.7.0.0/99', hosts: [{ name: 'h', addresses: ['10.7.0.1'] }] },
        ],
      },
      'a command in',
    ],
  ])('%s: is rejected in one line', async (_name, part, message) => {
    const spec: WorldSpec = { routers: [router], vantages: [], networks: [], ...part };
    await expect(buildWorld(spec)).rejects.toThrow(message);
  });
});
