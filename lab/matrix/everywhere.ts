import type { Rejection } from '../world.ts';
import type { PlantedHost, Situation } from './situation.ts';
import { everyone, overBoth } from './situation.ts';

const TCP_ALONE = 'a handshake speaks for TCP alone';
const WHO_SAYS_NO = 'Who says no: the host';
const DOWN_OR_FILTERED = 'Down, or filtered';
const WHETHER_IT_RUNS = 'Whether the target itself runs';
const WHO_HANGS_UP = 'Who hangs up';
const LOSS = 'Loss on the way';

const at = 'dc-acme';
const reject = (rejection: Rejection) => (host: PlantedHost) =>
  ({ type: 'reject', at, with: rejection, match: { to: host.name } }) as const;
const unanswered = { blame: everyone('unknown'), confidence: 'high' } as const;

/** Nothing, or a fault that every vantage meets. */
export const EVERYWHERE: readonly Situation[] = [
  ...overBoth({
    name: 'healthy',
    planted: 'nothing',
    kind: 'reachable',
    confidence: 'high',
    doubt: TCP_ALONE,
  }),
  ...overBoth({
    name: 'banner',
    planted: 'nothing; the service greets first',
    service: 'banner',
    kind: 'reachable',
    confidence: 'high',
    doubt: TCP_ALONE,
  }),
  ...overBoth({
    name: 'closed',
    planted: 'nobody listens at the port',
    service: 'closed',
    kind: 'remote-refusal',
    blame: everyone('target'),
    confidence: 'high',
    doubt: WHO_SAYS_NO,
  }),
  ...overBoth({
    name: 'firewall-rst',
    planted: 'a firewall before the host answers with RST',
    fault: reject('tcp-reset'),
    kind: 'remote-refusal',
    blame: everyone('target'),
    doubt: 'a firewall that answers in its name',
  }),
  ...overBoth({
    name: 'port-unreachable',
    planted: 'a firewall before the host answers ICMP port unreachable',
    fault: reject('port-unreachable'),
    kind: 'remote-refusal',
    blame: everyone('target'),
    doubt: WHO_SAYS_NO,
  }),
  ...overBoth({
    name: 'blackhole',
    planted: 'the last router swallows every SYN',
    fault: ({ name }) => ({ type: 'route', at, answer: 'blackhole', to: name }),
    kind: 'unresponsive',
    ...unanswered,
    doubt: DOWN_OR_FILTERED,
  }),
  ...overBoth({
    name: 'drop',
    planted: 'a firewall on the host drops every SYN',
    fault: ({ name }) => ({ type: 'drop', at: 'hosts', match: { to: name } }),
    kind: 'unresponsive',
    ...unanswered,
    doubt: DOWN_OR_FILTERED,
  }),
  ...overBoth({
    name: 'full-queue',
    planted: 'the accept queue is full',
    service: 'full-queue',
    kind: 'unresponsive',
    ...unanswered,
    doubt: 'a full accept queue',
  }),
  ...overBoth({
    name: 'no-way-back',
    planted: 'the answers to everyone are lost on the way back',
    fault: ({ name }) => ({ type: 'cut-way-back', at, match: { to: name } }),
    kind: 'unresponsive',
    ...unanswered,
    doubt: 'a way back that is cut',
  }),
  ...overBoth({
    name: 'host-gone',
    planted: 'the machine has left its LAN',
    fault: ({ name }) => ({ type: 'host-gone', address: name }),
    kind: 'unroutable',
    ...unanswered,
    doubt: WHETHER_IT_RUNS,
  }),
  ...overBoth({
    name: 'no-route',
    planted: 'the border router has no route to it',
    fault: ({ name }) => ({ type: 'route', at: 'border-acme', answer: 'no-route', to: name }),
    kind: 'unroutable',
    ...unanswered,
    doubt: WHETHER_IT_RUNS,
  }),
  ...overBoth({
    name: 'prohibit',
    planted: 'a route of the last router prohibits it',
    fault: ({ name }) => ({ type: 'route', at, answer: 'prohibit', to: name }),
    kind: 'unroutable',
    ...unanswered,
    doubt: 'A firewall that says "unreachable" on purpose',
  }),
  ...overBoth({
    name: 'admin-prohibited',
    planted: 'a firewall says "administratively prohibited"',
    fault: reject('admin-prohibited'),
    kind: 'unroutable',
    ...unanswered,
    doubt: 'A firewall that says "unreachable" on purpose',
  }),
  ...overBoth({
    name: 'loop',
    planted: 'two routers send it to and fro',
    fault: ({ name }) => ({ type: 'loop', between: ['border-acme', at], to: name }),
    kind: 'unroutable',
    ...unanswered,
    doubt: WHETHER_IT_RUNS,
  }),
  ...overBoth({
    name: 'reset-at-once',
    planted: 'the service resets every connection',
    service: 'accept-then-reset',
    kind: 'accepts-then-closes',
    blame: everyone('target'),
    doubt: WHO_HANGS_UP,
  }),
  ...overBoth({
    name: 'closed-at-once',
    planted: 'the service closes every connection',
    service: 'accept-then-close',
    kind: 'accepts-then-closes',
    blame: everyone('target'),
    doubt: WHO_HANGS_UP,
  }),
  ...overBoth({
    name: 'flaky',
    planted: 'the service resets every other connection',
    service: 'flaky',
    kind: 'unstable',
    doubt: 'a target that is overloaded',
  }),
  ...overBoth({
    name: 'first-syn-lost',
    planted: "every connection's first SYN is lost",
    fault: ({ name }) => ({ type: 'lose-syns', at, every: 'first', match: { to: name } }),
    kind: 'unstable',
    doubt: LOSS,
  }),
  ...overBoth({
    name: 'every-second-syn-lost',
    planted: 'one SYN in two is lost',
    fault: ({ name }) => ({ type: 'lose-syns', at, every: 2, match: { to: name } }),
    kind: 'unstable',
    doubt: LOSS,
  }),
  ...overBoth({
    name: 'syn-proxy-host-gone',
    planted: 'a SYN proxy shakes hands for a machine that is gone',
    fault: ({ name }) => [
      { type: 'syn-proxy', at, match: { to: name } },
      { type: 'host-gone', address: name },
    ],
    kind: 'reachable',
    doubt: 'a proxy may shake hands for a host that is gone',
  }),
];
