import type { Kind } from './words.ts';

/** What the steps may refer to, as `{name}` in their texts, with what stands there where no verdict is given. */
export const PLACEHOLDERS = {
  target: 'TARGET',
  host: 'HOST',
  port: 'PORT',
  /** The addresses that fail. */
  addresses: 'ADDRESS',
  /** The vantages that fail, or that are ignored. */
  vantages: 'VANTAGE',
  /** One of them on which a person can run a command. */
  shell: 'VANTAGE',
  /** A vantage that connects. */
  working: 'ANOTHER-VANTAGE',
  /** The sources of ICMP errors. */
  routers: 'ROUTER',
  /** A name server that `shell` uses. */
  server: 'SERVER',
  expected: 'WHAT',
} as const;
export type Placeholder = keyof typeof PLACEHOLDERS;

/** What else decides which steps apply to a verdict. */
export interface Circumstances {
  /** Not one vantage was allowed to try. */
  noneAllowed: boolean;
  controlsFailed: boolean;
  /** The name servers answer, but without an address. */
  nameIsMissing: boolean;
  /** Some errors, or all of them, came from the vantages' own machines. */
  someLocal: boolean;
  allLocal: boolean;
  /** A failing vantage is in AWS. */
  inAws: boolean;
  severalFail: boolean;
  /** Fewer vantages fail than are used. */
  someFail: boolean;
  hostIsName: boolean;
  ipv6Fails: boolean;
  /** The target is expected to be open. */
  expectsOpen: boolean;
}

/** One step. It applies where each of its placeholders has a value and `when` holds. */
export interface Step {
  text: string;
  when?: (circumstances: Circumstances) => boolean;
}

/** What a verdict means and what to do next. */
export interface Advice {
  meaning: string;
  next: readonly Step[];
}

/** For a vantage that does not see what is expected, where that is not `open`. */
export const EXPECTATION_STEP: Step = {
  text: '{expected} is expected of {target} from {vantages}, which see something else. Find what changed there; if it is intended, correct `expect` in the configuration.',
};

const TRACE: Step = { text: 'From {shell}, run `synwhere trace {target}` to see where the path ends.' };

