import { printable } from '../../functions/reachability/one-line.ts';
import type {
  Attempt,
  ControlReport,
  NameReport,
  ProbeReport,
  TargetReport,
} from '../../functions/reachability/report.ts';
import { formatTarget } from '../../functions/reachability/target.ts';
import type { NameOutcome, Outcome } from '../../functions/reachability/words.ts';
import { wrap, type Page, type Style } from './text.ts';

const NAME_WORDS: Record<NameOutcome, string> = {
  'name-not-found': 'no such name',
  'name-without-address': 'the name has no address',
  'name-server-failed': 'the name server failed',
  'name-timed-out': 'no answer from the name server',
};

/** A report as text, in the words of the system's own tools: every target, address and attempt. */
export function renderReport(report: ProbeReport, page: Page): string {
  const lines = [
    ...report.targets.flatMap((target, index) => [...(index > 0 ? [''] : []), ...renderTarget(target, page)]),
    ...report.controls.flatMap((control) => ['', ...renderControl(control, page)]),
    ...(report.omitted === undefined ? [] : ['', ...wrap(`Omitted: ${report.omitted}`, page.columns)]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function renderControl({ before, after }: ControlReport, page: Page): string[] {
  const [head = '', ...lines] = renderTarget(before, page);
  return [
    `${head} (control)`,
    ...lines,
    ...(after ? ['  second check', ...renderTarget(after, page).slice(1)] : []),
  ];
}

function renderTarget(target: TargetReport, page: Page): string[] {
  return [
    page.style('bold', formatTarget(target)),
    ...(target.name ? wrap(nameWords(target.name), page.columns, '  ') : []),
    ...(target.notTried === undefined ? [] : wrap(`not tried: ${target.notTried}`, page.columns, '  ')),
    ...target.addresses.flatMap(({ address, attempts }) => [
      `  ${printable(address)}`,
      ...attempts.flatMap((attempt) => {
        const [first = '', ...rest] = wrap(attemptWords(attempt), page.columns, '    ');
        return [first, ...rest].map((line) => page.style(styleOf(attempt), line));
      }),
    ]),
  ];
}

function nameWords({ outcome, addresses, elapsedMs, errorCode }: NameReport): string {
  if (outcome === 'resolved') return `resolved in ${ms(elapsedMs)}: ${addresses.join(', ')}`;
  const code = errorCode === undefined ? '' : ` (${errorCode})`;
  return `${NAME_WORDS[outcome]}${code}, after ${ms(elapsedMs)}`;
}

function styleOf({ outcome }: Attempt): Style {
  if (outcome === 'connected') return 'green';
  return outcome === 'inconclusive' || outcome === 'denied' || outcome === 'local-fault' ? 'yellow' : 'red';
}

/** One attempt in the words of the system (strerror(3), netstat(8)), with its evidence. */
export function attemptWords(attempt: Attempt): string {
  const port = attempt.localPort === undefined ? [] : [`from port ${attempt.localPort}`];
  return [WORDS[attempt.outcome](attempt), ...evidence(attempt), ...port].join(', ');
}

/** The words of strerror(3), and of netstat(8) where there is no error yet. */
const WORDS: Record<Outcome, (attempt: Attempt) => string> = {
  connected,
  'connected-then-reset': (attempt) => `${connected(attempt)}, then Connection reset by peer`,
  'connected-then-closed': (attempt) => `${connected(attempt)}, then closed by the peer`,
  refused: (attempt) => `Connection refused ${when(attempt)}`,
  reset: (attempt) => `Connection reset by peer during the handshake ${when(attempt)}`,
  'timed-out': (attempt) =>
    attempt.errno === 'ETIMEDOUT' ? `Connection timed out ${when(attempt)}` : `no answer ${netstat(attempt)}`,
  inconclusive: (attempt) => `no answer yet ${netstat(attempt)}; too few SYNs sent to conclude`,
  'host-unreachable': (attempt) => `No route to host ${when(attempt)}`,
  'network-unreachable': (attempt) => `Network is unreachable ${when(attempt)}`,
  prohibited: (attempt) =>
    `${attempt.errno === 'EPERM' ? 'Operation not permitted' : 'Permission denied'} ${when(attempt)}`,
  'protocol-unreachable': (attempt) => `Protocol not available ${when(attempt)}`,
  'local-fault': ({ errno, reason }) =>
    `fault of this machine${reason === undefined ? '' : `: ${reason}`}${errno === undefined ? '' : ` (${errno})`}`,
  denied: ({ reason }) => `not allowed to try${reason === undefined ? '' : `: ${reason}`}`,
  'name-not-found': () => NAME_WORDS['name-not-found'],
  'name-without-address': () => NAME_WORDS['name-without-address'],
  'name-server-failed': () => NAME_WORDS['name-server-failed'],
  'name-timed-out': () => NAME_WORDS['name-timed-out'],
};

function connected({ handshakeMs, elapsedMs }: Attempt): string {
  return `connected in ${ms(handshakeMs ?? elapsedMs)}`;
}

function when({ stage, elapsedMs, reason }: Attempt): string {
  if (stage === 'local' && reason !== undefined) return `after ${ms(elapsedMs)}: ${reason}`;
  return stage === 'local' ? 'at once, by this machine' : `after ${ms(elapsedMs)}`;
}

function netstat({ elapsedMs, socketState = 'SYN_SENT', synRetransmits }: Attempt): string {
  const again =
    synRetransmits === undefined
      ? ''
      : `, ${synRetransmits} ${synRetransmits === 1 ? 'SYN' : 'SYNs'} sent again`;
  return `within ${ms(elapsedMs)}: ${socketState}${again}`;
}

function evidence({ outcome, stage, refusedBy, icmp, synRetransmits }: Attempt): string[] {
  const parts: string[] = [];
  if (refusedBy === 'rst') parts.push('by RST');
  // An ICMP error of this machine is not the answer of a router.
  if (icmp && stage !== 'local')
    parts.push(`${icmp.from} sent ${icmp.name} (ICMP type ${icmp.type}, code ${icmp.code})`);
  if (outcome.startsWith('connected') && synRetransmits !== undefined && synRetransmits > 0) {
    parts.push(`${synRetransmits} ${synRetransmits === 1 ? 'SYN' : 'SYNs'} lost`);
  }
  return parts;
}

function ms(value: number): string {
  return value >= 1000
    ? `${(value / 1000).toFixed(1)} s`
    : `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}
