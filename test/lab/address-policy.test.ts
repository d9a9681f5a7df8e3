import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canonical } from '../../functions/probe/names/names.ts';
import { parseReport } from '../../functions/reachability/report.ts';
import type { ProbeReport } from '../../functions/reachability/report.ts';
import type { ProbeRequest, Target } from '../../functions/reachability/request.ts';
import { filterProblemHere, labProblem } from '../../lab/available.ts';
import { buildWorld } from '../../lab/build.ts';
import type { World } from '../../lab/build.ts';
import type { NameSpec } from '../../lab/world.ts';
import { requirement } from '../support/requirements.ts';
import { FORBIDDEN_4, FORBIDDEN_6 } from './forbidden-spellings.ts';
import { probeAt, runScript } from './inside.ts';

const OWNED = ['203.0.113.10', '2001:db8:f::10'] as const;
const POLICY = JSON.stringify({ allow: OWNED.map((cidr) => ({ cidr, ports: [80] })) });
const LITERALS = [...FORBIDDEN_4, ...FORBIDDEN_6];

/** One name for each forbidden address that a name server can return. */
const NAMES: NameSpec[] = [
  ...canonical(FORBIDDEN_4).map((address, index) => ({
    name: `four-${index}.example`,
    answer: { a: [address] },
  })),
  ...canonical(FORBIDDEN_6)
    .filter((address) => !address.includes('%'))
    .map((address, index) => ({ name: `six-${index}.example`, answer: { aaaa: [address] } })),
];

/** Counts the packets that leave, loopback included, without queries to the name server. */
const COUNTERS = `nft -f - <<'END'
table inet watch {
  counter owned { }
  counter other { }
  chain out {
    type filter hook output priority 100;
    meta l4proto udp ip daddr 10.255.1.1 udp dport 53 accept
    icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-solicit, mld2-listener-report } accept
    ip daddr ${OWNED[0]} counter name owned accept
    ip6 daddr ${OWNED[1]} counter name owned accept
    counter name other
  }
}
END`;

const canRun =
  requirement('the address policy in the lab', labProblem()) &&
  requirement('the address policy, counted by packet filter', filterProblemHere());

const quick = { attempts: 1, timeoutMs: 1000 };

