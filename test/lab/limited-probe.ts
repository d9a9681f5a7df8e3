/**
 * Runs inside a namespace: a probe on a machine that lacks a resource. File descriptors are really used up. For a resource that one
 * process cannot use up (memory, buffers, the system's file table), a seccomp filter makes the system call fail (seccomp(2),
 * SECCOMP_RET_ERRNO).
 */
import { openSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { probe } from '../../functions/probe/probe.ts';
import type { ProbeRequest } from '../../functions/reachability/request.ts';

export interface LimitedProbe {
  request: ProbeRequest;
  /** Opens files until no descriptor is left. */
  useUpDescriptors?: boolean;
  /** The error of every connect(2) or socket(2) from now on. */
  failing?: { call: 'connect' | 'socket'; errno: keyof typeof ERRNO };
}

/** <asm-generic/errno.h>. */
const ERRNO = { EPERM: 1, ENOMEM: 12, ENFILE: 23, EAFNOSUPPORT: 97, ENOBUFS: 105 } as const;
const SYSTEM_CALLS: Record<string, Record<'connect' | 'socket', number>> = {
  x64: { connect: 42, socket: 41 },
  arm64: { connect: 203, socket: 198 },
};

async function makeFail(call: 'connect' | 'socket', errno: keyof typeof ERRNO): Promise<void> {
  const { default: koffi } = await import('koffi');
  const number = SYSTEM_CALLS[process.arch]?.[call];
  if (number === undefined) throw new Error(`no system call numbers for ${process.arch}`);
  const filter = koffi.struct('sock_filter', {
    code: 'uint16_t',
    jt: 'uint8_t',
    jf: 'uint8_t',
    k: 'uint32_t',
  });
  const program = koffi.struct('sock_fprog', { len: 'uint16_t', filter: koffi.pointer(filter) });
  const prctl = koffi
    .load(null)
    .func('prctl', 'int', ['int', 'ulong', koffi.pointer(program), 'ulong', 'ulong']);
  const plainPrctl = koffi.load(null).func('prctl', 'int', ['int', 'ulong', 'ulong', 'ulong', 'ulong']);
  // Load the number of the call; if it is the one, return the errno; else allow (<linux/bpf_common.h>, <linux/seccomp.h>).
  const instructions = [
    { code: 0x20, jt: 0, jf: 0, k: 0 },
    { code: 0x15, jt: 0, jf: 1, k: number },
    { code: 0x06, jt: 0, jf: 0, k: 0x0005_0000 | ERRNO[errno] },
    { code: 0x06, jt: 0, jf: 0, k: 0x7fff_0000 },
  ];
  const PR_SET_NO_NEW_PRIVS = 38;
  const PR_SET_SECCOMP = 22;
  const SECCOMP_MODE_FILTER = 2;
  const done =
    plainPrctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) === 0 &&
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, { len: instructions.length, filter: instructions }, 0, 0) ===
      0;
  if (!done) throw new Error('the kernel rejects the seccomp filter');
}

function useUpDescriptors(): void {
  for (let count = 0; count < 100_000; count++) {
    try {
      openSync('/dev/null', 'r');
    } catch {
      return;
    }
  }
  throw new Error('file descriptors are not limited');
}

const { request, failing, ...limits }: LimitedProbe = JSON.parse(await text(process.stdin));
// Everything that is loaded on first use is loaded now, before the resource is used up.
await probe({ targets: [{ host: '127.0.0.1', port: 1 }], attempts: 1 });
if (failing) await makeFail(failing.call, failing.errno);
if (limits.useUpDescriptors) useUpDescriptors();
const report = await probe(request);
process.stdout.write(JSON.stringify(report));
