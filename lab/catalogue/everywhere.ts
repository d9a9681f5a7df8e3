import * as plant from './plants.ts';
import type { Situation } from './situation.ts';
import * as truth from './truths.ts';

const AT = 'dc-*';

/** No fault, or a fault that affects every vantage. */
export const EVERYWHERE = {
  healthy: { planted: 'nothing', ...truth.REACHABLE },
  banner: {
    planted: 'nothing; the service sends a greeting',
    plant: plant.service('banner'),
    ...truth.REACHABLE,
  },
  closed: { planted: 'nothing listens at this port', plant: plant.service('closed'), ...truth.REFUSED },
  'firewall-rst': {
    planted: 'a firewall in front of the host answers with TCP RST',
    plant: plant.reject(AT, 'tcp-reset'),
    ...truth.REFUSED,
    doubt: 'a firewall that answers instead of it',
  },
  'port-unreachable': {
    planted: 'a firewall in front of the host answers with ICMP port unreachable',
    plant: plant.reject(AT, 'port-unreachable'),
    ...truth.REFUSED,
  },
  blackhole: {
    planted: 'the last router drops all traffic to it',
    plant: plant.blackhole(AT),
    ...truth.SILENT,
  },
  'border-blackhole': {
    planted: 'the border router drops all traffic to it',
    plant: plant.blackhole('border-*'),
    ...truth.SILENT,
  },
  drop: { planted: 'a firewall on the host drops every SYN', plant: plant.drop('hosts'), ...truth.SILENT },
  'full-queue': {
    planted: 'its accept queue is full',
    plant: plant.service('full-queue'),
    ...truth.SILENT,
    doubt: 'a full accept queue',
  },
  'broken-return-path': {
    planted: 'the return path to all vantages is broken',
    plant: plant.brokenReturnPath(AT),
    ...truth.SILENT,
    doubt: 'a broken return path',
  },
  'host-gone': { planted: 'the host is switched off', plant: plant.hostGone, ...truth.UNROUTABLE },
  'no-route': {
    planted: 'the border router has no route to it',
    plant: plant.route('border-*', 'no-route'),
    ...truth.UNROUTABLE,
  },
  prohibit: {
    planted: 'a route of the last router prohibits all traffic to it',
    plant: plant.route(AT, 'prohibit'),
    ...truth.UNROUTABLE,
    doubt: 'A firewall that returns "unreachable" by a rule',
  },
  'admin-prohibited': {
    planted: 'a firewall rejects all traffic to it (administratively prohibited)',
    plant: plant.reject(AT, 'admin-prohibited'),
    ...truth.UNROUTABLE,
    doubt: 'A firewall that returns "unreachable" by a rule',
  },
  loop: {
    planted: 'a routing loop between two routers in front of it',
    plant: plant.loop('border-*', AT),
    ...truth.UNROUTABLE,
  },
  'reset-at-once': {
    planted: 'the service resets every connection at once',
    plant: plant.service('accept-then-reset'),
    ...truth.CLOSED_AT_ONCE,
  },
  'closed-at-once': {
    planted: 'the service closes every connection at once',
    plant: plant.service('accept-then-close'),
    ...truth.CLOSED_AT_ONCE,
  },
  flaky: {
    planted: 'the service resets every other connection',
    plant: plant.service('flaky'),
    ...truth.UNSTABLE,
    doubt: 'an overloaded target',
  },
  'first-syn-lost': {
    planted: 'the first SYN of every connection is lost',
    plant: plant.loseSyns(AT, 'first'),
    ...truth.UNSTABLE,
  },
  'every-second-syn-lost': {
    planted: 'every second SYN is lost',
    plant: plant.loseSyns(AT, 2),
    ...truth.UNSTABLE,
  },
  'syn-proxy-host-gone': {
    planted: 'the host is switched off, and a SYN proxy completes the handshakes',
    plant: plant.together(plant.synProxy(AT), plant.hostGone),
    ...truth.REACHABLE,
    doubt: 'a proxy can complete it for a host that is down',
  },
} as const satisfies Record<string, Situation>;
