import { connect, type Socket } from 'node:net';
import type { Address } from '../../reachability/address.ts';
import { isTimeExceeded, icmpName } from '../evidence/icmp-names.ts';
import type { KernelCalls } from '../evidence/kernel-ffi.ts';
import { descriptorOf, lastError } from '../evidence/kernel-evidence.ts';

/** The answer to a SYN. */
export interface SynAnswer {
  /** As in `Hop.answer`; `local` where no SYN left this machine, and then `from` is the errno. */
  answer: string;
  from: string;
  /** Absent where the SYN was sent again: it is not known which of them was answered. */
  elapsedMs?: number;
  /** `continues`: the path goes on behind the router that answered. */
  end: 'continues' | 'reached' | 'unreachable' | 'local';
}

/** Where no descriptor is left, or Node does not expose it. */
const NO_DESCRIPTOR = 'no descriptor to set the TTL on';

/**
 * Sends one SYN, with `hopLimit` if it is given, and calls `onAnswer` at most once. The kernel sends the SYN again after a second,
 * then at longer intervals. Returns the function that ends it, which must be called. Never throws.
 */
export function sendSyn(
  calls: KernelCalls,
  to: { address: Address; port: number; hopLimit?: number },
  onAnswer: (answer: SynAnswer) => void,
): () => void {
  const { address, port, hopLimit } = to;
  // A socket that is bound, to any address, exists before its SYN leaves, so that the options can be set in time.
  const socket = connect({ host: address.text, port, localAddress: address.family === 6 ? '::' : '0.0.0.0' });
  let copy: number | undefined;
  let ready = false;
  let sentMs = 0;
  const release = (): void => {
    if (copy !== undefined) calls.close(copy);
    copy = undefined;
  };
  const finish = (answer: SynAnswer | undefined): void => {
    socket.resetAndDestroy();
    release();
    if (answer) onAnswer(answer);
  };
  socket.on('connectionAttempt', () => {
    copy = duplicate(calls, socket);
    ready =
      copy !== undefined &&
      calls.keepErrors(copy, address.family, true) &&
      (hopLimit === undefined || calls.setHopLimit(copy, address.family, hopLimit));
    sentMs = performance.now();
    // Node uses the handle after this event, so it cannot be closed within it.
    if (!ready) process.nextTick(() => finish(refusedHere(NO_DESCRIPTOR)));
  });
  const answered = (errno?: string): void => {
    const elapsedMs = Math.round((performance.now() - sentMs) * 100) / 100;
    if (!ready || copy === undefined) {
      finish(refusedHere(errno ?? NO_DESCRIPTOR));
      return;
    }
    const again = (calls.tcpInfo(copy)?.totalRetransmits ?? 0) > 0;
    const answer = readAnswer(calls, copy, address, errno);
    finish(answer && !again ? { ...answer, elapsedMs } : answer);
  };
  socket.on('connect', () => answered());
  socket.on('error', (error: NodeJS.ErrnoException) => answered(error.code ?? 'unknown'));
  return () => {
    socket.destroy();
    release();
  };
}

function duplicate(calls: KernelCalls, socket: Socket): number | undefined {
  const fd = descriptorOf(socket);
  return fd === undefined ? undefined : calls.duplicate(fd);
}

function readAnswer(
  calls: KernelCalls,
  copy: number,
  address: Address,
  errno: string | undefined,
): SynAnswer | undefined {
  const target = address.text.split('%')[0] ?? '';
  if (errno === undefined) return { answer: 'connected', from: target, end: 'reached' };
  const error = lastError(calls, copy);
  if (error) {
    const { family, type, code, from } = error;
    if (isTimeExceeded(family, type, code)) return { answer: 'time-exceeded', from, end: 'continues' };
    const end = from === target ? 'reached' : 'unreachable';
    return { answer: icmpName(family, type, code), from, end };
  }
  if (errno === 'ECONNREFUSED') return { answer: 'refused', from: target, end: 'reached' };
  if (errno === 'ECONNRESET') return { answer: 'reset', from: target, end: 'reached' };
  // A rejection by the network leaves an ICMP error in the queue: without one this machine refused.
  return errno === 'ETIMEDOUT' ? undefined : refusedHere(errno);
}

function refusedHere(reason: string): SynAnswer {
  return { answer: 'local', from: reason, end: 'local' };
}