export const ADVICE: Record<Kind, Advice> = {
  'vantage-fault': {
    meaning:
      'Some vantages reported, but each of them is at fault itself or was not allowed to try. Nothing is known about the target.',
    next: [
      {
        text: 'If {target} should be checked, allow it in the address policy of {vantages}, or check it from another vantage.',
        when: ({ noneAllowed }) => noneAllowed,
      },
      {
        text: 'Find out why {vantages} cannot be used, and repair the cause: the network connection, the controls or a limit of the machine.',
        when: ({ noneAllowed }) => !noneAllowed,
      },
      {
        text: 'Check that the controls are up: if all controls are down, every vantage looks faulty.',
        when: ({ controlsFailed }) => controlsFailed,
      },
      { text: 'Run `synwhere check {target}` on a machine whose network works.' },
    ],
  },
  'insufficient-data': {
    meaning:
      'No vantage reported, or fewer than half did. The other reports are too few to judge the target.',
    next: [
      { text: 'Find out why {vantages} gave no report: throttled, crashed, late or not deployed.' },
      {
        text: 'Check again: `synwhere check {target}`. If reports are still missing, examine the probes before the target.',
      },
    ],
  },
  'name-failure': {
    meaning:
      'The name cannot be resolved from any vantage. No SYN was sent, so nothing is known about the machine behind the name.',
    next: [
      {
        text: 'Check the spelling of {host}, its registration and the last change to its zone: `dig +trace {host}`.',
        when: ({ nameIsMissing }) => nameIsMissing,
      },
      {
        text: 'Query the authoritative name servers of {host} one by one (`dig +trace {host}`), and check DNSSEC.',
        when: ({ nameIsMissing }) => !nameIsMissing,
      },
      { text: 'From {shell}, query its name server: `dig @{server} {host}`.' },
      { text: 'If you know the address, check it directly: `synwhere check ADDRESS:{port}`.' },
    ],
  },
  'remote-refusal': {
    meaning:
      'The side of the target refuses the connection. The path works, at least for the vantages that were refused.',
    next: [
      {
        text: 'On the host ({addresses}), check that the service runs and listens on port {port}: `ss -ltn`.',
      },
      {
        text: 'If it listens, look for a firewall or a load balancer in front of it that rejects connections.',
      },
      { text: 'Compare with the last deployment: a changed port or bind address has the same effect.' },
    ],
  },
  unroutable: {
    meaning:
      'The network reports that the target cannot be reached: a router, a firewall or the machine of the vantage returned an error.',
    next: [
      {
        text: 'Ask the operator of {routers}, where the ICMP errors came from: is there a route and a rule for {addresses}?',
      },
      {
        text: 'On {shell}, look at the route (`ip route get ADDRESS`) and at the firewall rules.',
        when: ({ someLocal }) => someLocal,
      },
      {
        text: 'Check that {addresses} is still announced, and that the host is up in its own network.',
        when: ({ allLocal }) => !allLocal,
      },
    ],
  },
  unresponsive: {
    meaning:
      'There is no answer of any kind. A machine that is off and a firewall that drops packets look the same from outside.',
    next: [
      { text: 'Check that the machine at {addresses} is up, from inside its network or on its console.' },
      {
        text: 'If it is up, capture packets to port {port} on it. SYNs that arrive and get no answer mean a local filter or a full accept queue; no SYNs mean the path.',
      },
      { text: 'Look at the security group or the firewall: dropping is the usual default.' },
      TRACE,
    ],
  },
  'selective-refusal': {
    meaning:
      'Some vantages connect, others are refused at the same address: the answer depends on the source.',
    next: [
      {
        text: 'At {target}, look for allow-lists, rate limits and geographic rules that apply to {vantages}.',
      },
      {
        text: 'Capture packets at {addresses}: if the SYNs of {vantages} never arrive, a device near them answers instead of the target.',
      },
      {
        text: 'If this is intended, write it into the configuration: `expect` takes a value for each vantage.',
      },
    ],
  },
  'local-routing-issue': {
    meaning:
      'Most vantages connect, a few do not reach what others reach. The fault is at these few or on their paths: the target answers the others.',
    next: [
      { text: 'Look for the fault at {vantages} first, not at {target}: most vantages connect.' },
      TRACE,
      {
        text: 'Check the route, the firewall and the provider of {vantages}, then the filters of the target for that source.',
      },
      {
        text: 'The source addresses of a vantage in AWS are not fixed: look for the address ranges of its region in ip-ranges.json.',
        when: ({ inAws }) => inAws,
      },
    ],
  },
  'split-reachability': {
    meaning:
      'Half of the vantages or more cannot reach what others reach: too many for a local fault, but the target answers the others.',
    next: [
      {
        text: 'Find what {vantages} have in common: provider, region, address range.',
        when: ({ severalFail }) => severalFail,
      },
      {
        text: 'Run `synwhere trace {target}` from {shell} and from {working}, and compare: the fault is near the point where the paths part.',
      },
      {
        text: 'At the target, look for rules that drop by source, and check the return path to {vantages}.',
      },
    ],
  },
  'partial-outage': {
    meaning:
      'One or more addresses of the name, or a whole address family, fail for every vantage; others work. Clients without a fallback fail.',
    next: [
      {
        text: 'Remove {addresses} from the DNS records of {host}, or repair the machine at that address.',
        when: ({ hostIsName }) => hostIsName,
      },
      {
        text: 'For IPv6, check the route, the firewall and that the service listens on `[::]`.',
        when: ({ ipv6Fails }) => ipv6Fails,
      },
      {
        text: 'Query the authoritative name servers whether {addresses} belongs to {host}: `dig +trace {host}`.',
        when: ({ hostIsName }) => hostIsName,
      },
    ],
  },
  'name-disagreement': {
    meaning: 'The name can be resolved from some vantages but not from others.',
    next: [
      { text: 'From {shell}, query its name server: `dig @{server} {host}`.' },
      { text: 'From {vantages}, query the authoritative name servers: `dig +trace {host}`.' },
      {
        text: 'Check {host} for different DNS views, a change that has not reached every server, and name servers that disagree.',
      },
    ],
  },
  'accepts-then-closes': {
    meaning: 'The handshake is completed, then the connection is closed or reset at once, for every vantage.',
    next: [
      {
        text: 'Read the log of the service at {target}: it may reject clients, crash, or have no free workers.',
      },
      { text: 'If a load balancer is in front of it, check that it has a healthy back end.' },
      {
        text: 'Try the real client: some services close the connection if the client does not send data first.',
      },
    ],
  },
  unstable: {
    meaning: 'Every vantage connects, but some attempts failed or SYNs were lost.',
    next: [
      {
        text: 'Check again for a longer time. Note whether the failures stay with one vantage, one address or one source port.',
      },
      {
        text: 'On the host, look at the accept queue (`ss -ltn`, Recv-Q): a full queue drops SYNs silently.',
      },
      {
        text: 'Only {vantages} had failures: check the network connection there for packet loss.',
        when: ({ someFail }) => someFail,
      },
    ],
  },
  reachable: {
    meaning: 'Every vantage connects, without a failed attempt or a lost SYN.',
    next: [
      {
        text: 'If users still report problems, examine what is above TCP: TLS, the protocol, the application.',
        when: ({ expectsOpen }) => expectsOpen,
      },
    ],
  },
};

/** The steps for a kind without a verdict, with the placeholders in capitals. */
export function generalSteps(kind: Kind): string[] {
  return ADVICE[kind].next.map(({ text }) => fill(text, PLACEHOLDERS));
}

/** The text with its placeholders replaced. A placeholder without a value stays. */
export function fill(text: string, values: Partial<Record<string, string>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

/** The placeholders of a text. */
export function placeholdersIn(text: string): string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
}
