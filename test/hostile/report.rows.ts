import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect } from 'vitest';
import { check } from '../../functions/aggregator/check/check.ts';
import { inProcessVantage } from '../../functions/aggregator/vantages/in-process.ts';
import type { Vantage } from '../../functions/aggregator/vantages/vantage.ts';
import { ownMachine } from '../../functions/probe/policy/policy.ts';
import { probe } from '../../functions/probe/probe.ts';
import { parseAddress } from '../../functions/reachability/address.ts';
import { isCleanText } from '../../functions/reachability/clean-text.ts';
import type {
  AddressReport,
  Attempt,
  ProbeReport,
  TargetReport,
} from '../../functions/reachability/report.ts';
import type { ProbeRequest, Target } from '../../functions/reachability/request.ts';
import type { Verdict } from '../../functions/reachability/verdict.ts';
import type { Outcome } from '../../functions/reachability/words.ts';
import { records, startDnsServer } from '../support/dns-server.ts';
import type { HostileRow } from './row.ts';

const NAMED: Target = { host: 'shop.example', port: 443 };
const LITERAL: Target = { host: '192.0.2.10', port: 443 };
const CORRECT = ['192.0.2.10'];

/** Escape sequences, line ends, a bidirectional override, a zero-width space, a line separator, half of a surrogate pair. */
const ODD_TEXTS = [
  '\u001B[2J',
  'a\nall is well',
  'a\r',
  '\u202Egnp.exe',
  'a\u200Bb',
  'a\u2028b',
  '\uD800',
  '\u0085',
  '\u007F',
];
const NOT_ADDRESSES = ['', 'localhost', '192.0.2.300', 'fe80::1%a b', '192.0.2.1\n', '<b>1</b>', '@everyone'];

