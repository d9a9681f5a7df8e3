import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Attempt, Family, ProbeReport } from '../../functions/reachability/report.ts';
import type { NameOutcome } from '../../functions/reachability/words.ts';
import { filterProblemHere, labProblem } from '../../lab/available.ts';
import { buildWorld } from '../../lab/build.ts';
import type { World } from '../../lab/build.ts';
import type { HostSpec } from '../../lab/world.ts';
import { requirement } from '../support/requirements.ts';
import { attemptsAt, probeAt, runScript } from './inside.ts';
import type { LimitedProbe } from './limited-probe.ts';
import { BY_FILTER, BY_ROUTE, SOON } from './outcome-rows.ts';

const canRun = requirement('outcomes against real kernels', labProblem());
const canFilter = canRun && requirement('outcomes by packet filter', filterProblemHere());
const ROWS = [...BY_ROUTE, ...(canFilter ? BY_FILTER : [])];

const hostOf = (index: number): HostSpec => ({
  name: `host-${index}`,
  addresses: [`203.0.113.${10 + index}`, `2001:db8:f::${10 + index}`],
  services: { 80: ROWS[index]?.serves ?? 'open' },
});
const addressOf = (index: number, family: Family): string =>
  hostOf(index).addresses[family === 4 ? 0 : 1] ?? '';

