import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filterProblemHere, labProblem } from '../../../lab/available.ts';
import { buildWorld, type World } from '../../../lab/build.ts';
import type { Rejection } from '../../../lab/world.ts';
import type { Attempt, Family, TargetReport } from '../../../functions/reachability/report.ts';
import { CHAIN, probeAt, routerAddress, WWW } from '../../support/chain-world.ts';
import { requirement } from '../../support/requirements.ts';

const runnable = requirement('evidence from real kernels', labProblem() ?? filterProblemHere());

/** Reject type, ICMP type and code, its name, the outcome, the errno of connect(2). RFC 792, RFC 1812, RFC 4443. */
type Row = [Rejection, number, number, string, Attempt['outcome'], string];

const REJECTIONS: Record<Family, Row[]> = {
  4: [
    ['net-unreachable', 3, 0, 'network-unreachable', 'network-unreachable', 'ENETUNREACH'],
    ['host-unreachable', 3, 1, 'host-unreachable', 'host-unreachable', 'EHOSTUNREACH'],
    ['prot-unreachable', 3, 2, 'protocol-unreachable', 'protocol-unreachable', 'ENOPROTOOPT'],
    ['port-unreachable', 3, 3, 'port-unreachable', 'refused', 'ECONNREFUSED'],
    ['net-prohibited', 3, 9, 'network-prohibited', 'network-unreachable', 'ENETUNREACH'],
    ['host-prohibited', 3, 10, 'host-prohibited', 'host-unreachable', 'EHOSTUNREACH'],
    ['admin-prohibited', 3, 13, 'administratively-prohibited', 'host-unreachable', 'EHOSTUNREACH'],
  ],
  6: [
    ['no-route', 1, 0, 'no-route', 'network-unreachable', 'ENETUNREACH'],
    ['admin-prohibited', 1, 1, 'administratively-prohibited', 'prohibited', 'EACCES'],
    ['addr-unreachable', 1, 3, 'address-unreachable', 'host-unreachable', 'EHOSTUNREACH'],
    ['port-unreachable', 1, 4, 'port-unreachable', 'refused', 'ECONNREFUSED'],
    ['policy-fail', 1, 5, 'source-address-failed-policy', 'prohibited', 'EACCES'],
    ['reject-route', 1, 6, 'route-rejected', 'prohibited', 'EACCES'],
  ],
};

const FIRST_PORT = 8000;
const RESET_PORT = 8030;
const CLOSED_PORT = 9;

