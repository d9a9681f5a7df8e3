import { afterEach, describe, expect, it } from 'vitest';
import { parseHosts } from '../../../functions/probe/names/hosts-file.ts';
import { lambdaPolicy } from '../../../functions/probe/policy/policy.ts';
import { probe } from '../../../functions/probe/probe.ts';
import type { TargetReport } from '../../../functions/reachability/report.ts';
import { openPort, type Port } from '../../cli/loopback.ts';
import {
  records,
  startDnsServer,
  type DnsAnswer,
  type DnsServer,
  type DnsZone,
} from '../../support/dns-server.ts';

let server: DnsServer | undefined;
let port: Port | undefined;

afterEach(async () => {
  await server?.close();
  await port?.close();
  [server, port] = [undefined, undefined];
});

const onlyIpv4Answers: DnsZone = ({ name, type }) =>
  type === 'A' ? records('A', name, { A: ['127.0.0.1'] }) : 'silence';

const bothFamilies: DnsZone = ({ name, type }) =>
  records(type, name, { A: ['127.0.0.3', '127.0.0.1', '127.0.0.3'], AAAA: ['0:0:0:0:0:0:0:1'] });

/** Slower than the time after which a query is sent again. */
const slowAmongQuick: DnsZone = ({ name, type }) => {
  const found: DnsAnswer =
    type === 'A' ? { records: [{ name, type, ttl: 60, data: '127.0.0.1' }] } : { records: [] };
  return name.startsWith('slow') ? { ...found, delayMs: 2300 } : found;
};

const throughCname: DnsZone = ({ name, type }) => {
  if (type !== 'A') return { records: [] };
  return {
    records: [
      { name, type: 'CNAME', ttl: 60, data: 'edge.example.net' },
      { name: 'edge.example.net', type: 'A', ttl: 60, data: '127.0.0.1' },
    ],
  };
};

async function ask(zone: DnsZone, hosts: string[], targetPort = 9): Promise<TargetReport[]> {
  server = await startDnsServer(zone);
  const targets = hosts.map((host) => ({ host, port: targetPort }));
  const report = await probe({ targets, attempts: 1 }, { nameServers: [server.address] });
  return report.targets;
}

describe('the outcome of a look-up', () => {
  it.each([
    { code: 'nxdomain', outcome: 'name-not-found', errorCode: 'ENOTFOUND' },
    { code: 'servfail', outcome: 'name-server-failed', errorCode: 'ESERVFAIL' },
    { code: 'refused', outcome: 'name-server-failed', errorCode: 'EREFUSED' },
  ] as const)('$code is $outcome', async ({ code, outcome, errorCode }) => {
    const [target] = await ask(() => ({ code }), ['www.example.com']);
    expect(target).toMatchObject({
      host: 'www.example.com',
      name: { outcome, errorCode, addresses: [], servers: [server?.address] },
      addresses: [],
    });
    expect(target).not.toHaveProperty('notTried');
  });

  it('distinguishes a name without an address from a name that does not exist', async () => {
    const [target] = await ask(() => ({ records: [] }), ['www.example.com']);
    expect(target).toMatchObject({ name: { outcome: 'name-without-address', errorCode: 'ENODATA' } });
    expect(server?.questions.toSorted()).toEqual(['www.example.com A', 'www.example.com AAAA']);
  });

  it('looks up at most 50 names at once', async () => {
    const count = 160;
    const waiting = new Set<string>();
    let most = 0;
    const zone: DnsZone = ({ name }) => {
      waiting.add(name);
      most = Math.max(most, waiting.size);
      setTimeout(() => waiting.delete(name), 60);
      return { records: [], delayMs: 60 };
    };
    const hosts = Array.from({ length: count }, (_, index) => `name-${index}.example.com`);
    const targets = await ask(zone, hosts);
    expect(targets.map(({ name }) => name?.outcome)).toEqual(hosts.map(() => 'name-without-address'));
    expect(new Set(server?.questions).size).toBe(2 * count);
    expect(most).toBeGreaterThan(25);
    expect(most).toBeLessThanOrEqual(50);
  });

  it('is a time-out after three queries and four seconds where no name server answers', async () => {
    const [target] = await ask(() => 'silence', ['www.example.com']);
    expect(target).toMatchObject({ name: { outcome: 'name-timed-out', addresses: [] } });
    expect(target?.name?.elapsedMs).toBeGreaterThan(3500);
    expect(target?.name?.elapsedMs).toBeLessThan(8000);
    expect(server?.questions.filter((question) => question.endsWith(' A')).length).toBeGreaterThanOrEqual(2);
  });

  it('is a failure of the name server where none runs at its address', async () => {
    const [target] = (
      await probe(
        { targets: [{ host: 'www.example.com', port: 9 }] },
        { nameServers: [`127.0.0.1:${await closedUdpPort()}`] },
      )
    ).targets;
    expect(target).toMatchObject({ name: { outcome: 'name-server-failed', errorCode: 'ECONNREFUSED' } });
  });

  it('has the addresses of one family where the other is not answered', async () => {
    port = await openPort();
    const [target] = await ask(onlyIpv4Answers, ['half.example.com'], port.port);
    expect(target).toMatchObject({
      name: { outcome: 'resolved', addresses: ['127.0.0.1'] },
      addresses: [{ address: '127.0.0.1', attempts: [{ outcome: 'connected' }] }],
    });
    expect(target?.name?.elapsedMs).toBeLessThan(3900);
  });

  it('is the answer that comes after the query was sent again, among many quick answers', async () => {
    const many = Array.from({ length: 100 }, (_, index) => `quick${index}.example.com`);
    const targets = await ask(slowAmongQuick, [...many, 'slow.example.com']);
    expect(targets.at(-1)).toMatchObject({ name: { outcome: 'resolved', addresses: ['127.0.0.1'] } });
  });

  it('is a failed server rather than an empty answer', async () => {
    const [target] = await ask(
      ({ type }) => (type === 'A' ? { records: [] } : { code: 'servfail' }),
      ['odd.example.com'],
    );
    expect(target).toMatchObject({ name: { outcome: 'name-server-failed' } });
  });
});

