import type { Outcome, Stage } from '../../reachability/words.ts';

/** How a connect that failed is named. */
export interface Failure {
  outcome: Outcome;
  stage: Stage;
  reason?: string;
}

/**
 * connect(2), ip(7), tcp(7): every errno that ends a connect, with the stage it ends at when the answer came from the
 * network. `reason` is for what this machine has to answer for itself.
 */
const FAILURES: Readonly<Record<string, Failure>> = {
  ECONNREFUSED: { outcome: 'refused', stage: 'remote' },
  ECONNRESET: { outcome: 'reset', stage: 'remote' },
  ETIMEDOUT: { outcome: 'timed-out', stage: 'path' },
  EHOSTUNREACH: { outcome: 'host-unreachable', stage: 'path' },
  EHOSTDOWN: { outcome: 'host-unreachable', stage: 'path' },
  ENETUNREACH: { outcome: 'network-unreachable', stage: 'path' },
  ENONET: { outcome: 'network-unreachable', stage: 'path' },
  EACCES: { outcome: 'prohibited', stage: 'path' },
  EPERM: { outcome: 'prohibited', stage: 'path' },
  ENOPROTOOPT: { outcome: 'protocol-unreachable', stage: 'remote' },
  ENETDOWN: { outcome: 'network-unreachable', stage: 'local' },
  EMFILE: fault('this process has no file descriptors left'),
  ENFILE: fault('this machine has no file descriptors left'),
  EADDRNOTAVAIL: fault('this machine has no source address or no port left for it'),
  EADDRINUSE: fault('this machine has no port left for it'),
  ENOBUFS: fault('this machine has no network buffers left'),
  ENOMEM: fault('this machine has no memory left for sockets'),
  EINVAL: fault(
    'this machine cannot send there: its own routes discard it, or the address is not one to connect to',
  ),
  EAFNOSUPPORT: fault('this machine does not speak this address family'),
};

/**
 * The name of a failed connect. `withinCall`: the kernel refused inside connect(2), so no SYN left and whatever it says is
 * this machine's word. An errno that is in no table is never held against the target.
 */
export function failureOf(errno: string, withinCall: boolean): Failure {
  const failure = FAILURES[errno] ?? fault(`connect failed with ${errno}`);
  return withinCall ? { ...failure, stage: 'local' } : failure;
}

function fault(reason: string): Failure {
  return { outcome: 'local-fault', stage: 'local', reason };
}