describe.skipIf(!runnable)('evidence from the kernel', () => {
  let world: World;

  beforeAll(async () => {
    world = await buildWorld(CHAIN);
    for (const family of [4, 6] as const) {
      for (const [index, [rejection]] of REJECTIONS[family].entries()) {
        await world.break(`${rejection} over IPv${family}`, {
          type: 'reject',
          at: 'r3',
          with: rejection,
          match: { to: WWW[family], port: FIRST_PORT + index },
        });
      }
    }
    await world.break('reset', { type: 'reject', at: 'r3', with: 'tcp-reset', match: { port: RESET_PORT } });
  });
  afterAll(() => world.close());

  describe.each([4, 6] as const)('over IPv%i', (family) => {
    const rows = REJECTIONS[family];
    let targets: TargetReport[];

    beforeAll(async () => {
      const ports = [...rows.keys()].map((index) => FIRST_PORT + index);
      const request = [...ports, RESET_PORT, CLOSED_PORT].map((port) => ({ host: WWW[family], port }));
      ({ targets } = await probeAt(world, 'near', { targets: request, attempts: 2 }));
    });

    it.each(rows.map((row, index) => [row[0], index, row] as const))(
      'reports the router that sends %s',
      (_rejection, index, [, type, code, name, outcome, errno]) => {
        const icmp = { type, code, name, from: routerAddress(world, 'r3', family) };
        expect(attemptsOf(targets[index])).toHaveLength(2);
        for (const attempt of attemptsOf(targets[index])) {
          expect(attempt).toMatchObject({ outcome, errno, stage: 'path', icmp });
        }
      },
    );

    it('distinguishes a port unreachable from an RST, for the target and for a router', () => {
      const portUnreachable = targets[rows.findIndex(([rejection]) => rejection === 'port-unreachable')];
      const [byRouter, byTarget] = targets.slice(rows.length);
      expect(refusedBy(portUnreachable)).toEqual([
        ['icmp-port-unreachable', true],
        ['icmp-port-unreachable', true],
      ]);
      for (const target of [byRouter, byTarget]) {
        expect(refusedBy(target)).toEqual([
          ['rst', false],
          ['rst', false],
        ]);
      }
    });
  });

  it.each([
    [4, 'unreachable', 'host-unreachable'],
    [4, 'prohibit', 'administratively-prohibited'],
    [4, 'no-route', 'network-unreachable'],
    // Linux sends "no route" for both over IPv6 (ip6_pkt_discard() in net/ipv6/route.c).
    [6, 'unreachable', 'no-route'],
    [6, 'prohibit', 'administratively-prohibited'],
    [6, 'no-route', 'no-route'],
  ] as const)('reports the router over IPv%i whose route is %s', async (family, answer, name) => {
    await world.break('route', { type: 'route', at: 'r4', answer, to: WWW[family] });
    const { targets } = await probeAt(world, 'near', {
      targets: [{ host: WWW[family], port: RESET_PORT + 1 }],
    });
    await world.heal('route');
    const icmps = attemptsOf(targets[0]).map(({ icmp }) => icmp);
    expect(icmps).toEqual(
      [1, 2, 3].map(() => expect.objectContaining({ name, from: routerAddress(world, 'r4', family) })),
    );
  });

  it('counts SYNs sent again, and reports the socket state that netstat shows', async () => {
    await world.break('lossy', { type: 'lose-syns', at: 'r3', every: 'first', match: { port: 8031 } });
    await world.break('black', { type: 'drop', at: 'r3', match: { port: 8032 } });
    const request = [8031, 8032, 8033].map((port) => ({ host: WWW[4], port }));
    const { targets } = await probeAt(world, 'near', { targets: request, attempts: 1 });
    const [lossy, black, clean] = targets.map((target) => attemptsOf(target)[0]);
    const from = { synRetransmitsFrom: 'tcp-info' };
    expect(lossy).toMatchObject({ ...from, outcome: 'connected', synRetransmits: 1 });
    expect(black).toMatchObject({ ...from, outcome: 'timed-out', socketState: 'SYN_SENT' });
    expect(black?.synRetransmits).toBeGreaterThanOrEqual(2);
    expect(clean).toMatchObject({ ...from, outcome: 'connected', synRetransmits: 0 });
    for (const attempt of [lossy, black, clean]) expect(attempt?.icmp).toBeUndefined();
  });

  it('reports a missing reply on its own network, and that no SYN left', async () => {
    await world.shell(
      'near',
      'ip route add 198.51.100.9/32 dev eth0; ip -6 route add 2001:db8:9::9/128 dev eth0',
    );
    const targets = ['198.51.100.9', '2001:db8:9::9'].map((host) => ({ host, port: 80 }));
    const report = await probeAt(world, 'near', { targets, attempts: 1 });
    const own = world.plan.vantages.get('near');
    const common = { outcome: 'host-unreachable', stage: 'local', synRetransmits: 0 };
    expect(report.targets.flatMap(attemptsOf)).toMatchObject([
      { ...common, reason: 'no reply to ARP', icmp: { name: 'host-unreachable', from: own?.address4 } },
      {
        ...common,
        reason: 'no reply to neighbour discovery',
        icmp: { name: 'address-unreachable', from: own?.address6 },
      },
    ]);
  });

  it('reports a firewall of the vantage itself as local', async () => {
    await world.break('own', { type: 'reject', at: 'near', with: 'admin-prohibited', match: { port: 8034 } });
    const { targets } = await probeAt(world, 'near', {
      targets: [{ host: WWW[4], port: 8034 }],
      attempts: 1,
    });
    expect(attemptsOf(targets[0])[0]).toMatchObject({
      outcome: 'host-unreachable',
      stage: 'local',
      reason: "this machine's own firewall rejected it",
    });
  });

  it('is absent, and changes no outcome, where it is switched off', async () => {
    const ports = [...REJECTIONS[4].keys()].map((index) => FIRST_PORT + index);
    const targets = [...ports, RESET_PORT, CLOSED_PORT, 8035].map((port) => ({ host: WWW[4], port }));
    const request = { targets, attempts: 1 };
    const off = await probeAt(world, 'near', request, { SYNWHERE_KERNEL_EVIDENCE: 'off' });
    const on = await probeAt(world, 'near', request);
    expect(outcomes(off)).toEqual(outcomes(on));
    expect(on.system?.evidence).toEqual(expect.arrayContaining(['icmp', 'refused-by', 'tcp-info']));
    expect(off.system?.evidence).not.toEqual(expect.arrayContaining(['icmp']));
    expect(JSON.stringify(on)).toMatch(/"icmp":|refusedBy/);
    expect(JSON.stringify(off)).not.toMatch(/"icmp":|refusedBy|"tcp-info"/);
  });
});

function attemptsOf(target: TargetReport | undefined): Attempt[] {
  return target?.addresses.flatMap(({ attempts }) => attempts) ?? [];
}

function refusedBy(target: TargetReport | undefined): [Attempt['refusedBy'], boolean][] {
  return attemptsOf(target).map((attempt) => [attempt.refusedBy, attempt.icmp !== undefined]);
}

function outcomes({ targets }: { targets: TargetReport[] }): unknown {
  return targets.map((target) => attemptsOf(target).map(({ outcome, errno }) => ({ outcome, errno })));
}
