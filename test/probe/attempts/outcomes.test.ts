import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { failureOf } from '../../../functions/probe/attempts/outcomes.ts';
import { probe } from '../../../functions/probe/probe.ts';
import type { Attempt } from '../../../functions/reachability/report.ts';
import type { ProbeRequest } from '../../../functions/reachability/request.ts';
import { closedPort } from '../../cli/loopback.ts';
import { openSilentPort } from './silent-port.ts';

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function listen(host: string, onConnection: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  servers.push(server);
  server.listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

async function attemptsAt(
  host: string,
  port: number,
  request: Partial<ProbeRequest> = {},
): Promise<Attempt[]> {
  const report = await probe({ targets: [{ host, port }], ...request });
  return report.targets[0]?.addresses[0]?.attempts ?? [];
}

const LOOPBACKS = hasIpv6() ? ['127.0.0.1', '::1'] : ['127.0.0.1'];

describe.each(LOOPBACKS)('at %s', (host) => {
  it('reports an open port as connected, in three attempts from three ports, started 300 ms apart', async () => {
    const ports: (number | undefined)[] = [];
    const port = await listen(host, (socket) => ports.push(socket.remotePort));
    const attempts = await attemptsAt(host, port);
    expect(attempts).toMatchObject(
      Array.from({ length: 3 }, () => ({ outcome: 'connected', stage: 'remote' })),
    );
    expect(new Set(ports).size).toBe(3);
    expect(new Set(attempts.map(({ localPort }) => localPort))).toEqual(new Set(ports));
    for (const [index, { startedMs, elapsedMs, handshakeMs }] of attempts.entries()) {
      expect(elapsedMs).toBe(handshakeMs);
      expect(startedMs - (attempts[0]?.startedMs ?? 0)).toBeGreaterThanOrEqual(index * 300 - 5);
    }
  });

  it('reports a closed port as refused, at once', async () => {
    const { port } = await closedPort(host);
    const attempts = await attemptsAt(host, port);
    expect(attempts).toHaveLength(3);
    for (const attempt of attempts) {
      expect(attempt).toMatchObject({ outcome: 'refused', stage: 'remote', errno: 'ECONNREFUSED' });
      expect(attempt.localPort).toBeGreaterThan(0);
      expect(attempt).not.toHaveProperty('handshakeMs');
    }
  });

  it('reports a connection that is reset at once', async () => {
    const port = await listen(host, (socket) => socket.resetAndDestroy());
    const attempts = await attemptsAt(host, port);
    const expected = { outcome: 'connected-then-reset', stage: 'remote', errno: 'ECONNRESET' };
    expect(attempts).toMatchObject([expected, expected, expected]);
  });

  it('reports a connection that is closed at once', async () => {
    const port = await listen(host, (socket) => socket.end());
    const attempts = await attemptsAt(host, port);
    const expected = { outcome: 'connected-then-closed', stage: 'remote', errno: 'EOF' };
    expect(attempts).toMatchObject([expected, expected, expected]);
  });

  it('reports a connection with a banner as connected, also where the peer closes it afterwards', async () => {
    const port = await listen(host, (socket) => socket.end('220 hello\r\n'));
    const attempts = await attemptsAt(host, port, { settleMs: 2000, attempts: 2, staggerMs: 50 });
    expect(attempts).toMatchObject([{ outcome: 'connected' }, { outcome: 'connected' }]);
  });

  it('watches an open connection for settleMs', async () => {
    const port = await listen(host, (socket) => void setTimeout(() => socket.end(), 400));
    const [long] = await attemptsAt(host, port, { settleMs: 3000, attempts: 1 });
    const [short] = await attemptsAt(host, port, { settleMs: 50, attempts: 1 });
    const [none] = await attemptsAt(host, port, { settleMs: 0, attempts: 1 });
    expect([long?.outcome, short?.outcome, none?.outcome]).toEqual([
      'connected-then-closed',
      'connected',
      'connected',
    ]);
  });
});

it('accepts every spelling of an address, and reports the canonical one', async () => {
  const port = await listen('127.0.0.1', () => undefined);
  const targets = ['127.1', '0x7f000001', '2130706433', '0177.0.0.1'].map((host) => ({ host, port }));
  const report = await probe({ targets, attempts: 1 });
  expect(report.targets.map(({ host, addresses }) => [host, addresses[0]?.attempts[0]?.outcome])).toEqual(
    Array.from({ length: 4 }, () => ['127.0.0.1', 'connected']),
  );
});

it('reports a silent address as timed-out, with the SYNs sent again and the state that netstat shows', async () => {
  const silent = await openSilentPort();
  try {
    const attempts = await attemptsAt('127.0.0.1', silent.port);
    expect(attempts).toHaveLength(3);
    for (const attempt of attempts) {
      expect(attempt).toMatchObject({ outcome: 'timed-out', stage: 'path', socketState: 'SYN_SENT' });
      expect(attempt.synRetransmits).toBeGreaterThanOrEqual(2);
      expect(attempt).not.toHaveProperty('errno');
      expect(attempt.startedMs + attempt.elapsedMs).toBeGreaterThan(3990);
    }
  } finally {
    await silent.close();
  }
});

it('reports silence as inconclusive where fewer than three SYNs were sent', async () => {
  const silent = await openSilentPort();
  try {
    const [attempt] = await attemptsAt('127.0.0.1', silent.port, { timeoutMs: 600, attempts: 1 });
    expect(attempt).toMatchObject({ outcome: 'inconclusive', stage: 'path', socketState: 'SYN_SENT' });
  } finally {
    await silent.close();
  }
});

it('checks the controls before the targets and again when the last SYNs to the targets were sent', async () => {
  const silent = await openSilentPort();
  const began = performance.now();
  const report = await probe({
    targets: [{ host: '127.0.0.1', port: silent.port }],
    controls: [{ host: '127.0.0.1', port: await listen('127.0.0.1', () => undefined) }],
  });
  await silent.close();
  expect(performance.now() - began).toBeLessThan(9000);
  const [control] = report.controls;
  expect(control?.before.addresses[0]?.attempts.map(({ outcome }) => outcome)).toEqual([
    'connected',
    'connected',
    'connected',
  ]);
  expect(control?.after?.addresses[0]?.attempts.map(({ outcome }) => outcome)).toEqual([
    'connected',
    'connected',
    'connected',
  ]);
  const lastBefore = control?.before.addresses[0]?.attempts.at(-1)?.startedMs ?? Infinity;
  expect(control?.after?.addresses[0]?.attempts[0]?.startedMs).toBeGreaterThan(lastBefore + 1000);
});

it('does not connect through another interface than the one in the address', async () => {
  const [attempt, ...others] = await attemptsAt('fe80::1%synwhere-none', 9);
  expect(others).toEqual([]);
  expect(attempt).toMatchObject({ outcome: 'local-fault', stage: 'local' });
  expect(attempt?.reason).toContain('no network interface synwhere-none');
});

describe('failureOf', () => {
  it.each([
    ['ECONNREFUSED', 'refused', 'remote'],
    ['ECONNRESET', 'reset', 'remote'],
    ['ETIMEDOUT', 'timed-out', 'path'],
    ['EHOSTUNREACH', 'host-unreachable', 'path'],
    ['ENETUNREACH', 'network-unreachable', 'path'],
    ['EACCES', 'prohibited', 'path'],
    ['EPERM', 'prohibited', 'path'],
    ['ENOPROTOOPT', 'protocol-unreachable', 'remote'],
    ['EMFILE', 'local-fault', 'local'],
    ['ENFILE', 'local-fault', 'local'],
    ['EADDRNOTAVAIL', 'local-fault', 'local'],
    ['EADDRINUSE', 'local-fault', 'local'],
    ['ENOBUFS', 'local-fault', 'local'],
    ['ENOMEM', 'local-fault', 'local'],
    ['EINVAL', 'local-fault', 'local'],
    ['EAFNOSUPPORT', 'local-fault', 'local'],
    ['ESOMETHINGNEW', 'local-fault', 'local'],
  ] as const)('%s is %s', (errno, outcome, stage) => {
    expect(failureOf(errno, false)).toMatchObject({ outcome, stage });
    expect(failureOf(errno, true)).toMatchObject({ outcome, stage: 'local' });
    expect('reason' in failureOf(errno, false)).toBe(outcome === 'local-fault');
    expect(failureOf(errno, false).reason?.includes(errno) ?? false).toBe(errno === 'ESOMETHINGNEW');
  });
});

function hasIpv6(): boolean {
  return Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === '::1'));
}
