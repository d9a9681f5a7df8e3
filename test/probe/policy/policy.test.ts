import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import {
  lambdaPolicy,
  ownMachine,
  parsePolicy,
  PolicyError,
} from '../../../functions/probe/policy/policy.ts';
import { probe } from '../../../functions/probe/probe.ts';
import { parseAddress } from '../../../functions/reachability/address.ts';
import { judge } from '../../../functions/reachability/judge.ts';
import { parseReport } from '../../../functions/reachability/report.ts';
import { records, startDnsServer } from '../../support/dns-server.ts';

const policy = lambdaPolicy([]);

/** Forbidden addresses, in every spelling that connect(2), inet_aton(3), RFC 4291 or a translator on the path accepts. */
const HOSTILE = [
  // loopback
  '127.0.0.1',
  '127.1',
  '127.0.1',
  '2130706433',
  '0x7f000001',
  '0x7f.1',
  '0177.0.0.1',
  '017700000001',
  '0x7f.0x0.0x0.0x1',
  '127.255.255.254',
  '::1',
  '0:0:0:0:0:0:0:1',
  '0000:0000:0000:0000:0000:0000:0000:0001',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '::127.0.0.1',
  '::ffff:0:127.0.0.1',
  '64:ff9b::127.0.0.1',
  '64:ff9b::7f00:1',
  '2002:7f00:1::',
  '2002:7f00:0001:1::1',
  '2001:0:7f00:1::',
  // this network, unspecified
  '0.0.0.0',
  '0',
  '0x0',
  '00.0.0.0',
  '0.1.2.3',
  '::',
  '::0',
  '0::0',
  '::ffff:0.0.0.0',
  '64:ff9b::',
  // link-local and metadata
  '169.254.169.254',
  '2852039166',
  '0xa9fea9fe',
  '0xa9.0xfe.0xa9.0xfe',
  '0251.0376.0251.0376',
  '169.254.43518',
  '169.16689662',
  '169.254.1.1',
  '::ffff:169.254.169.254',
  '::ffff:a9fe:a9fe',
  '64:ff9b::a9fe:a9fe',
  '64:ff9b:1::a9fe:a9fe',
  '2002:a9fe:a9fe::1',
  'fe80::1',
  'fe80::1%lo',
  'febf::1',
  'fd00:ec2::254',
  'fd00:0ec2:0000::0254',
  'fd20:ce::254',
  '100.100.100.200',
  '192.0.0.192',
  // private, unique and site local
  '10.0.0.1',
  '10.1',
  '0xa000001',
  '167772161',
  '012.0.0.1',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '192.168.257',
  '0xc0a80101',
  '3232235777',
  '::ffff:10.0.0.1',
  '::ffff:192.168.1.1',
  '::ffff:c0a8:101',
  '64:ff9b::10.0.0.1',
  '2002:0a00:0001::',
  '2002:c0a8:0101::1',
  'fc00::1',
  'fd12:3456::1',
  'fec0::1',
  '2a00:1:2:3:0:5efe:10.0.0.1',
  '2a00:1:2:3:200:5efe:192.168.1.1',
  '2a00:1:2:3:0:5efe:a9fe:a9fe',
  // carriers, protocol assignments, documentation, benchmarking, reserved, multicast, broadcast
  '100.64.0.1',
  '100.127.255.255',
  '192.0.0.1',
  '192.0.2.1',
  '198.51.100.1',
  '203.0.113.1',
  '192.88.99.1',
  '198.18.0.1',
  '198.19.255.255',
  '240.0.0.1',
  '255.255.255.255',
  '4294967295',
  '224.0.0.1',
  '239.255.255.250',
  '2001:db8::1',
  '3fff::1',
  '3fff:fff::1',
  '2001::1',
  '2001:2::1',
  '2001:10::1',
  '2001:20::1',
  '100::1',
  '100:0:0:1::1',
  '5f00::1',
  'ff02::1',
  'ff0e::1',
  '4000::1',
  '1::1',
  '::5',
  '64:ff9b:1::1',
  '64:ff9b:2::1',
  // a zone is never public
  '2a00:1450::1%eth0',
];

