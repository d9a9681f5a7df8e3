import * as plant from './plants.ts';
import type { Situation } from './situation.ts';

const TCP_ALONE = 'a handshake speaks for TCP alone';
const WHO_SAYS_NO = 'Who says no: the host';
const DOWN_OR_FILTERED = 'Down, or filtered';
const WHETHER_IT_RUNS = 'Whether the target itself runs';
const WHO_HANGS_UP = 'Who hangs up';
const LOSS = 'Loss on the way';

const AT = 'dc-*';
const BY_THE_TARGET = { others: 'target' } as const;
const UNDECIDED = { blame: { others: 'unknown' }, confidence: 'high' } as const;

/** No fault, or a fault that affects every vantage. */
export const EVERYWHERE = {
  healthy: { planted: 'nothing', kind: 'reachable', confidence: 'high', doubt: TCP_ALONE },
  banner: {
    planted: 'nothing; the service sends a greeting',
    plant: plant.service('banner'),
    kind: 'reachable',
    confidence: 'high',
    doubt: TCP_ALONE,
  },
  closed: {
    planted: 'nothing listens at this port',
    plant: plant.service('closed'),
    kind: 'remote-refusal',
    blame: BY_THE_TARGET,
    confidence: 'high',
    doubt: WHO_SAYS_NO,
  },
  'firewall-rst': {
    planted: 'a firewall in front of the host answers with TCP RST',
    plant: plant.reject(AT, 'tcp-reset'),
    kind: 'remote-refusal',
    blame: BY_THE_TARGET,
    doubt: 'a firewall that answers in its name',
  },
  'port-unreachable': {
    planted: 'a firewall in front of the host answers with ICMP port unreachable',
    plant: plant.reject(AT, 'port-unreachable'),
    kind: 'remote-refusal',
    blame: BY_THE_TARGET,
    doubt: WHO_SAYS_NO,
  },
  blackhole: {
    planted: 'the last router drops all traffic to it',
    plant: plant.blackhole(AT),
    kind: 'unresponsive',
    ...UNDECIDED,
    doubt: DOWN_OR_FILTERED,
  },
  'border-blackhole': {
    planted: 'the border router drops all traffic to it',
    plant: plant.blackhole('border-*'),
    kind: 'unresponsive',
    ...UNDECIDED,
    doubt: DOWN_OR_FILTERED,
  },
  drop: {
    planted: 'a firewall on the host drops every SYN',
    plant: plant.drop('hosts'),
    kind: 'unresponsive',
    ...UNDECIDED,
    doubt: DOWN_OR_FILTERED,
  },
  'full-queue': {
    planted: 'its accept queue is full',
    plant: plant.service('full-queue'),
    kind: 'unresponsive',
    ...UNDECIDED,
    doubt: 'a full accept queue',
  },
  'broken-return-path': {
    planted: 'the return path to all vantages is broken',
    plant: plant.brokenReturnPath(AT),
    kind: 'unresponsive',
    ...UNDECIDED,
    doubt: 'a way back that is cut',
  },
  'host-gone': {
    planted: 'the host is switched off',
    plant: plant.hostGone,
    kind: 'unroutable',
    ...UNDECIDED,
    doubt: WHETHER_IT_RUNS,
  },
  'no-route': {
    planted: 'the border router has no route to it',
    plant: plant.route('border-*', 'no-route'),
    kind: 'unroutable',
    ...UNDECIDED,
    doubt: WHETHER_IT_RUNS,
  },
  prohibit: {
    planted: 'a route of the last router prohibits all traffic to it',
    plant: plant.route(AT, 'prohibit'),
    kind: 'unroutable',
    ...UNDECIDED,
    doubt: 'A firewall that says "unreachable" on purpose',
  },
  'admin-prohibited': {
    planted: 'a firewall rejects all traffic to it (administratively prohibited)',
    plant: plant.reject(AT, 'admin-prohibited'),
    kind: 'unroutable',
    ...UNDECIDED,
    doubt: 'A firewall that says "unreachable" on purpose',
  },
  loop: {
    planted: 'a routing loop between two routers in front of it',
    plant: plant.loop('border-*', AT),
    kind: 'unroutable',
    ...UNDECIDED,
    doubt: WHETHER_IT_RUNS,
  },
  'reset-at-once': {
    planted: 'the service resets every connection at once',
    plant: plant.service('accept-then-reset'),
    kind: 'accepts-then-closes',
    blame: BY_THE_TARGET,
    doubt: WHO_HANGS_UP,
  },
  'closed-at-once': {
    planted: 'the service closes every connection at once',
    plant: plant.service('accept-then-close'),
    kind: 'accepts-then-closes',
    blame: BY_THE_TARGET,
    doubt: WHO_HANGS_UP,
  },
  flaky: {
    planted: 'the service resets every other connection',
    plant: plant.service('flaky'),
    kind: 'unstable',
    doubt: 'a target that is overloaded',
  },
  'first-syn-lost': {
    planted: 'the first SYN of every connection is lost',
    plant: plant.loseSyns(AT, 'first'),
    kind: 'unstable',
    doubt: LOSS,
  },
  'every-second-syn-lost': {
    planted: 'every second SYN is lost',
    plant: plant.loseSyns(AT, 2),
    kind: 'unstable',
    doubt: LOSS,
  },
  'syn-proxy-host-gone': {
    planted: 'the host is switched off, and a SYN proxy completes the handshakes',
    plant: plant.together(plant.synProxy(AT), plant.hostGone),
    kind: 'reachable',
    doubt: 'a proxy may shake hands for a host that is gone',
  },
} as const satisfies Record<string, Situation>;