export const rows: HostileRow[] = [
  {
    surface: 'report',
    input: 'control, format and line separator characters in any text of a report',
    outcome: 'that vantage abstains (`invalid answer`); the verdict uses the other vantages',
    run: async () => {
      for (const odd of ODD_TEXTS) {
        await garbage((report) => ({ ...report, omitted: odd }));
        await garbage((report) => withAttempt(report, { reason: odd }));
        await garbage((report) => withAttempt(report, { errno: odd }));
        await garbage((report) => withAttempt(report, { socketState: odd }));
        await garbage((report) =>
          withAttempt(report, { icmp: { type: 3, code: 1, name: odd, from: '192.0.2.1' } }),
        );
        await garbage((report) => withTarget(report, { notTried: odd }));
        await garbage((report) =>
          withTarget(report, {
            name: { outcome: 'name-server-failed', addresses: [], elapsedMs: 1, errorCode: odd },
          }),
        );
        await garbage((report) =>
          withTarget(report, { name: { outcome: 'resolved', addresses: [], elapsedMs: 1, servers: [odd] } }),
        );
        await garbage((report) => ({ ...report, system: { platform: odd, evidence: [] } }));
        await garbage((report) => ({ ...report, system: { platform: 'linux', evidence: [odd] } }));
        await garbage((report) => ({
          ...report,
          traces: [{ address: '192.0.2.1', port: 1, reached: false, hops: [{ ttl: 1, answer: odd }] }],
        }));
        await garbage((report) => ({
          ...report,
          controls: [{ host: odd, port: 1, before: { host: 'a', port: 1, addresses: [] } }],
        }));
      }
    },
  },
  {
    surface: 'report',
    input: 'texts in place of addresses, also as the sender of an ICMP error or as a hop of a trace',
    outcome: 'that vantage abstains; the verdict uses the other vantages',
    run: async () => {
      for (const text of NOT_ADDRESSES) {
        await garbage((report) =>
          withTarget(report, { addresses: [{ address: text, family: 4, attempts: [attempt('refused')] }] }),
        );
        await garbage((report) =>
          withTarget(report, { name: { outcome: 'resolved', addresses: [text], elapsedMs: 1 } }),
        );
        await garbage((report) =>
          withAttempt(report, { icmp: { type: 3, code: 1, name: 'host-unreachable', from: text } }),
        );
        await garbage((report) => ({
          ...report,
          traces: [
            {
              address: '192.0.2.1',
              port: 1,
              reached: false,
              hops: [{ ttl: 1, from: text, answer: 'time-exceeded' }],
            },
          ],
        }));
      }
    },
  },
  {
    surface: 'report',
    input: 'an address of the other family, an address twice, other addresses than the requested literal',
    outcome: 'that vantage abstains; the verdict uses the other vantages',
    run: async () => {
      await garbage((report) => withTarget(report, { addresses: [seen('192.0.2.10', 6)] }));
      await garbage((report) => withTarget(report, { addresses: [seen('2001:db8::1', 4)] }));
      await garbage((report) =>
        withTarget(report, { addresses: [seen('2001:db8::1', 6), seen('2001:DB8:0::1', 6)] }),
      );
      await garbage((report) => withTarget(report, { addresses: [seen('192.0.2.66', 4)] }), LITERAL);
    },
  },
  {
    surface: 'report',
    input:
      '65 addresses of one target, 33 attempts at one address, 101 controls, 65 hops, names of errors with 65 characters, times of 31 years',
    outcome: 'that vantage abstains; the verdict uses the other vantages',
    run: async () => {
      const addresses = many(65).map((index): AddressReport => ({
        address: `192.0.2.${index}`,
        family: 4,
        attempts: [attempt('refused')],
      }));
      await garbage((report) => withTarget(report, { addresses }));
      await garbage((report) =>
        withTarget(report, {
          addresses: [{ address: '192.0.2.10', family: 4, attempts: many(33).map(() => attempt('refused')) }],
        }),
      );
      const before = { host: 'a', port: 1, addresses: [] };
      await garbage((report) => ({
        ...report,
        controls: many(101).map((index) => ({ host: `c${index}`, port: 1, before })),
      }));
      await garbage((report) => ({
        ...report,
        traces: [
          {
            address: '192.0.2.1',
            port: 1,
            reached: false,
            hops: many(65).map((ttl) => ({ ttl, answer: 'silence' })),
          },
        ],
      }));
      await garbage((report) => withAttempt(report, { errno: 'E'.repeat(65) }));
      await garbage((report) => withAttempt(report, { elapsedMs: 1e12 }));
      await garbage((report) => withAttempt(report, { synRetransmits: 1e9 }));
    },
  },
  {
    surface: 'report',
    input: '64 false addresses of a name from one vantage, and other addresses from other vantages',
    outcome: 'the second round requests an equal share of the addresses of each vantage',
    run: async () => {
      const falseAddresses = many(64).map((index) => seen(`10.0.0.${index}`, 4));
      const hostile = vantageThat('hostile', (report) => withTarget(report, { addresses: falseAddresses }));
      const others = many(3).map((vantage) =>
        vantageThat(`v${vantage}`, (report) =>
          withTarget(report, {
            addresses: many(4).map((index) => ({
              address: `203.0.113.${10 * vantage + index}`,
              family: 4,
              attempts: [attempt('connected')],
            })),
          }),
        ),
      );
      await check({ targets: [NAMED], vantages: [hostile, ...others].map(({ vantage }) => vantage) });
      const asked = others[0]?.asked[1]?.targets[0]?.addresses ?? [];
      expect(asked).toHaveLength(64);
      expect(asked.filter((address) => address.startsWith('203.0.113.'))).toHaveLength(12);
    },
  },
  {
    surface: 'report',
    input: 'loopback, link-local and metadata addresses of a name from one vantage',
    outcome: "a vantage on one's own machine does not connect to them, unless its own lookup returns them",
    run: async () => {
      let connections = 0;
      const server = createServer((socket) => {
        connections++;
        socket.destroy();
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const bound = server.address();
      const port = typeof bound === 'object' && bound ? bound.port : 0;
      const names = await startDnsServer(({ name, type }) => records(type, name, { A: ['127.0.0.2'] }));
      const falseAddresses = ['127.0.0.1', '0.0.0.0'];
      const hostile = vantageThat('hostile', (report) =>
        withTarget(report, { addresses: falseAddresses.map((address) => seen(address, 4)) }),
      );
      const here = inProcessVantage('here', (request, { signal }) =>
        probe(request, { signal, nameServers: [names.address] }),
      );
      const targets = [{ host: NAMED.host, port }];
      const [verdict] = await check({ targets, vantages: [hostile.vantage, here] });
      await Promise.all([names.close(), once(server.close(), 'close')]);
      const view = verdict?.vantages.find(({ vantage }) => vantage === 'here');
      const outcomes = view?.addresses.map(({ address, attempts }) => [address, attempts[0]?.outcome]);
      expect(outcomes?.toSorted()).toEqual([
        ['0.0.0.0', 'denied'],
        ['127.0.0.1', 'denied'],
        ['127.0.0.2', 'refused'],
      ]);
      expect(connections).toBe(0);
      for (const address of ['169.254.169.254', 'fd00:ec2::254', 'fe80::1', '169.254.0.1']) {
        const parsed = parseAddress(address);
        expect(parsed && ownMachine.denyGiven(parsed, port), address).toContain(
          'another vantage resolved the name to it',
        );
      }
    },
  },
];

function many(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}

function seen(address: string, family: 4 | 6): AddressReport {
  return { address, family, attempts: [attempt('timed-out')] };
}

function attempt(outcome: Outcome, more: Partial<Attempt> = {}): Attempt {
  return {
    outcome,
    stage: outcome === 'timed-out' ? 'path' : 'remote',
    startedMs: 0,
    elapsedMs: 12,
    ...more,
  };
}

function correct({ targets }: ProbeRequest, outcome: Outcome = 'connected'): ProbeReport {
  return {
    startedAt: '2026-01-01T00:00:00.000Z',
    elapsedMs: 20,
    controls: [],
    targets: targets.map(({ host, port, addresses = CORRECT }) => ({
      host,
      port,
      ...(host === NAMED.host && {
        name: { outcome: 'resolved' as const, addresses: CORRECT, elapsedMs: 1 },
      }),
      addresses: addresses.map((address) => ({ address, family: 4, attempts: [attempt(outcome)] })),
    })),
  };
}

function withTarget(report: ProbeReport, change: Partial<TargetReport>): ProbeReport {
  return { ...report, targets: report.targets.map((target) => ({ ...target, ...change })) };
}

function withAttempt(report: ProbeReport, change: Partial<Attempt>): ProbeReport {
  const attempts = [attempt('host-unreachable', change)];
  const addresses = CORRECT.map((address) => ({ address, family: 4 as const, attempts }));
  return withTarget(report, { addresses });
}

/** A vantage that sends a correct report after `change`; `asked` has the requests. */
function vantageThat(name: string, change: (report: ProbeReport) => ProbeReport) {
  const asked: ProbeRequest[] = [];
  const vantage: Vantage = {
    name,
    probe: (request) => {
      asked.push(request);
      const answer: ProbeReport = JSON.parse(JSON.stringify(change(correct(request))));
      return Promise.resolve(answer);
    },
  };
  return { vantage, asked };
}

/** Checks with one vantage that sends a false report and two that send correct ones. */
async function checkWithFalseReport(
  change: (report: ProbeReport) => ProbeReport,
  target: Target,
): Promise<Verdict> {
  const vantages = [
    vantageThat('hostile', change),
    ...['a', 'b'].map((name) => vantageThat(name, (report) => report)),
  ].map(({ vantage }) => vantage);
  const [verdict] = await check({ targets: [target], vantages });
  if (!verdict) throw new Error('no verdict');
  return verdict;
}

async function garbage(change: (report: ProbeReport) => ProbeReport, target = NAMED): Promise<void> {
  const verdict = await checkWithFalseReport(change, target);
  expect(verdict).toMatchObject({ kind: 'reachable', asExpected: true, rounds: 1 });
  const [, , hostile] = verdict.vantages;
  expect(hostile).toMatchObject({
    vantage: 'hostile',
    counted: false,
    saw: 'nothing',
    fault: 'vantage',
    addresses: [],
  });
  expect(hostile?.abstained).toMatch(/^invalid answer: not a report: \S+: /);
  for (const line of [
    verdict.summary,
    hostile?.abstained ?? '',
    ...verdict.because,
    ...verdict.notRuledOut,
  ]) {
    expect(line).toSatisfy(isCleanText);
  }
}
