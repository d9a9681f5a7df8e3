import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labProblem } from '../../lab/available.ts';
import { buildWorld } from '../../lab/build.ts';
import type { World } from '../../lab/build.ts';
import { requirement } from '../support/requirements.ts';
import { attemptsAt, probeAt } from './inside.ts';

const canRun = requirement("the founding article's cases in the lab", labProblem());

const HOST = { 4: '203.0.113.10', 6: '2001:db8:f::10' };
const SILENT = { 4: '203.0.113.20', 6: '2001:db8:f::20' };
const ABSENT = { 4: '203.0.113.99', 6: '2001:db8:f::99' };
const OWN_LAN_ABSENT = { 4: '10.1.0.77', 6: '2001:db8:1::77' };

const at = (address: string, port: number) => ({ host: address, port });

describe.skipIf(!canRun)('the result of connect()', { timeout: 60_000 }, () => {
  let world: World;
  beforeAll(async () => {
    world = await buildWorld({
      routers: [{ name: 'edge', links: ['border'] }, { name: 'border' }],
      vantages: [
        { name: 'here', router: 'edge' },
        { name: 'hasty', router: 'edge' },
      ],
      networks: [
        {
          name: 'lan',
          router: 'border',
          prefix4: '203.0.113.0/24',
          prefix6: '2001:db8:f::/64',
          hosts: [
            { name: 'host', addresses: Object.values(HOST), services: { 80: 'open' } },
            { name: 'silent', addresses: Object.values(SILENT), services: { 80: 'open' } },
          ],
        },
      ],
    });
    await world.break('blackhole', { type: 'route', at: 'border', answer: 'blackhole', to: 'silent' });
    // Instead of 6: the kernel stops after 3 s and not after two minutes.
    await world.shell('hasty', 'echo 1 >/proc/sys/net/ipv4/tcp_syn_retries');
    await world.shell('hasty', 'echo 0 >/proc/sys/net/ipv4/tcp_syn_linear_timeouts');
  });
  afterAll(() => world.close());

  it.concurrent.each([4, 6] as const)(
    'distinguishes listening, closed, silent and absent, over IPv%i',
    async (family) => {
      const [host, silent, absent, neighbour] = [HOST, SILENT, ABSENT, OWN_LAN_ABSENT].map(
        (each) => each[family],
      );
      const report = await probeAt(world, 'here', {
        targets: [
          at(host ?? '', 80),
          at(host ?? '', 81),
          at(silent ?? '', 80),
          at(absent ?? '', 80),
          at(neighbour ?? '', 80),
        ],
      });

      const listening = attemptsAt(report, host ?? '', 80);
      expect(listening).toHaveLength(3);
      for (const attempt of listening) {
        expect(attempt).toMatchObject({
          outcome: 'connected',
          stage: 'remote',
          localPort: expect.any(Number),
        });
        expect(attempt.handshakeMs).toBeLessThan(900);
      }

      const closed = attemptsAt(report, host ?? '', 81);
      expect(closed).toHaveLength(3);
      for (const attempt of closed) {
        expect(attempt).toMatchObject({ outcome: 'refused', stage: 'remote', errno: 'ECONNREFUSED' });
        expect(attempt.elapsedMs, 'at once').toBeLessThan(900);
      }

      const quiet = attemptsAt(report, silent ?? '', 80);
      expect(quiet).toHaveLength(3);
      expect(new Set(quiet.map(({ localPort }) => localPort)).size, 'fresh source ports').toBe(3);
      for (const attempt of quiet) {
        expect(attempt).toMatchObject({ outcome: 'timed-out', stage: 'path', socketState: 'SYN_SENT' });
        expect(attempt.synRetransmits, 'SYNs sent again, as netstat would show').toBeGreaterThanOrEqual(2);
        expect(attempt.elapsedMs).toBeGreaterThan(3000);
      }

      for (const address of [absent ?? '', neighbour ?? '']) {
        const gone = attemptsAt(report, address, 80);
        expect(gone).toHaveLength(3);
        for (const attempt of gone) {
          expect(attempt).toMatchObject({ outcome: 'host-unreachable', errno: 'EHOSTUNREACH' });
        }
        const first = gone[0]?.elapsedMs ?? 0;
        expect(first, `no ARP reply for ${address}: about 3 s`).toBeGreaterThan(2500);
        expect(first).toBeLessThan(5500);
      }
    },
  );

  it.concurrent.each([4, 6] as const)(
    "waits for the kernel's own ETIMEDOUT when asked to, over IPv%i",
    async (family) => {
      const address = SILENT[family];
      const report = await probeAt(world, 'hasty', {
        targets: [{ host: address, port: 80 }],
        timeoutMs: 'kernel',
        attempts: 1,
      });
      const [attempt, ...others] = attemptsAt(report, address, 80);
      expect(others).toEqual([]);
      expect(attempt).toMatchObject({ outcome: 'timed-out', stage: 'path', errno: 'ETIMEDOUT' });
      // 1 s to the first SYN sent again, 2 s more to the end (tcp(7), tcp_syn_retries).
      expect(attempt?.elapsedMs).toBeGreaterThan(2500);
      expect(attempt?.elapsedMs).toBeLessThan(8000);
    },
  );
});
