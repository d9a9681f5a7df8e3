import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { ProbeReport } from '../../functions/reachability/report.ts';

const SCRIPT = fileURLToPath(new URL('probe-on-stdin.ts', import.meta.url));

export interface OwnProcess {
  /** Descriptors that the process may open. */
  descriptors?: number;
  /** Shell commands that set up a network namespace for the process; absent: it runs in the namespace of the test. */
  namespace?: string;
  kernelEvidence?: 'off';
  /** Leave the process no descriptor for a socket. */
  useUpDescriptors?: boolean;
}

export interface Measured {
  report: ProbeReport;
  wallMs: number;
  maxRssMiB: number;
}

/** Runs one probe in a separate process, with a descriptor limit or in a network namespace. */
export async function probeInOwnProcess(request: unknown, options: OwnProcess): Promise<Measured> {
  const limit = options.descriptors === undefined ? ':' : `ulimit -n ${options.descriptors}`;
  const commands = `set -e; ${options.namespace ?? ':'}; ${limit}; exec "$0" "$1"`;
  const shell = ['sh', '-c', commands, process.execPath, SCRIPT];
  const [command = 'sh', ...args] = options.namespace === undefined ? shell : ['unshare', '-rn', ...shell];
  const env = { ...process.env, SYNWHERE_KERNEL_EVIDENCE: options.kernelEvidence ?? 'on' };
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], env });
  child.stdin.end(JSON.stringify({ request, useUpDescriptors: options.useUpDescriptors }));
  const [output, [status]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  if (status !== 0) throw new Error(`the probe's process ended with ${String(status)}`);
  return JSON.parse(output) as Measured;
}

/**
 * A namespace whose routing table rejects packets in every way, and where 198.18.0.0/15 and 2001:db8:1::/64 are silent: a link
 * without ARP, whose other end receives every packet and does not answer.
 */
export const SMALL_NAMESPACE = [
  'ip link set lo up',
  'ip link add hole type veth peer name drain',
  'ip link set hole arp off',
  'ip link set drain arp off up',
  'ip addr add 198.18.0.1/15 dev hole',
  'ip -6 addr add 2001:db8:1::1/64 dev hole nodad',
  'ip link set hole up',
  'ip route add unreachable 10.1.0.0/24',
  'ip route add prohibit 10.2.0.0/24',
  'ip route add blackhole 10.3.0.0/24',
  'ip -6 route add unreachable 2001:db8:a::/64',
  'ip -6 route add prohibit 2001:db8:b::/64',
  'ip -6 route add blackhole 2001:db8:c::/64',
].join('; ');