const PUBLIC = [
  '8.8.8.8',
  '1.1.1.1',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '126.255.255.255',
  '128.0.0.0',
  '169.253.255.255',
  '169.255.0.0',
  '172.15.255.255',
  '172.32.0.0',
  '192.0.1.0',
  '192.167.255.255',
  '192.169.0.0',
  '198.17.255.255',
  '198.20.0.0',
  '223.255.255.255',
  '2606:4700::1111',
  '2a00:1450:4001::200e',
  '2001:200::1',
  '2001:4860:4860::8888',
  '2001:db7::1',
  '2001:db9::1',
  '3ffe::1',
  '2620:fe::fe',
  '::ffff:8.8.8.8',
  '64:ff9b::8.8.8.8',
  '2002:808:808::1',
  '2a00:1:2:3:0:5efe:8.8.8.8',
  '2a00:1:2:3:0:5eff:10.0.0.1',
];

describe('the policy of a Lambda', () => {
  it.each(HOSTILE)('denies %s', (spelling) => {
    const address = parseAddress(spelling);
    expect(address, 'a valid spelling').toBeDefined();
    if (address)
      expect(policy.deny(address, 443)).toMatch(/^\S+ (is|has) .+; the address policy.* forbids it$/);
  });

  it.each(PUBLIC)('allows %s', (spelling) => {
    const address = parseAddress(spelling);
    expect(address && policy.deny(address, 443)).toBeUndefined();
    expect(address).toBeDefined();
  });

  it('names the range, also inside another address', () => {
    expect(deny(policy, '169.254.169.254')).toContain('cloud metadata service');
    expect(deny(policy, '::ffff:10.0.0.1')).toContain(
      '10.0.0.1 inside an IPv4-mapped address, private (RFC 1918)',
    );
    expect(deny(policy, '64:ff9b::a00:1')).toContain('NAT64');
    expect(deny(policy, '2002:a00:1::')).toContain('6to4');
    expect(deny(policy, '2a00::5efe:a00:1')).toContain('ISATAP');
  });
});

describe('an allow list', () => {
  const own = lambdaPolicy([
    { cidr: '10.1.0.0/16', ports: [443, 8443] },
    { cidr: '127.0.0.1' },
    { cidr: 'fd00:1::/32', ports: [53] },
    { cidr: '192.168.0.128/25' },
  ]);

  it.each([
    ['10.1.2.3', 443, true],
    ['10.1.2.3', 8443, true],
    ['10.1.2.3', 22, false],
    ['10.2.0.1', 443, false],
    ['127.0.0.1', 1, true],
    ['127.0.0.2', 1, false],
    ['fd00:1::5', 53, true],
    ['fd00:1::5', 54, false],
    ['fd00:2::5', 53, false],
    ['192.168.0.127', 80, false],
    ['192.168.0.128', 80, true],
    ['::ffff:10.1.2.3', 443, true],
    ['::ffff:10.1.2.3', 22, false],
    ['64:ff9b::10.1.2.3', 443, true],
    ['2002:a01:203::', 22, false],
    ['8.8.8.8', 22, true],
  ] as const)('decides %s port %i: allowed %s', (spelling, port, goes) => {
    expect(deny(own, spelling, port) === undefined).toBe(goes);
  });

  it.each([[undefined], [''], ['{"allow":[]}']])('of %j allows nothing more', (text) => {
    expect(deny(parsePolicy(text), '10.0.0.1')).toBeDefined();
  });

  it('is read from the environment as JSON', () => {
    const read = parsePolicy('{"allow":[{"cidr":"10.0.0.0/8","ports":[443]}]}');
    expect([deny(read, '10.0.0.1', 443), deny(read, '10.0.0.1', 80) !== undefined]).toEqual([
      undefined,
      true,
    ]);
  });

  it.each([
    ['nonsense', 'not JSON'],
    ['{}', '"allow" must be a list'],
    ['null', '"allow" must be a list'],
    ['{"allow":[7]}', 'allow[0]'],
    ['{"allow":[{"cidr":"10.0.0.0/33"}]}', '"10.0.0.0/33" is not a CIDR'],
    ['{"allow":[{"cidr":"fe80::1%eth0/64"}]}', 'is not a CIDR'],
    ['{"allow":[{"cidr":"10.0.0.0/8","ports":[0]}]}', 'ports must be a list'],
    ['{"allow":[{"cidr":"10.0.0.0/8","ports":"443"}]}', 'ports must be a list'],
  ])('%s is rejected with one line', (text, message) => {
    expect(() => parsePolicy(text)).toThrow(PolicyError);
    expect(() => parsePolicy(text)).toThrow(message);
  });
});

