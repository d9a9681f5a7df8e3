import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const BASE_FLAGS = ['--user', '--map-root-user', '--net', '--mount'];
const PID_FLAGS = ['--pid', '--fork', '--kill-child', '--mount-proc'];
const TRIAL_TIMEOUT_MS = 10_000;

let problem: { text: string | undefined } | undefined;
let filterProblem: { text: string | undefined } | undefined;
let flags: string[] | undefined;

/**
 * Why a world cannot be built here, in one line with the remedy; undefined if it can. Tries once: network namespaces without root,
 * a tmpfs over /run, a veth pair.
 */
export function labProblem(): string | undefined {
  problem ??= { text: findLabProblem() };
  return problem.text;
}

/** Why faults that need nftables are not available here, in one line; undefined if they are. Faults by routes work without nftables. */
export function filterProblemHere(): string | undefined {
  filterProblem ??= { text: findFilterProblem() };
  return filterProblem.text;
}

/**
 * The flags for unshare(1). A PID namespace ends every process of the world together with its keeper. Some containers forbid the
 * new /proc that it needs; there the keeper ends the processes itself.
 */
export function namespaceFlags(): string[] {
  flags ??=
    trial([...BASE_FLAGS, ...PID_FLAGS], 'true').status === 0 ? [...BASE_FLAGS, ...PID_FLAGS] : BASE_FLAGS;
  return flags;
}

function findLabProblem(): string | undefined {
  if (process.platform !== 'linux') {
    return `the lab needs Linux network namespaces, and this is ${process.platform}; run it on Linux, or in a Linux virtual machine`;
  }
  for (const [tool, packageName] of [
    ['unshare', 'util-linux'],
    ['nsenter', 'util-linux'],
    ['ip', 'iproute2'],
  ] as const) {
    if (spawnSync(tool, ['-V'], { stdio: 'ignore' }).error) {
      return `the lab needs the command ${tool}, which is not installed; install ${packageName}`;
    }
  }
  const tried = trial(
    namespaceFlags(),
    'mount -t tmpfs tmpfs /run && ip netns add a && ip netns exec a true && ip link add x netns a type veth peer name y',
  );
  if (tried.status === 0) return undefined;
  const reason = tried.stderr.trim().split('\n').at(-1) ?? '';
  return `network namespaces are not available here (${reason === '' ? `status ${tried.status}` : reason}); ${remedy()}`;
}

function findFilterProblem(): string | undefined {
  if (spawnSync('nft', ['--version'], { stdio: 'ignore' }).error) {
    return 'faults by packet filter need the command nft, which is not installed; install nftables';
  }
  const rules =
    'table inet t { chain c { type filter hook forward priority 0; tcp flags syn counter drop; }; }';
  const tried = trial(namespaceFlags(), `echo '${rules}' | nft -f -`);
  if (tried.status === 0) return undefined;
  return `faults by packet filter are not available here (${tried.stderr.trim().split('\n')[0] ?? ''}); load the kernel module nf_tables`;
}

function remedy(): string {
  if (setting('kernel/apparmor_restrict_unprivileged_userns') === '1') {
    return 'allow them with: sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0';
  }
  if (setting('kernel/unprivileged_userns_clone') === '0') {
    return 'allow them with: sudo sysctl kernel.unprivileged_userns_clone=1';
  }
  if (setting('user/max_user_namespaces') === '0') {
    return 'allow them with: sudo sysctl user.max_user_namespaces=10000';
  }
  return 'in a container, start it with --privileged; otherwise enable unprivileged user namespaces';
}

function setting(name: string): string | undefined {
  try {
    return readFileSync(`/proc/sys/${name}`, 'utf8').trim();
  } catch {
    return undefined;
  }
}

function trial(unshareFlags: readonly string[], script: string): { status: number; stderr: string } {
  const { status, stderr, error } = spawnSync('unshare', [...unshareFlags, 'sh', '-c', script], {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    timeout: TRIAL_TIMEOUT_MS,
  });
  return { status: status ?? -1, stderr: error ? error.message : stderr };
}
