/** When a kernel sends the SYNs of one connect, in milliseconds from the call. */
export type SynSchedule = readonly number[];

/** Linux 6.5 and later: `tcp_syn_linear_timeouts` = 4, then doubling (ip-sysctl, kernel commit ccce324dabfe). */
const LINEAR: SynSchedule = [0, 1000, 2000, 3000, 4000, 6000, 10_000, 18_000, 34_000, 66_000];
/** RFC 6298 section 5.5: one second, then doubling. */
const DOUBLING: SynSchedule = [0, 1000, 3000, 7000, 15_000, 31_000, 63_000];

/** SYNs that must have been sent before silence is evidence: a single one is lost too easily (contract, `inconclusive`). */
export const SYNS_FOR_EVIDENCE = 3;

/** How much longer than the timer a handshake may take and still be attributed to a lost SYN; covers the longest terrestrial paths. */
const LONGEST_ROUND_TRIP_MS = 500;

/** The schedule of a kernel, by its platform and release (as `os.release()` returns it); the one with fewer SYNs where it is not known. */
export function synSchedule(platform: string, release: string): SynSchedule {
  if (platform === 'darwin') return LINEAR;
  const [, major = '0', minor = '0'] = /^(\d+)\.(\d+)/.exec(release) ?? [];
  const linear = Number(major) > 6 || (Number(major) === 6 && Number(minor) >= 5);
  return platform === 'linux' && linear ? LINEAR : DOUBLING;
}

/** How many SYNs have been sent `elapsedMs` after the connect call, when nothing answered. */
export function synsSentAfter(schedule: SynSchedule, elapsedMs: number): number {
  return schedule.filter((sentMs) => sentMs <= elapsedMs).length;
}

/**
 * How many SYNs were lost, inferred from the handshake time alone: a handshake that ends just after the second, third, … SYN was sent is
 * the answer to that SYN (the inference of Microsoft's Pingmesh, SIGCOMM 2015).
 */
export function lostSyns(schedule: SynSchedule, handshakeMs: number): number {
  if (handshakeMs < (schedule[1] ?? 0)) return 0;
  const index = schedule.findLastIndex((sentMs) => sentMs <= handshakeMs);
  const sentMs = schedule[index] ?? 0;
  return index > 0 && handshakeMs - sentMs <= LONGEST_ROUND_TRIP_MS ? index : 0;
}
