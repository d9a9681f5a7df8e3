import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Attempt, Family, ProbeReport } from '../../functions/reachability/report.ts';
import type { NameOutcome, Outcome, Stage } from '../../functions/reachability/words.ts';
import { filterProblemHere, labProblem } from '../../lab/available.ts';
import { buildWorld } from '../../lab/build.ts';
import type { World } from '../../lab/build.ts';
import type { Behaviour, Fault, HostSpec, Rejection } from '../../lab/world.ts';
import { requirement } from '../support/requirements.ts';
import { attemptsAt, probeAt, runScript } from './inside.ts';
import type { LimitedProbe } from './limited-probe.ts';

/** One line of the contract's table of outcomes, or of the table of errnos in the docs, as a fault and what it must be called. */
interface Row {
  what: string;
  outcome: Outcome;
  stage: Stage;
  errno?: string;
  families?: Family[];
  /** What it is called where the kernel's error queue cannot be read: who said no stays unknown. */
  without?: { outcome?: Outcome; stage?: Stage };
  /** Not before and not after, in milliseconds. */
  between?: [number, number];
  port?: number;
  serves?: Behaviour;
  fault?: (host: string) => Fault;
}

const route =
  (at: string, answer: 'blackhole' | 'unreachable' | 'prohibit' | 'no-route') =>
  (to: string): Fault => ({ type: 'route', at, answer, to });
const reject =
  (rejection: Rejection) =>
  (to: string): Fault => ({ type: 'reject', at: 'border', with: rejection, match: { to } });

/** Answered by the network: one round trip, or one SYN more where the answer overtook the connect call. */
const SOON: [number, number] = [0, 2800];
const SILENCE: [number, number] = [3500, 6000];
const ARP: [number, number] = [2500, 5500];

const BY_ROUTE: Row[] = [
  { what: 'an open port', outcome: 'connected', stage: 'remote', between: SOON },
  { what: 'a greeting', outcome: 'connected', stage: 'remote', serves: 'banner', between: SOON },
  {
    what: 'accept then RST',
    outcome: 'connected-then-reset',
    stage: 'remote',
    errno: 'ECONNRESET',
    serves: 'accept-then-reset',
  },
  {
    what: 'accept then FIN',
    outcome: 'connected-then-closed',
    stage: 'remote',
    errno: 'EOF',
    serves: 'accept-then-close',
  },
  {
    what: 'a closed port',
    outcome: 'refused',
    stage: 'remote',
    errno: 'ECONNREFUSED',
    port: 81,
    between: SOON,
  },
  {
    what: 'a blackhole on the way',
    outcome: 'timed-out',
    stage: 'path',
    fault: route('core', 'blackhole'),
    between: SILENCE,
  },
  {
    what: 'a full accept queue',
    outcome: 'timed-out',
    stage: 'path',
    serves: 'full-queue',
    between: SILENCE,
  },
  {
    what: 'a host absent on the last LAN',
    outcome: 'host-unreachable',
    stage: 'path',
    errno: 'EHOSTUNREACH',
    fault: (address) => ({ type: 'host-gone', address }),
    between: ARP,
  },
  {
    what: 'a router with an unreachable route',
    outcome: 'host-unreachable',
    stage: 'path',
    errno: 'EHOSTUNREACH',
    families: [4],
    fault: route('core', 'unreachable'),
    between: SOON,
  },
  {
    what: 'a router that prohibits',
    outcome: 'host-unreachable',
    stage: 'path',
    errno: 'EHOSTUNREACH',
    families: [4],
    fault: route('core', 'prohibit'),
    between: SOON,
  },
  {
    what: 'a router that prohibits',
    outcome: 'prohibited',
    stage: 'path',
    errno: 'EACCES',
    families: [6],
    fault: route('core', 'prohibit'),
    between: SOON,
  },
  {
    what: 'a routing loop',
    outcome: 'host-unreachable',
    stage: 'path',
    errno: 'EHOSTUNREACH',
    fault: (to) => ({ type: 'loop', between: ['core', 'border'], to }),
    between: SOON,
  },
  {
    what: 'a router without a route',
    outcome: 'network-unreachable',
    stage: 'path',
    errno: 'ENETUNREACH',
    fault: route('border', 'no-route'),
    between: SOON,
  },
  {
    what: 'an unreachable route of our own',
    outcome: 'host-unreachable',
    stage: 'local',
    errno: 'EHOSTUNREACH',
    fault: route('here', 'unreachable'),
    between: SOON,
  },
  {
    what: 'a prohibiting route of our own',
    outcome: 'prohibited',
    stage: 'local',
    errno: 'EACCES',
    fault: route('here', 'prohibit'),
    between: SOON,
  },
  {
    what: 'a blackhole of our own',
    outcome: 'local-fault',
    stage: 'local',
    errno: 'EINVAL',
    fault: route('here', 'blackhole'),
    between: SOON,
  },
  {
    what: 'no route of our own',
    outcome: 'network-unreachable',
    stage: 'local',
    errno: 'ENETUNREACH',
    fault: route('here', 'no-route'),
    between: SOON,
  },
];

