import { connect, type Socket } from 'node:net';
import type { Address } from '../../reachability/address.ts';
import { isTimeExceeded, icmpName } from '../evidence/icmp-names.ts';
import type { KernelCalls } from '../evidence/kernel-ffi.ts';
import { descriptorOf, lastError } from '../evidence/kernel-evidence.ts';

/** What came back for a SYN. */
export interface SynAnswer {
  /** As in `Hop.answer`; `local` where no SYN left this machine, with the errno in `from`'s place. */
  answer: string;
  from: string;
  /** Absent where the SYN was sent again: then nobody knows which of them was answered. */
  elapsedMs?: number;
  /** `on`: the way goes on behind the one who answered. */
  end: 'on' | 'reached' | 'unreachable' | 'local';
}

/** None is left, or Node does not show it. */
const NO_DESCRIPTOR = 'no descriptor to set its TTL on';

/**
 * Sends one SYN, with a hop limit of its own if one is given, and calls `onAnswer` at most once; the kernel sends it again
 * after a second, then slower. Returns what ends it, which must be called. Never throws.
 */
export function sendSyn(
  calls: KernelCalls,
  to: { address: Address; port: number; hopLimit?: number },
  onAnswer: (answer: SynAnswer) => void,
): () => void {
  const { address, port, hopLimit } = to;
  // Bound to any address the socket exists before its SYN leaves, so that the options can be set in time.
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
    // Node goes on to use the handle after this event: it cannot be closed within.
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
    if (isTimeExceeded(family, type, code)) return { answer: 'time-exceeded', from, end: 'on' };
    const end = from === target ? 'reached' : 'unreachable';
    return { answer: icmpName(family, type, code), from, end };
  }
  if (errno === 'ECONNREFUSED') return { answer: 'refused', from: target, end: 'reached' };
  if (errno === 'ECONNRESET') return { answer: 'reset', from: target, end: 'reached' };
  // The network's own noes leave an ICMP error in the queue: without one it was this machine that refused.
  return errno === 'ETIMEDOUT' ? undefined : refusedHere(errno);
}

function refusedHere(why: string): SynAnswer {
  return { answer: 'local', from: why, end: 'local' };
}
