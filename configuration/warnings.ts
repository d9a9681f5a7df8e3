import { count, names } from '../functions/reachability/phrases.ts';
import { formatTarget, isName } from '../functions/reachability/target.ts';
import type { Configuration } from './configuration.ts';

/** A SYN that is sent again at 1, 2 and 3 s needs this long to have been three of them (Linux, `tcp_syn_linear_timeouts`). */
const THREE_SYNS_MS = 3100;

const RESERVED_NAME = /(^|\.)(example(\.(com|net|org))?|invalid|test|localhost)$/;

/** What is allowed and probably a mistake, one line each. */
export function configurationWarnings(configuration: Configuration): string[] {
  const { controls, regions, vantages, probe, targets } = configuration;
  const places = regions.length + Object.keys(vantages).length;
  const warnings: string[] = [];
  if (controls.length === 0) {
    warnings.push(
      'controls: there are none, so a fault of a vantage looks like a fault of the targets; write two or three targets that are known to be up',
    );
  }
  if (
    controls.length > 0 &&
    targets.some(isIpv6) &&
    !controls.some((control) => isIpv6(control) || isName(control.host))
  ) {
    warnings.push(
      'controls: none has an IPv6 address, so a vantage without IPv6 looks like a fault of the IPv6 targets; write a control with one',
    );
  }
  if (places > 0 && places < 3) {
    warnings.push(
      `regions: ${count(places, 'vantage')} can hardly locate a fault; write at least three for high confidence`,
    );
  }
  if (probe.timeoutMs < THREE_SYNS_MS) {
    warnings.push(
      `probe.timeoutMs: fewer than three SYNs are sent within ${probe.timeoutMs} ms, so no answer to them is inconclusive; write at least ${THREE_SYNS_MS}`,
    );
  }
  if (regions.length > 0 && targets.some(isIpv6)) {
    warnings.push('targets: Lambda outside a VPC has no IPv6, so the regions abstain for IPv6 addresses');
  }
  if (regions.length > 0) {
    warnings.push(
      ...blockedPort(configuration),
      ...policyWarnings(configuration),
      ...exampleNames(configuration),
      ...webhookInCode(configuration),
    );
  }
  return warnings;
}

/** What a Lambda outside a VPC reports as denied (functions/probe/policy/policy.ts). */
function blockedPort({ targets, controls, onDemand }: Configuration): string[] {
  const lists = {
    targets: targets.map((target) => formatTarget(target)),
    controls: controls.map((control) => formatTarget(control)),
    'onDemand.allowList': onDemand.allowList,
  };
  return Object.entries(lists).flatMap(([list, entries]) => {
    const blocked = entries.filter((entry) => entry.endsWith(':25'));
    if (blocked.length === 0) return [];
    return [
      `${list}: AWS blocks connections from Lambda outside a VPC to port 25, so the regions report it as denied: ${names(blocked)}`,
    ];
  });
}

/** A Lambda outside a VPC cannot reach private networks, and needs no entry for others. */
export function policyWarnings({ policy }: Configuration): string[] {
  if (policy.allow.length === 0) return [];
  return [
    `policy.allow: no region is in a VPC, so the deployed probes reach no private network, and these entries have no effect: ${names(policy.allow.map(({ cidr }) => cidr))}`,
  ];
}

/** Names that are reserved (RFC 2606; RFC 6761, section 6). In a deployed configuration they are probably left from an example. */
function exampleNames({ targets, controls, onDemand }: Configuration): string[] {
  const listed = onDemand.allowList.map((entry) => entry.replace(/^\*\./, '').replace(/:\d+$/, ''));
  const hosts = [...targets.map(({ host }) => host), ...controls.map(({ host }) => host), ...listed];
  const reserved = [...new Set(hosts.filter((host) => RESERVED_NAME.test(host)))];
  if (reserved.length === 0) return [];
  return [
    `targets, controls and onDemand.allowList: these names are reserved for examples and tests; write your own instead: ${names(reserved)}`,
  ];
}

function webhookInCode({ announce }: Configuration): string[] {
  if (announce.slackWebhookUrl === undefined) return [];
  return [
    'announce.slackWebhookUrl: the URL is a secret and becomes part of the code of the function; put it into SSM Parameter Store and write `slackWebhook: { parameter: NAME }` instead',
  ];
}

function isIpv6({ host }: { host: string }): boolean {
  return host.includes(':');
}