describe('the probe under a policy', () => {
  it('denies every hostile literal and opens no connection', async () => {
    const { port, seen, close } = await countingServer();
    const targets = HOSTILE.map((host) => ({ host, port }));
    const report = await probe({ targets }, { policy });
    const outcomes = report.targets.map((target) => target.addresses.map(({ attempts }) => attempts));
    for (const [index, addresses] of outcomes.entries()) {
      expect(addresses, HOSTILE[index]).toMatchObject([[{ outcome: 'denied', stage: 'local' }]]);
    }
    expect(seen()).toBe(0);
    await close();
  });

  it('denies the addresses of a request', async () => {
    const server = await startDnsServer(({ name, type }) => records(type, name, { A: ['127.0.0.1'] }));
    const report = await probe(
      {
        targets: [{ host: 'given.example.com', port: 80, addresses: ['127.1', '::ffff:169.254.169.254'] }],
        controls: [{ host: '127.0.0.1', port: 80 }],
      },
      { policy, nameServers: [server.address] },
    );
    const views = [...(report.targets[0]?.addresses ?? []), ...(report.controls[0]?.before.addresses ?? [])];
    expect(views.map(({ address, attempts }) => [address, attempts.map(({ outcome }) => outcome)])).toEqual([
      ['127.0.0.1', ['denied']],
      ['::ffff:a9fe:a9fe', ['denied']],
      ['127.0.0.1', ['denied']],
    ]);
    await server.close();
  });

  it('connects to a literal only, and ignores addresses given for it', async () => {
    const { port, seen, close } = await countingServer();
    const targets = [{ host: '127.0.0.9', port, addresses: ['127.0.0.1', '127.0.0.8'] }];
    const report = await probe({ targets, attempts: 1 });
    expect(report.targets[0]?.addresses.map(({ address }) => address)).toEqual(['127.0.0.9']);
    expect(seen()).toBe(0);
    await close();
  });

  it('does not reveal the forbidden addresses of a name', async () => {
    const server = await startDnsServer(({ name, type }) =>
      records(type, name, { A: ['127.20.30.40', '127.99.9.9'], AAAA: ['::1'] }),
    );
    const host = 'database.internal.example';
    const report = await probe(
      {
        targets: [
          { host, port: 443 },
          { host, port: 444, addresses: ['127.0.0.1'] },
        ],
        controls: [{ host, port: 443 }],
      },
      { policy, nameServers: [server.address] },
    );
    await server.close();
    expect(JSON.stringify(report)).not.toMatch(/127\.20|127\.99|::1/);
    const [target, given] = parseReport(structuredClone(report)).targets;
    expect(target).toMatchObject({ name: { outcome: 'resolved', addresses: [], denied: 3 }, addresses: [] });
    expect(given).toMatchObject({
      name: { addresses: [], denied: 3 },
      addresses: [{ address: '127.0.0.1' }],
    });
    const verdict = judge({ host, port: 443 }, [[{ vantage: 'a', report }]], report);
    expect(verdict).toMatchObject({ kind: 'vantage-fault', vantages: [{ fault: 'none', addresses: [] }] });
    expect(verdict.summary).toContain('No vantage was allowed to try');
    expect(verdict.vantages[0]?.abstained).toBe(
      'it was not allowed to try: the address policy of this vantage forbids every address of this name',
    );
  });

  it('checks the addresses of a name, and connects to the checked ones although the name resolves to others later', async () => {
    const { port, seen, close } = await countingServer();
    const server = await startDnsServer(({ name, type, turn }) =>
      records(type, name, {
        A: [turn % 2 === 0 ? '127.0.0.2' : '127.0.0.1'],
        AAAA: ['::ffff:127.0.0.1', '::1', 'fe80::1'],
      }),
    );
    const nameServers = [server.address];
    // The allowed address has no listener; the address of the listener stays forbidden.
    const own = lambdaPolicy([{ cidr: '127.0.0.2/32' }]);
    const ask = () =>
      probe(
        { targets: [{ host: 'rebind.example.com', port }], controls: [{ host: 'rebind.example.com', port }] },
        { policy: own, nameServers },
      );
    const first = await ask();
    const second = await ask();
    const view = (report: Awaited<ReturnType<typeof ask>>) =>
      report.targets[0]?.addresses.map(({ address, attempts }) => [address, attempts[0]?.outcome]);
    expect(view(first)).toEqual([['127.0.0.2', 'refused']]);
    expect(first.targets[0]?.name?.denied).toBe(3);
    expect(view(second)).toEqual([]);
    expect(second.targets[0]?.name?.denied).toBe(4);
    expect(first.controls[0]?.after?.addresses[0]?.address).toBe('127.0.0.2');
    expect(seen()).toBe(0);
    await server.close();
    await close();
  });
});