describe('the addresses that are connected to', () => {
  it('are all addresses of both families, IPv4 first, in canonical form, each once', async () => {
    port = await openPort();
    const [target] = await ask(bothFamilies, ['both.example.com'], port.port);
    expect(target?.name?.addresses).toEqual(['127.0.0.1', '127.0.0.3', '::1']);
    expect(target?.addresses.map(({ address, family }) => [address, family])).toEqual([
      ['127.0.0.1', 4],
      ['127.0.0.3', 4],
      ['::1', 6],
    ]);
  });

  it('are those at the end of a chain of CNAMEs', async () => {
    const [target] = await ask(throughCname, ['www.example.com']);
    expect(target).toMatchObject({ name: { outcome: 'resolved', addresses: ['127.0.0.1'] } });
  });

  it('are those of the request, where it gives addresses; the name is looked up too', async () => {
    port = await openPort();
    server = await startDnsServer(({ name, type }) => records(type, name, { A: ['127.0.0.2'] }));
    const targets = [{ host: 'www.example.com', port: port.port, addresses: ['127.1', '127.0.0.1'] }];
    const policy = lambdaPolicy([{ cidr: '127.0.0.0/8' }]);
    const report = await probe({ targets, attempts: 1 }, { policy, nameServers: [server.address] });
    const seen = { address: '127.0.0.1', attempts: [{ outcome: 'connected' }] };
    expect(report.targets).toMatchObject([
      { name: { outcome: 'resolved', addresses: ['127.0.0.2'] }, addresses: [seen] },
    ]);
    expect(report.targets[0]?.addresses).toHaveLength(1);
  });
});

it('looks up a name once for all targets that share it, and many names in parallel', async () => {
  const hosts = Array.from({ length: 600 }, (_, index) => `n${index % 300}.example.com`);
  const targets = await ask(() => ({ code: 'nxdomain' }), hosts);
  expect(targets.every(({ name }) => name?.outcome === 'name-not-found')).toBe(true);
  const asked = new Set(server?.questions);
  expect(asked.size).toBe(600);
  expect(server?.questions.length).toBeLessThan(900);
});

it('looks a name up again in every request', async () => {
  server = await startDnsServer(({ name, type, turn }) =>
    records(type, name, { A: [`127.0.0.${turn + 1}`] }),
  );
  const once = async () =>
    (
      await probe(
        { targets: [{ host: 'turn.example.com', port: 9 }] },
        { nameServers: [server?.address ?? ''] },
      )
    ).targets[0]?.name?.addresses;
  expect([await once(), await once()]).toEqual([['127.0.0.1'], ['127.0.0.2']]);
});

describe('the hosts file', () => {
  it('is used without a query to a name server', async () => {
    const [target] = await ask(() => ({ code: 'nxdomain' }), ['localhost']);
    expect(target?.name).toMatchObject({ outcome: 'resolved' });
    expect(target?.name?.addresses.every((address) => address === '::1' || address.startsWith('127.'))).toBe(
      true,
    );
    expect(server?.questions).toEqual([]);
  });

  it('is read as hosts(5) defines', () => {
    const hosts = parseHosts('# none\n127.1 Localhost me # you\n::1\tip6 me\r\nnot-an-address a\n10.0.0.1\n');
    expect(Object.fromEntries(hosts)).toEqual({
      localhost: ['127.0.0.1'],
      me: ['127.0.0.1', '::1'],
      ip6: ['::1'],
    });
  });

  it('is not needed for localhost', () => {
    expect(parseHosts('').get('localhost')).toEqual(['127.0.0.1', '::1']);
  });
});

async function closedUdpPort(): Promise<number> {
  const gone = await startDnsServer(() => 'silence');
  await gone.close();
  return Number(gone.address.split(':')[1]);
}
