import { describe, expect, it } from 'vitest';
import { judge } from '../../functions/reachability/judge.ts';
import type { Attempt } from '../../functions/reachability/report.ts';
import type { Verdict } from '../../functions/reachability/verdict.ts';
import { A, B, CLOCK, round, sees, TARGET, V6 } from '../support/reports.ts';
import type { Sketch } from '../support/reports.ts';

const open = sees('connected');
const silent = sees('timed-out');
const refused = sees('refused');
const closing = sees('connected-then-reset');
const ROUTER = '10.100.12.1';
const icmp = (name: string, from = ROUTER): Partial<Attempt> => ({ icmp: { type: 3, code: 13, name, from } });
const unreachable = (attempt: Partial<Attempt> = {}): Sketch => ({ ...sees('host-unreachable'), attempt });
const stopped = unreachable({ stage: 'local', errno: 'EACCES' });
const bad: Sketch = { ...open, controls: { '198.51.100.1': false } };

type Answers = Record<string, Sketch | string>;

function twice(answers: Answers): Verdict {
  const answered = round(answers);
  return judge(TARGET, [answered, answered], CLOCK);
}

/** Title, answers of the vantages, the whole summary. */
const CASES: [string, Answers, string][] = [
  [
    'refused by RST',
    { a: { ...refused, attempt: { refusedBy: 'rst' } }, b: { ...refused, attempt: { refusedBy: 'rst' } } },
    'api.example.com:443 refuses the connection: both vantages are refused (TCP RST). Probably no service listens on this port, or a firewall rejects the connection.',
  ],
  [
    'refused by ICMP',
    { a: { ...refused, attempt: { refusedBy: 'icmp-port-unreachable' } } },
    'api.example.com:443 refuses the connection: the only vantage (a) is refused (ICMP port unreachable). Probably no service listens on this port, or a firewall rejects the connection.',
  ],
  [
    'refused, without kernel evidence',
    { a: refused, b: refused, c: refused },
    'api.example.com:443 refuses the connection: all 3 vantages are refused. Probably no service listens on this port, or a firewall rejects the connection.',
  ],
  [
    'reset during the handshake',
    { a: sees('reset'), b: sees('reset') },
    'api.example.com:443 refuses the connection: both vantages are reset during the handshake (TCP RST). Probably a firewall or a proxy resets the connection.',
  ],
  [
    'some refused, the others without an answer',
    { a: refused, b: silent, c: silent },
    'api.example.com:443 refuses the connection: 1 of 3 vantages is refused; no other vantage can connect (6 of 6 attempts got no answer). Probably no service listens on this port, or a firewall rejects the connection.',
  ],
  [
    'a router that prohibits',
    {
      a: unreachable(icmp('administratively-prohibited')),
      b: unreachable(icmp('administratively-prohibited')),
    },
    'api.example.com:443 is unreachable from both vantages: router 10.100.12.1 rejects it (administratively prohibited).',
  ],
  [
    'two routers',
    { a: unreachable(icmp('host-unreachable')), b: unreachable(icmp('host-unreachable', '10.100.12.2')) },
    'api.example.com:443 is unreachable from both vantages: routers 10.100.12.1 and 10.100.12.2 report host unreachable.',
  ],
  [
    'a routing loop',
    { a: unreachable(icmp('time-exceeded')), b: silent },
    'api.example.com:443 is unreachable from 1 of 2 vantages, and no vantage can connect: router 10.100.12.1 reports an exceeded hop limit, as in a routing loop and 3 of 6 attempts got no answer.',
  ],
  [
    'an ICMP error from the address itself is not called a router',
    { a: unreachable(icmp('host-prohibited', A)) },
    'api.example.com:443 is unreachable from the only vantage (a): the target itself rejects it (host prohibited).',
  ],
  [
    'a network error without ICMP evidence',
    { a: unreachable({ errno: 'EHOSTUNREACH' }) },
    'api.example.com:443 is unreachable from the only vantage (a): the network returns an error (EHOSTUNREACH).',
  ],
  [
    'the own routing table',
    { a: stopped, b: stopped },
    "No SYN to api.example.com:443 was sent from both vantages: the vantage's own routing table or firewall rejects it: EACCES.",
  ],
  [
    'the reason of the own machine',
    { a: unreachable({ stage: 'local', reason: 'the firewall of this machine rejected it' }) },
    'No SYN to api.example.com:443 was sent from the only vantage (a): the firewall of this machine rejected it.',
  ],
  [
    'no answer',
    { a: silent, b: silent, c: silent, d: 'crashed' },
    'None of the 3 usable vantages can connect to api.example.com:443: 9 of 9 attempts got no answer. The host is down, a firewall drops the packets, or a path is broken. TCP alone cannot tell which.',
  ],
  [
    'no answer to most, a network error to one',
    { a: silent, b: silent, c: unreachable(icmp('host-unreachable')) },
    'None of the 3 vantages can connect to api.example.com:443: router 10.100.12.1 reports host unreachable and 6 of 9 attempts got no answer. The host is down, a firewall drops the packets, or a path is broken. TCP alone cannot tell which.',
  ],
  [
    'refused for one',
    { a: open, b: open, c: { ...refused, attempt: { refusedBy: 'rst' } } },
    '2 of 3 vantages connect to api.example.com:443, but c is refused (TCP RST) at the same address of the target. Probably the target refuses some source addresses, or another device refuses instead of the target.',
  ],
  [
    'one vantage cut off',
    { a: open, b: open, c: silent },
    'api.example.com:443 cannot be reached from c, where 3 of 3 attempts got no answer, but 2 of 3 vantages connect. The fault is probably local to c or on its path, unless the target drops its packets.',
  ],
  [
    'one vantage cut off by a router',
    { a: open, b: open, c: unreachable(icmp('no-route')) },
    'api.example.com:443 cannot be reached from c, where router 10.100.12.1 reports no route, but 2 of 3 vantages connect. The fault is probably local to c or on its path, unless the target drops its packets.',
  ],
  [
    'half of the vantages cut off',
    { a: open, b: open, c: silent, d: silent },
    'api.example.com:443 cannot be reached from c and d, where 6 of 6 attempts got no answer, but 2 of 4 vantages connect. This affects too many vantages to be local: probably a network between fails, or a firewall drops some sources.',
  ],
  [
    'one against one',
    { a: open, b: silent },
    'api.example.com:443 cannot be reached from b, where 3 of 3 attempts got no answer, but 1 of 2 vantages connects. There are too few vantages to tell a local fault from a fault in a network between or a firewall that drops packets.',
  ],
  [
    'one address of two',
    {
      a: { seen: { [A]: ['connected'], [B]: ['timed-out'] } },
      b: { seen: { [A]: ['connected'], [B]: ['timed-out'] } },
    },
    `api.example.com:443 accepts connections at ${A}, but not at ${B}, which 2 vantages tried: 2 of 2 attempts got no answer.`,
  ],
  [
    'a whole family',
    {
      a: { seen: { [A]: ['connected'], [V6]: ['refused'] } },
      b: { seen: { [A]: ['connected'], [V6]: ['refused'] } },
    },
    `api.example.com:443 accepts connections over IPv4, but not over IPv6 (${V6}), which 2 vantages tried: refused.`,
  ],
  [
    'NXDOMAIN',
    { a: { name: 'name-not-found' }, b: { name: 'name-not-found' } },
    'The name api.example.com cannot be resolved from any of the 2 vantages: DNS answers that the name does not exist (NXDOMAIN).',
  ],
  [
    'two reasons for a name that cannot be resolved',
    { a: { name: 'name-not-found' }, b: { name: 'name-timed-out' }, c: { name: 'name-timed-out' } },
    'The name api.example.com cannot be resolved from any of the 3 vantages: no name server answered in time (2) and DNS answers that the name does not exist (NXDOMAIN) (1).',
  ],
  [
    'a name that cannot be resolved from one',
    { a: { ...open, name: [A] }, b: { ...open, name: [A] }, c: { name: 'name-timed-out' } },
    'The name api.example.com cannot be resolved from c (no name server answered in time), but 2 of 3 vantages can resolve it.',
  ],
  [
    'closed at once',
    { a: closing, b: closing },
    'api.example.com:443 accepts connections from both vantages, and resets each connection immediately, before it sends data.',
  ],
  [
    'failed attempts and lost SYNs',
    { a: sees('connected', 'timed-out', 'connected'), b: { ...open, attempt: { synRetransmits: 1 } } },
    'Both vantages connect to api.example.com:443, but 2 of 12 attempts failed (timed out) and 6 SYNs were lost.',
  ],
  [
    'reachable, with times',
    { a: { ...open, attempt: { handshakeMs: 12 } }, b: { ...open, attempt: { handshakeMs: 88 } } },
    'Both vantages connect to api.example.com:443 in 12–88 ms.',
  ],
  [
    'no usable vantage',
    { a: bad, b: { seen: { [A]: ['local-fault'] } }, c: bad },
    'Nothing is known about api.example.com:443: no report of the 3 vantages can be used: the control targets could not be reached (2) and local fault (1).',
  ],
  [
    'too few reports',
    { a: open, b: 'crashed', c: 'crashed' },
    'No verdict on api.example.com:443: only 1 of 3 vantages has a usable report, and 2 gave none.',
  ],
  ['no report', { a: 'crashed' }, 'No vantage gave a report, so nothing is known about api.example.com:443.'],
];

describe('the summary of a verdict', () => {
  it.each(CASES)('%s', (_title, answers, summary) => {
    expect(twice(answers).summary).toBe(summary);
  });

  it('gives counts instead of many names, addresses, routers and errors', () => {
    const many = Array.from({ length: 30 }, (_, index) => index);
    const unlike = ['host-unreachable', 'no-route', 'network-unreachable', 'time-exceeded'];
    const cutOff = many.map((index): [string, Sketch] => [
      `failing-vantage-${index}`,
      unreachable(icmp(unlike[index % 4] ?? '', `10.0.0.${index}`)),
    ]);
    const well = many.map((index): [string, Sketch] => [`healthy-vantage-${index}`, open]);
    const { kind, summary } = twice(Object.fromEntries([...cutOff, ...well]));
    expect(kind).toBe('split-reachability');
    expect(summary).toContain('cannot be reached from failing-vantage-0, failing-vantage-1 and 28 more');
    expect(summary).toContain(
      '8 routers report host unreachable, 7 routers report network unreachable and 2 other errors came',
    );
    expect(summary.length).toBeLessThan(340);
  });
});