describe("the policy of the user's own machine", () => {
  it.each(['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1', '0.0.0.0', '::'])(
    'does not connect to %s where only another vantage resolved the name to it',
    async (address) => {
      const { port, seen, close } = await countingServer();
      const server = await startDnsServer(({ name, type }) => records(type, name, { A: ['127.0.0.3'] }));
      const targets = [{ host: 'shop.example.com', port, addresses: [address, '127.0.0.3'] }];
      const report = await probe({ targets, attempts: 1 }, { nameServers: [server.address] });
      await Promise.all([server.close(), close()]);
      const views = Map.groupBy(report.targets[0]?.addresses ?? [], (view) => view.address);
      expect(views.get('127.0.0.3')).toMatchObject([{ attempts: [{ outcome: 'refused' }] }]);
      const reason: unknown = expect.stringContaining('another vantage resolved the name to it');
      const denied = { outcome: 'denied', stage: 'local', reason };
      expect(views.get(parseAddress(address)?.text ?? '')).toMatchObject([{ attempts: [denied] }]);
      expect(seen()).toBe(0);
    },
  );

  it.each([
    '169.254.169.254',
    '169.254.1.1',
    'fe80::1',
    'fe80::1%lo',
    'fd00:ec2::254',
    '100.100.100.200',
    '192.0.0.192',
    '64:ff9b::169.254.169.254',
    '2002:7f00:1::',
  ])('denies %s where only another vantage resolved the name to it', (address) => {
    const parsed = parseAddress(address);
    expect(parsed && ownMachine.denyGiven(parsed, 443)).toContain('another vantage resolved the name to it');
    expect(parsed && ownMachine.deny(parsed, 443)).toBeUndefined();
  });

  it('allows private addresses that another vantage resolved the name to', () => {
    for (const address of ['10.0.0.1', '192.168.1.1', '172.16.0.1', '100.64.0.1', 'fd12::1', '203.0.113.1']) {
      const parsed = parseAddress(address);
      expect(parsed && ownMachine.denyGiven(parsed, 443), address).toBeUndefined();
    }
  });

  it('connects to its own loopback where the user asks for it, in every round', async () => {
    const { port, seen, close } = await countingServer();
    const hosts = ['localhost', '127.0.0.1'];
    const rounds = [
      hosts.map((host) => ({ host, port })),
      [
        { host: 'localhost', port, addresses: ['127.0.0.1', '::1'] },
        { host: '127.0.0.1', port, addresses: ['127.0.0.1'] },
      ],
    ];
    for (const targets of rounds) {
      const controls = [{ host: 'localhost', port }];
      const {
        targets: seenOf,
        controls: [control],
      } = await probe({ targets, controls, attempts: 1 });
      const reports = [...seenOf, control?.before, control?.after];
      for (const report of reports) {
        const [view] = report?.addresses ?? [];
        expect(view).toMatchObject({ address: '127.0.0.1', attempts: [{ stage: 'remote' }] });
      }
    }
    expect(seen()).toBe(2 * 4);
    await close();
  });
});

function deny(by: typeof policy, spelling: string, port = 443): string | undefined {
  const address = parseAddress(spelling);
  if (!address) throw new TypeError(`not an address: ${spelling}`);
  return by.deny(address, port);
}

/** Listens on the loopback address 127.0.0.1 and counts the connections. */
async function countingServer(): Promise<{ port: number; seen: () => number; close: () => Promise<void> }> {
  let count = 0;
  const server = createServer((socket) => {
    count++;
    socket.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    port,
    seen: () => count,
    close: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}