describe.skipIf(!canRun)('the outcome of a connect', { timeout: 60_000 }, () => {
  let world: World;
  let report: ProbeReport;
  beforeAll(async () => {
    world = await buildWorld({
      routers: [{ name: 'edge', links: ['core'] }, { name: 'core', links: ['border'] }, { name: 'border' }],
      vantages: [
        { name: 'here', router: 'edge' },
        { name: 'narrow', router: 'edge' },
        { name: 'old', router: 'edge', families: [4] },
        { name: 'cut-off', router: 'edge' },
      ],
      networks: [
        {
          name: 'lan',
          router: 'border',
          prefix4: '203.0.113.0/24',
          prefix6: '2001:db8:f::/64',
          hosts: ROWS.map((_row, index) => hostOf(index)),
        },
      ],
      names: [
        { name: 'some.example', answer: { a: [addressOf(0, 4)], aaaa: [addressOf(0, 6)] } },
        { name: 'empty.example', answer: {} },
        { name: 'failing.example', answer: 'servfail' },
        { name: 'refusing.example', answer: 'refused' },
        { name: 'mute.example', answer: 'silence' },
        { name: 'slow.example', answer: { a: [addressOf(0, 4)], delayMs: 700 } },
      ],
    });
    for (const [index, { plant }] of ROWS.entries()) {
      const to = hostOf(index).name;
      const site = {
        network: 'lan',
        to,
        name: '',
        port: 80,
        v4: [addressOf(index, 4)],
        v6: [addressOf(index, 6)],
      };
      if (plant) await world.break(`row ${index}`, plant(site));
    }
    // One attempt each: Linux sends a peer no more than a few ICMP errors about routes in a row.
    report = await probeAt(world, 'here', {
      attempts: 1,
      targets: ROWS.flatMap(({ families = [4, 6], port = 80 }, index) =>
        families.map((family) => ({ host: addressOf(index, family), port })),
      ),
    });
  });
  afterAll(() => world.close());

  const cases = ROWS.flatMap((row, index) =>
    (row.families ?? [4, 6]).map((family) => ({ ...row, family, index })),
  );
  it.each(cases)('of $what is $outcome, over IPv$family', (row) => {
    const { errno, between = SOON, port = 80, index, family } = row;
    const hasErrorQueue = report.system?.evidence.includes('icmp');
    const { outcome, stage } = hasErrorQueue ? row : { ...row, ...row.without };
    const [attempt, ...more] = attemptsAt(report, addressOf(index, family), port);
    expect(more).toEqual([]);
    expect(attempt).toMatchObject({ outcome, stage, ...(errno !== undefined && { errno }) });
    expect(attempt?.elapsedMs).toBeGreaterThanOrEqual(between[0]);
    expect(attempt?.elapsedMs).toBeLessThan(between[1]);
    expect(attempt?.handshakeMs !== undefined, 'a time of the handshake, where there was one').toBe(
      outcome === 'connected' || outcome === 'connected-then-closed' || hasHandshake(attempt),
    );
    if (outcome === 'timed-out') {
      expect(attempt).toMatchObject({ socketState: 'SYN_SENT' });
      expect(attempt?.synRetransmits).toBeGreaterThanOrEqual(2);
    }
    if (between[0] === 950) expect(attempt?.synRetransmits).toBe(1);
  });

  it('is inconclusive before three SYNs were sent', async () => {
    const blackholed = ROWS.findIndex(({ what }) => what === 'a router that drops traffic');
    const hosts = [addressOf(blackholed, 4), addressOf(blackholed, 6)];
    const brief = await probeAt(world, 'here', {
      targets: hosts.map((host) => ({ host, port: 80 })),
      timeoutMs: 1500,
      attempts: 1,
    });
    for (const host of hosts) {
      expect(attemptsAt(brief, host, 80)).toMatchObject([{ outcome: 'inconclusive', stage: 'path' }]);
    }
  });

  it.each<[name: string, outcome: NameOutcome]>([
    ['nowhere.example', 'name-not-found'],
    ['empty.example', 'name-without-address'],
    ['failing.example', 'name-server-failed'],
    ['refusing.example', 'name-server-failed'],
    ['mute.example', 'name-timed-out'],
  ])('of a name that does not resolve: %s is %s', async (host, outcome) => {
    const { targets } = await probeAt(world, 'here', { targets: [{ host, port: 80 }] });
    expect(targets).toMatchObject([{ name: { outcome, addresses: [] }, addresses: [] }]);
    expect(targets[0]?.name?.servers?.join()).toContain('10.255.1.1');
  });

  it('of a name is that of its addresses, also where the name server is slow', async () => {
    const { targets } = await probeAt(world, 'here', {
      targets: [
        { host: 'some.example', port: 80 },
        { host: 'slow.example', port: 80 },
      ],
    });
    const [some, slow] = targets;
    expect(some?.addresses.map(({ address }) => address)).toEqual([addressOf(0, 4), addressOf(0, 6)]);
    expect(slow?.name?.elapsedMs).toBeGreaterThanOrEqual(690);
    for (const { attempts } of targets.flatMap(({ addresses }) => addresses)) {
      expect(attempts.map(({ outcome }) => outcome)).toEqual(['connected', 'connected', 'connected']);
    }
  });

  describe('where this machine is at fault', () => {
    const both = {
      targets: [4, 6].map((family) => ({ host: addressOf(0, family === 4 ? 4 : 6), port: 80 })),
    };
    it('names a family that it has not', async () => {
      const { targets } = await probeAt(world, 'old', { ...both, attempts: 1 });
      expect(targets[0]?.addresses[0]?.attempts[0]?.outcome).toBe('connected');
      expect(targets[1]?.addresses[0]?.attempts[0]).toMatchObject({
        outcome: 'network-unreachable',
        stage: 'local',
        errno: 'ENETUNREACH',
      });
    });

    it('names an uplink that is down', async () => {
      await world.break('unplugged', { type: 'link-down', at: 'cut-off', link: 'uplink' });
      const down = outcomes(await probeAt(world, 'cut-off', { ...both, attempts: 1 }));
      expect(down).toEqual([
        [['network-unreachable', 'local', 'ENETUNREACH']],
        [['network-unreachable', 'local', 'ENETUNREACH']],
      ]);
      await world.heal('unplugged');
    });

    it('names ports that have run out', async () => {
      await world.shell('narrow', 'echo 40000 40000 >/proc/sys/net/ipv4/ip_local_port_range');
      const blackholed = ROWS.findIndex(({ what }) => what === 'a router that drops traffic');
      const request = { targets: [{ host: addressOf(blackholed, 4), port: 80 }] };
      const [ended] = outcomes(await probeAt(world, 'narrow', request));
      expect(ended?.filter(([outcome]) => outcome === 'timed-out')).toHaveLength(1);
      const without = ended?.filter(([outcome, stage]) => outcome === 'local-fault' && stage === 'local');
      expect(without).toHaveLength(2);
      for (const [, , errno] of without ?? []) expect(['EADDRNOTAVAIL', 'EADDRINUSE']).toContain(errno);
    });

    it('names descriptors that have run out', async () => {
      const limited: LimitedProbe = { request: { ...both, attempts: 1 }, useUpDescriptors: true };
      const argv = ['prlimit', '--nofile=256:256'];
      const ended = outcomes(await runScript(world, 'here', './limited-probe.ts', limited, argv));
      expect(ended).toEqual([[['local-fault', 'local', 'EMFILE']], [['local-fault', 'local', 'EMFILE']]]);
    });

    it.each([
      ['local-fault', 'socket', 'ENFILE'],
      ['local-fault', 'socket', 'ENOBUFS'],
      ['local-fault', 'socket', 'ENOMEM'],
      ['local-fault', 'socket', 'EAFNOSUPPORT'],
      ['local-fault', 'connect', 'ENOBUFS'],
      ['prohibited', 'connect', 'EPERM'],
    ] as const)('is %s where %s(2) answers %s', async (outcome, call, errno) => {
      const limited: LimitedProbe = { request: { ...both, attempts: 1 }, failing: { call, errno } };
      const ended = outcomes(await runScript(world, 'here', './limited-probe.ts', limited));
      expect(ended).toEqual([[[outcome, 'local', errno]], [[outcome, 'local', errno]]]);
    });
  });
});

/** Whether a handshake was seen before the reset; the reset may also come first. */
function hasHandshake(attempt: Attempt | undefined): boolean {
  return attempt?.outcome === 'connected-then-reset' && attempt.handshakeMs !== undefined;
}

function outcomes({ targets }: ProbeReport): (string | undefined)[][][] {
  return targets.map(({ addresses }) =>
    addresses.flatMap(({ attempts }) => attempts.map(({ outcome, stage, errno }) => [outcome, stage, errno])),
  );
}
