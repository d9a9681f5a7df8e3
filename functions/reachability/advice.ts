import type { Kind } from './words.ts';

/** What a verdict means and what to do next, for whoever was woken by it. */
export interface Advice {
  meaning: string;
  next: readonly string[];
}

export const ADVICE: Record<Kind, Advice> = {
  'vantage-fault': {
    meaning:
      'Reports came, but every vantage is at fault itself or was not allowed to try. Nothing is said about the target.',
    next: [
      'Read why each vantage abstained, and mend that: its uplink, its controls, its address policy.',
      'Check that the controls themselves are up: a list of controls that are all down looks the same.',
      'Ask from a place that is known to be well.',
    ],
  },
  'insufficient-data': {
    meaning:
      'No vantage reported, or fewer than half did. Whatever the others saw is too thin to speak of the target.',
    next: [
      'Read why the vantages gave no report: throttled, crashed, late, not deployed.',
      'Ask again; if it stays so, look at the probes before you look at the target.',
    ],
  },
  'name-failure': {
    meaning:
      'The name leads to no address from anywhere. No SYN was sent, so nothing is known of the machine behind it.',
    next: [
      'For NXDOMAIN: check the spelling, the registration and the last change to the zone.',
      'For a failure or a time-out: ask the zone’s own name servers, one by one, and check DNSSEC.',
      'If you know the address, check it directly: `synwhere check ADDRESS:PORT`.',
    ],
  },
  'remote-refusal': {
    meaning:
      'The target’s side answers and says no. The way there works, at least for those that were refused.',
    next: [
      'On the host: is the service running, and listening on this address and port? `ss -ltn`.',
      'If it listens, look for a firewall or a load balancer before it that rejects.',
      'Compare with the last deployment: a changed port or bind address looks just like this.',
    ],
  },
  unroutable: {
    meaning:
      'The network itself says that there is no way: a router or a firewall answered in the target’s stead.',
    next: [
      'Ask whoever runs the router that answered; `because` names it where the kernel told.',
      'Check that the address is still announced, and that the host is up on its own network.',
      'If the answer is “administratively prohibited”, look for a rule that says so.',
    ],
  },
  unresponsive: {
    meaning:
      'No answer of any kind. A machine that is off and a firewall that drops look the same from outside.',
    next: [
      'Is the machine up? Ask from inside its network, or its console.',
      'If it is, capture SYNs on it: those that arrive and get no answer mean a local filter or a full accept queue; none arriving means the path.',
      'Look at the security group or firewall: dropping is the usual default.',
    ],
  },
  'selective-refusal': {
    meaning: 'Some connect, others are refused at the very same address: someone tells sources apart.',
    next: [
      'Look for allow-lists, rate limits and geographic rules at the target.',
      'Capture at the target: if the SYNs of those refused never arrive, something near them answers in its name.',
      'If it is meant to be so, say it in the configuration: `expect` takes a value per vantage.',
    ],
  },
  'local-routing-issue': {
    meaning:
      'Most connect, a few do not reach what others reach. The fault is theirs or on their way: the target answers the others.',
    next: [
      'The target’s owner is not the first to wake: others connect.',
      'From the vantage that fails: `synwhere trace TARGET` shows how far it gets.',
      'Check the route, the firewall and the provider of that vantage, then the target’s filters for that source. The source addresses of a vantage in AWS are not fixed: look for AWS’s address ranges of that region (ip-ranges.json).',
    ],
  },
  'split-reachability': {
    meaning:
      'Half or more are cut off from what others reach: too wide to be local, not wide enough to be the target alone.',
    next: [
      'See what those cut off have in common: provider, region, address range.',
      'Compare traces from both groups: where they part is where to ask.',
      'At the target, look for rules that drop by source, and for the way back.',
    ],
  },
  'partial-outage': {
    meaning:
      'One or more addresses of the name, or a whole family, fail for everyone; others work. Clients without fallback fail.',
    next: [
      'Take the dead address out of the DNS, or bring its machine back.',
      'If it is all of IPv6: check its route, its firewall and that the service listens on `[::]`.',
      'If only some were given that address, ask the zone’s own name servers whether it is theirs.',
    ],
  },
  'name-disagreement': {
    meaning: 'The name works from some places and leads nowhere from others.',
    next: [
      'From the vantage that fails, ask its resolver and then the zone’s name servers directly.',
      'Check for split views, a half-propagated change, and name servers that disagree.',
    ],
  },
  'accepts-then-closes': {
    meaning: 'The handshake is completed, then the connection is closed or reset at once, for everyone.',
    next: [
      'Read the service’s log: it may be refusing, crashing, or out of workers.',
      'If a load balancer stands before it: has it any healthy back end?',
      'Try the real client: some services hang up on whoever does not speak first.',
    ],
  },
  unstable: {
    meaning: 'Everyone connects in the end, but some attempts failed or SYNs were lost.',
    next: [
      'Check again for longer; note whether the failures stick to one vantage, one address or one source port.',
      'On the host: a full accept queue (`ss -ltn`, Recv-Q) drops SYNs silently.',
      'If one vantage only: its line loses packets.',
    ],
  },
  reachable: {
    meaning: 'Everyone connects, cleanly. TCP has no complaint.',
    next: ['If users still complain, look above TCP: TLS, the protocol, the application.'],
  },
};
