import { expect } from 'vitest';
import { check } from '../../functions/aggregator/check/check.ts';
import { inProcessVantage } from '../../functions/aggregator/vantages/in-process.ts';
import { lambdaPolicy } from '../../functions/probe/policy/policy.ts';
import { parseProbeRequest } from '../../functions/probe/request.ts';
import { probe } from '../../functions/probe/probe.ts';
import { isCleanText } from '../../functions/reachability/clean-text.ts';
import { parseAddress } from '../../functions/reachability/address.ts';
import { parseTarget, TargetError } from '../../functions/reachability/target.ts';
import { records, startDnsServer } from '../support/dns-server.ts';
import type { HostileRow } from './row.ts';

/** Each with a letter outside ASCII, because the URL parser is used only for such names. */
const URL_PARTS = ['ü/x', 'ü?x', 'ü#x', 'ü@victim.example', String.raw`ü\x`, 'ü%2ex', 'ü%00'];
/** IDNA maps these to the characters above, or removes them. */
const LOOK_ALIKES = ['／', '？', '＃', '＠', '＼', '％', '：', '℀'].map(
  (character) => `a${character}b.example`,
);
const INVISIBLE = [
  '\t',
  '\n',
  '\u0000',
  '\u001B[2J',
  '\u00AD',
  '\u200B',
  '\u2060',
  '\uFEFF',
  '\u202E',
  '\u3000',
  '\uD800',
];
const FOREIGN_DIGITS = ['１２７.0.0.1', '127。0。0。１', '０x7f.1', '２130706433'];
const ZONES = ['a'.repeat(16), 'eth0/../x', 'eth0 x', 'eth0\n', '\u001B[2J', 'é', 'a%b', ']'];

export const rows: HostileRow[] = [
  {
    surface: 'name',
    input: 'a host with `/`, `?`, `#`, `@`, `\\` or `%` and letters that are not ASCII',
    outcome: 'rejected in one line that quotes the character; it does not become another host',
    run: () => refused(URL_PARTS),
  },
  {
    surface: 'name',
    input: 'a host with a full-width form of a URL character',
    outcome: 'rejected in one line',
    run: () => refused(LOOK_ALIKES),
  },
  {
    surface: 'name',
    input: 'a host with control, invisible or bidirectional characters',
    outcome: 'rejected in one line, which shows the character as a code point',
    run: () => refused(INVISIBLE.map((character) => `b${character}ü.example`)),
  },
  {
    surface: 'name',
    input: 'an IPv4 address in full-width digits or dots',
    outcome: 'rejected; it is not parsed as an address',
    run: () => refused(FOREIGN_DIGITS),
  },
  {
    surface: 'name',
    input: 'an IPv6 zone with more than 15 characters, spaces, slashes or escape sequences',
    outcome: 'rejected; it is not an address',
    run: () => {
      for (const zone of ZONES) {
        expect(parseAddress(`fe80::1%${zone}`), zone).toBeUndefined();
        expect(() => parseTarget(`[fe80::1%${zone}]:443`), zone).toThrow(TargetError);
      }
    },
  },
  {
    surface: 'name',
    input: 'a name whose addresses are forbidden by the address policy of a deployed probe',
    outcome: 'not tried; report and verdict state that the policy forbids it, and contain no address',
    run: async () => {
      const secret = ['127.20.30.40', '127.99.9.9'];
      const server = await startDnsServer(({ name, type }) => records(type, name, { A: secret }));
      const policy = lambdaPolicy([]);
      const vantage = inProcessVantage('region', (request, { signal }) =>
        probe(request, { signal, policy, nameServers: [server.address] }),
      );
      const answers: unknown[] = [];
      const verdicts = await check({
        targets: [{ host: 'database.internal.example', port: 443 }],
        vantages: [vantage],
        onEvent: (event) => answers.push(event),
      });
      await server.close();
      const told = JSON.stringify([verdicts, answers]);
      expect(told).toContain('the address policy of this vantage forbids every address of this name');
      for (const address of secret) expect(told).not.toContain(address);
    },
  },
  {
    surface: 'probe request',
    input: 'addresses in addition to a literal in a request',
    outcome: 'the probe connects only to the literal',
    run: async () => {
      const targets = [{ host: '127.0.0.2', port: 9, addresses: ['127.0.0.3', '127.0.0.4'] }];
      const report = await probe(parseProbeRequest({ targets, attempts: 1 }));
      expect(report.targets[0]?.addresses.map(({ address }) => address)).toEqual(['127.0.0.2']);
    },
  },
  {
    surface: 'probe request',
    input: 'hosts with control characters, escape sequences and lone surrogates',
    outcome: 'each host is reported as not tried, with its characters as code points',
    run: async () => {
      const hosts = [...INVISIBLE, '\u009B31m', '\u007F'].map((character) => `b${character}.example`);
      const targets = [
        ...hosts.map((host) => ({ host, port: 443 })),
        { host: 'a', port: 1, addresses: ['\u202Ex'] },
      ];
      const report = await probe(parseProbeRequest({ targets }));
      expect(report.targets).toHaveLength(targets.length);
      for (const { host, notTried = '' } of report.targets) {
        expect(notTried).not.toBe('');
        expect(isCleanText(host + notTried), notTried).toBe(true);
      }
    },
  },
];

function refused(hosts: readonly string[]): void {
  for (const host of hosts) {
    const attempt = () => parseTarget(`${host}:443`);
    expect(attempt, host).toThrow(TargetError);
    expect(messageOf(attempt), host).toSatisfy(isCleanText);
  }
}

function messageOf(attempt: () => unknown): string {
  try {
    attempt();
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
}
