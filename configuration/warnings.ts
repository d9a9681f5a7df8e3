import { formatTarget, isName } from '../functions/reachability/target.ts';
import type { Configuration } from './configuration.ts';

/** A SYN that is sent again at 1, 2 and 3 s needs this long to have been three of them (Linux, `tcp_syn_linear_timeouts`). */
const THREE_SYNS_MS = 3100;

const RESERVED_NAME = /(^|\.)(example(\.(com|net|org))?|invalid|test|localhost)$/;

/** Names in one warning. */
const SHOWN = 5;

/** What is allowed and most likely not meant, one line each. */
export function configurationWarnings(configuration: Configuration): string[] {
  const { controls, regions, vantages, probe, targets } = configuration;
  const places = regions.length + Object.keys(vantages).length;
  const warnings: string[] = [];
  if (controls.length === 0) {
    warnings.push(
      'controls: there are none, so a vantage whose own network is down counts against the targets; write two or three that are known to be up',
    );
  }
  if (
    controls.length > 0 &&
    targets.some(isIpv6) &&
    !controls.some((control) => isIpv6(control) || isName(control.host))
  ) {
    warnings.push(
      'controls: none has an IPv6 address, so a vantage without IPv6 counts against the IPv6 targets',
    );
  }
  if (places > 0 && places < 3) {
    warnings.push(
      `regions: with ${places} vantage${places === 1 ? '' : 's'} a fault can hardly be placed; write at least three for high confidence`,
    );
  }
  if (probe.timeoutMs < THREE_SYNS_MS) {
    warnings.push(
      `probe.timeoutMs: within ${probe.timeoutMs} ms fewer than three SYNs go out, so silence stays inconclusive; write at least ${THREE_SYNS_MS}`,
    );
  }
  if (regions.length > 0 && targets.some(isIpv6)) {
    warnings.push('targets: Lambda has no IPv6 on the way out, so the regions abstain for IPv6 addresses');
  }
  if (regions.length > 0) {
    warnings.push(
      ...blockedPort(configuration),
      ...closedNetworks(configuration),
      ...exampleNames(configuration),
      ...packedWebhook(configuration),
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
      `${list}: AWS blocks port 25 on the way out of Lambda outside a VPC, so the regions report it as denied: ${some(blocked)}`,
    ];
  });
}

/** Outside a VPC no network that the policy closes can be reached, and every other one is open without an entry. */
function closedNetworks({ policy }: Configuration): string[] {
  if (policy.allow.length === 0) return [];
  const networks = some(policy.allow.map(({ cidr }) => cidr));
  return [
    `policy.allow: no region is in a VPC, so the deployed probes reach no private network, and what is opened here has no effect: ${networks}`,
  ];
}

/** Names that are reserved (RFC 2606; RFC 6761, section 6): in a deployed configuration they are most likely left from an example. */
function exampleNames({ targets, controls, onDemand }: Configuration): string[] {
  const listed = onDemand.allowList.map((entry) => entry.replace(/^\*\./, '').replace(/:\d+$/, ''));
  const hosts = [...targets.map(({ host }) => host), ...controls.map(({ host }) => host), ...listed];
  const reserved = [...new Set(hosts.filter((host) => RESERVED_NAME.test(host)))];
  if (reserved.length === 0) return [];
  return [
    `targets, controls and onDemand.allowList: names that are reserved for examples and tests cannot be yours; write your own instead of ${some(reserved)}`,
  ];
}

function packedWebhook({ announce }: Configuration): string[] {
  if (announce.slackWebhookUrl === undefined) return [];
  return [
    'announce.slackWebhookUrl: the URL is a secret and becomes part of the function’s code; put it into SSM Parameter Store and write `slackWebhook: { parameter: NAME }` instead',
  ];
}

/** The first few of a list, and how many more there are. */
function some(items: readonly string[]): string {
  const rest = items.length - SHOWN;
  return `${items.slice(0, SHOWN).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function isIpv6({ host }: { host: string }): boolean {
  return host.includes(':');
}