const rejected = (
  rejection: Rejection,
  outcome: Outcome,
  errno: string,
  families: Family[],
  stage: Stage = 'path',
): Row => ({
  what: `a firewall that rejects with ${rejection}`,
  outcome,
  errno,
  families,
  stage,
  fault: reject(rejection),
  between: SOON,
});

const BY_FILTER: Row[] = [
  rejected('tcp-reset', 'refused', 'ECONNREFUSED', [4, 6], 'remote'),
  {
    ...rejected('port-unreachable', 'refused', 'ECONNREFUSED', [4, 6]),
    without: { stage: 'remote' },
  },
  rejected('net-unreachable', 'network-unreachable', 'ENETUNREACH', [4]),
  rejected('host-unreachable', 'host-unreachable', 'EHOSTUNREACH', [4]),
  {
    ...rejected('prot-unreachable', 'protocol-unreachable', 'ENOPROTOOPT', [4]),
    without: { stage: 'remote' },
  },
  rejected('net-prohibited', 'network-unreachable', 'ENETUNREACH', [4]),
  rejected('host-prohibited', 'host-unreachable', 'EHOSTUNREACH', [4]),
  rejected('admin-prohibited', 'host-unreachable', 'EHOSTUNREACH', [4]),
  rejected('admin-prohibited', 'prohibited', 'EACCES', [6]),
  rejected('no-route', 'network-unreachable', 'ENETUNREACH', [6]),
  rejected('addr-unreachable', 'host-unreachable', 'EHOSTUNREACH', [6]),
  rejected('policy-fail', 'prohibited', 'EACCES', [6]),
  rejected('reject-route', 'prohibited', 'EACCES', [6]),
  {
    what: 'a drop rule',
    outcome: 'timed-out',
    stage: 'path',
    fault: (to) => ({ type: 'drop', at: 'border', match: { to } }),
    between: SILENCE,
  },
  {
    what: 'a SYN-ACK lost on the way back',
    outcome: 'timed-out',
    stage: 'path',
    fault: (to) => ({ type: 'cut-way-back', at: 'core', match: { to } }),
    between: SILENCE,
  },
  {
    what: 'a first SYN that is lost',
    outcome: 'connected',
    stage: 'remote',
    fault: (to) => ({ type: 'lose-syns', at: 'core', every: 'first', match: { to } }),
    between: [950, 2800],
  },
  {
    what: 'a reset during the handshake',
    outcome: 'reset',
    stage: 'remote',
    errno: 'ECONNRESET',
    without: { outcome: 'connected-then-reset' },
    fault: (to) => ({ type: 'handshake-reset', at: 'border', match: { to } }),
    between: SOON,
  },
];

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
    for (const [index, { fault }] of ROWS.entries()) {
      if (fault) await world.break(`row ${index}`, fault(hostOf(index).name));
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
    const told = report.system?.evidence.includes('icmp');
    const { outcome, stage } = told ? row : { ...row, ...row.without };
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

  it('is inconclusive before three SYNs could go out', async () => {
    const blackholed = ROWS.findIndex(({ what }) => what === 'a blackhole on the way');
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
  ])('of a name that leads nowhere says how: %s is %s', async (host, outcome) => {
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
      const blackholed = ROWS.findIndex(({ what }) => what === 'a blackhole on the way');
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

/** Whether a reset came after a handshake that was seen; it may also come before we look. */
function hasHandshake(attempt: Attempt | undefined): boolean {
  return attempt?.outcome === 'connected-then-reset' && attempt.handshakeMs !== undefined;
}

function outcomes({ targets }: ProbeReport): (string | undefined)[][][] {
  return targets.map(({ addresses }) =>
    addresses.flatMap(({ attempts }) => attempts.map(({ outcome, stage, errno }) => [outcome, stage, errno])),
  );
}