describe.skipIf(!canRun)('the address policy of a Lambda', { timeout: 60_000 }, () => {
  let world: World;
  beforeAll(async () => {
    world = await buildWorld({
      routers: [{ name: 'edge', links: ['border'] }, { name: 'border' }],
      vantages: [{ name: 'sandbox', router: 'edge' }],
      networks: [
        {
          name: 'lan',
          router: 'border',
          prefix4: '203.0.113.0/24',
          prefix6: '2001:db8:f::/64',
          hosts: [{ name: 'owned', addresses: [...OWNED], services: { 80: 'open', 81: 'open' } }],
        },
      ],
      names: [
        ...NAMES,
        {
          name: 'mixed.example',
          answer: { a: ['10.100.1.1', OWNED[0], '127.0.0.1'], aaaa: ['::1', OWNED[1]] },
        },
        { name: 'turning.example', answer: 'nxdomain', inTurn: [{ a: [OWNED[0]] }, { a: ['10.100.1.1'] }] },
      ],
    });
    await world.shell('sandbox', COUNTERS);
  });
  afterAll(() => world.close());

  const leftTo = async (counter: 'owned' | 'other') => {
    const text = await world.shell('sandbox', `nft reset counter inet watch ${counter}`);
    return Number(/packets (\d+)/.exec(text)?.[1]);
  };
  const inLambda = async (request: ProbeRequest): Promise<ProbeReport> => {
    const argv = ['env', `SYNWHERE_POLICY=${POLICY}`];
    return parseReport(await runScript(world, 'sandbox', './lambda-here.ts', request, argv));
  };
  it('counts what leaves: with nothing forbidden, packets do', async () => {
    await leftTo('other');
    await probeAt(world, 'sandbox', {
      ...quick,
      targets: at80(['127.0.0.1', '10.100.1.1', '0xa9fea9fe', '::1']),
    });
    // At least a SYN each; what answers sends an RST as well.
    expect(await leftTo('other')).toBeGreaterThanOrEqual(4);
  });

  it(`lets no packet out to ${LITERALS.length} spellings of forbidden addresses`, async () => {
    expect(LITERALS.length).toBeGreaterThanOrEqual(60);
    const report = await inLambda({ ...quick, targets: at80(LITERALS) });
    expect(outcomes(report)).toEqual(denied(LITERALS));
    expect(await leftTo('other')).toBe(0);
  });

  it('reports the reason, and that no SYN left', async () => {
    const report = await inLambda({ ...quick, targets: at80(['0xa9fea9fe']) });
    const [attempt] = report.targets[0]?.addresses[0]?.attempts ?? [];
    expect(attempt).toMatchObject({ outcome: 'denied', stage: 'local' });
    expect(attempt?.reason).toContain('169.254.169.254 is cloud metadata service');
  });

  it(`lets no packet out to the addresses of ${NAMES.length} names`, async () => {
    const hosts = NAMES.map(({ name }) => name);
    const report = await inLambda({ ...quick, targets: at80(hosts) });
    expect(outcomes(report)).toEqual(denied(hosts));
    expect(report.targets.flatMap(({ name }) => name?.addresses ?? [])).toEqual([]);
    expect(await leftTo('other')).toBe(0);
  });

  it('lets none out to addresses, controls and traces that a request names', async () => {
    const report = await inLambda({
      ...quick,
      targets: [{ host: 'four-0.example', port: 80, addresses: LITERALS.slice(0, 40) }],
      controls: at80(['127.1', '::ffff:10.0.0.1', 'four-0.example']),
      traces: [
        { address: '10.100.1.1', port: 80, maxHops: 3 },
        { address: '2002:a00:1::', port: 80, maxHops: 3 },
        { address: OWNED[0], port: 81, maxHops: 3 },
      ],
    });
    expect(new Set(outcomes(report))).toEqual(new Set(denied(['four-0.example'])));
    expect(outcomes({ ...report, targets: report.controls.map(({ before }) => before) })).toEqual(
      denied(['127.1', '::ffff:10.0.0.1', 'four-0.example']),
    );
    expect(report.traces?.map(({ hops, reached }) => [hops.length, reached])).toEqual([
      [0, false],
      [0, false],
      [0, false],
    ]);
    expect([await leftTo('owned'), await leftTo('other')]).toEqual([0, 0]);
  });

  it('connects to what its owner opened, at the ports that are opened, and to no other address of a name', async () => {
    const report = await inLambda({
      attempts: 1,
      targets: [
        { host: 'mixed.example', port: 80 },
        { host: OWNED[0], port: 81 },
      ],
    });
    const seen = report.targets.map(({ addresses }) =>
      Object.fromEntries(addresses.map(({ address, attempts }) => [address, attempts[0]?.outcome])),
    );
    expect(seen).toEqual([{ [OWNED[0]]: 'connected', [OWNED[1]]: 'connected' }, { [OWNED[0]]: 'denied' }]);
    expect(report.targets[0]?.name).toMatchObject({ addresses: [...OWNED], denied: 3 });
    expect(await leftTo('other')).toBe(0);
    expect(await leftTo('owned')).toBeGreaterThan(0);
  });

  it('connects to exactly the address that it vetted, whatever the name resolves to the next time', async () => {
    const turning = { host: 'turning.example', port: 80 };
    const first = await inLambda({ targets: [turning], controls: [turning] });
    const attempts = first.targets.flatMap(({ addresses }) => addresses);
    expect(attempts).toMatchObject([{ address: OWNED[0] }]);
    expect(attempts[0]?.attempts.map(({ outcome }) => outcome)).toEqual([
      'connected',
      'connected',
      'connected',
    ]);
    expect(await leftTo('other')).toBe(0);
    expect(await leftTo('owned')).toBeGreaterThan(0);
    // Now the name resolves to another address, and the second round asks for the address of the first.
    const second = await inLambda({ targets: [{ ...turning, addresses: [OWNED[0]] }] });
    expect(second.targets[0]?.name).toMatchObject({ addresses: [], denied: 1 });
    expect(second.targets[0]?.addresses.map(({ address }) => address)).toEqual([OWNED[0]]);
    const third = await inLambda({ targets: [turning] });
    expect(outcomes(third)).toEqual(denied(['turning.example']));
    expect(await leftTo('other')).toBe(0);
  });
});

function at80(hosts: readonly string[]): Target[] {
  return hosts.map((host) => ({ host, port: 80 }));
}

function outcomes({ targets }: ProbeReport): string[] {
  return targets.map(({ host, name, addresses }) => {
    const all: string[] = addresses.flatMap(({ attempts }) => attempts.map(({ outcome }) => outcome));
    if (name?.denied !== undefined) all.push('denied');
    return `${host}: ${[...new Set(all)].join(' ')}`;
  });
}

function denied(hosts: readonly string[]): string[] {
  return hosts.map((host) => `${canonical([host])[0] ?? host}: denied`);
}
