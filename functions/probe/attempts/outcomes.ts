import type { Outcome, Stage } from '../../reachability/words.ts';

/** What a failed connect is reported as. */
export interface Failure {
  outcome: Outcome;
  stage: Stage;
  reason?: string;
}

/**
 * connect(2), ip(7), tcp(7): every errno that ends a connect, with the stage that it ends at when the answer came from the
 * network. `reason` is for faults of this machine.
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
  EADDRNOTAVAIL: fault('this machine has no source address or no free port for it'),
  EADDRINUSE: fault('this machine has no free port for it'),
  ENOBUFS: fault('this machine has no network buffers left'),
  ENOMEM: fault('this machine has no memory left for sockets'),
  EINVAL: fault(
    'this machine cannot send to it: its own routes discard it, or it is not an address to connect to',
  ),
  EAFNOSUPPORT: fault('this machine does not support this address family'),
};

/**
 * The outcome of a failed connect. `withinCall`: the kernel refused inside connect(2), so no SYN left and the error is this machine's own.
 * An unknown errno is always a fault of this machine, never of the target.
 */
export function failureOf(errno: string, withinCall: boolean): Failure {
  const failure = FAILURES[errno] ?? fault(`connect failed with ${errno}`);
  return withinCall ? { ...failure, stage: 'local' } : failure;
}

function fault(reason: string): Failure {
  return { outcome: 'local-fault', stage: 'local', reason };
}
