import { describe, expect, it } from 'vitest';
import type { ProbeReport } from '../../functions/reachability/report.ts';
import { labProblem } from '../../lab/available.ts';
import { requirement } from '../support/requirements.ts';
import { probeInOwnProcess, SMALL_NAMESPACE } from './own-process.ts';
import { openSilentPort } from './attempts/silent-port.ts';

const runnable = requirement('a network namespace with silent addresses', labProblem());

/** Addresses that do not answer. */
function silentTargets(count: number): { host: string; port: number }[] {
  return Array.from({ length: count }, (_, index) => ({
    host: `198.18.${(index >> 8) + 1}.${index & 255}`,
    port: 443,
  }));
}

function outcomes(report: ProbeReport): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { outcome } of report.targets.flatMap((target) =>
    target.addresses.flatMap(({ attempts }) => attempts),
  )) {
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
}

describe.skipIf(!runnable).concurrent('in a network namespace', () => {
  it.each(['off', undefined] as const)(
    'reports what this machine refuses within the call as local (kernel evidence %s)',
    async (kernelEvidence) => {
      const rows = [
        ['10.1.0.1', 'host-unreachable', 'EHOSTUNREACH'],
        ['10.2.0.1', 'prohibited', 'EACCES'],
        ['10.3.0.1', 'local-fault', 'EINVAL'],
        ['10.4.0.1', 'network-unreachable', 'ENETUNREACH'],
        ['2001:db8:a::1', 'host-unreachable', 'EHOSTUNREACH'],
        ['2001:db8:b::1', 'prohibited', 'EACCES'],
        ['2001:db8:c::1', 'local-fault', 'EINVAL'],
        ['2001:db8:d::1', 'network-unreachable', 'ENETUNREACH'],
      ] as const;
      const { report } = await probeInOwnProcess(
        { targets: rows.map(([host]) => ({ host, port: 80 })) },
        { namespace: SMALL_NAMESPACE, ...(kernelEvidence ? { kernelEvidence } : undefined) },
      );
      for (const [index, [host, outcome, errno]] of rows.entries()) {
        const attempts = report.targets[index]?.addresses[0]?.attempts;
        const expected = { outcome, errno, stage: 'local' };
        expect(attempts, host).toMatchObject([expected, expected, expected]);
      }
    },
  );

  it('reads the SYNs sent to a silent address from /proc/net/tcp and tcp6', async () => {
    const targets = [...silentTargets(1), { host: '2001:db8:1::7', port: 443 }];
    const { report } = await probeInOwnProcess(
      { targets },
      { namespace: SMALL_NAMESPACE, kernelEvidence: 'off' },
    );
    for (const target of report.targets) {
      const attempts = target.addresses[0]?.attempts ?? [];
      expect(attempts).toHaveLength(3);
      for (const attempt of attempts) {
        expect(attempt).toMatchObject({
          outcome: 'timed-out',
          stage: 'path',
          socketState: 'SYN_SENT',
          synRetransmitsFrom: 'proc',
        });
        expect(attempt.synRetransmits).toBeGreaterThanOrEqual(2);
        expect(attempt.localPort).toBeGreaterThan(0);
      }
    }
    expect(report.system?.evidence).toEqual(['proc-net-tcp']);
    expect(report).not.toHaveProperty('omitted');
  });

  it('waits for the timeout of the kernel where the request asks for it', async () => {
    const { report } = await probeInOwnProcess(
      { targets: silentTargets(1), timeoutMs: 'kernel', attempts: 2 },
      { namespace: `${SMALL_NAMESPACE}; echo 2 > /proc/sys/net/ipv4/tcp_syn_retries` },
    );
    const expected = { outcome: 'timed-out', stage: 'path', errno: 'ETIMEDOUT' };
    expect(report.targets[0]?.addresses[0]?.attempts).toMatchObject([expected, expected]);
    expect(report.targets[0]?.addresses[0]?.attempts[0]?.elapsedMs).toBeGreaterThan(2500);
  });

  it('ends a thousand silent addresses at the deadline; those not started are not reported as silent', async () => {
    const deadlineMs = 7000;
    const { report, wallMs, maxRssMiB } = await probeInOwnProcess(
      {
        targets: silentTargets(1000),
        controls: [{ host: '127.0.0.1', port: 9 }],
        deadlineMs,
      },
      { namespace: SMALL_NAMESPACE, descriptors: 700, kernelEvidence: 'off' },
    );
    expect(wallMs).toBeLessThan(deadlineMs * 1.1 + 500);
    expect(report.targets).toHaveLength(1000);
    const tried = report.targets.filter(({ addresses }) => addresses.length > 0);
    const untried = report.targets.filter(({ addresses }) => addresses.length === 0);
    expect(tried.length).toBeGreaterThan(150);
    expect(untried.length).toBeGreaterThan(150);
    expect(new Set(untried.map(({ notTried }) => notTried))).toEqual(
      new Set(['the deadline passed before it was tried']),
    );
    expect(report.omitted).toContain(`${untried.length} addresses were not tried before the deadline`);
    expect(Object.keys(outcomes(report)).toSorted((a, b) => a.localeCompare(b))).toEqual(
      expect.arrayContaining(['timed-out']),
    );
    expect(outcomes(report)['local-fault']).toBeUndefined();
    for (const attempt of tried.flatMap((target) => target.addresses[0]?.attempts ?? [])) {
      const enough = (attempt.synRetransmits ?? 0) >= 2;
      expect(attempt.outcome).toBe(enough ? 'timed-out' : 'inconclusive');
    }
    expect(report.controls[0]?.after?.addresses[0]?.attempts[0]?.outcome).toBe('refused');
    expect(maxRssMiB).toBeLessThan(250);
  });

  it('does not count the time in the queue for sockets as silence', async () => {
    const { report } = await probeInOwnProcess(
      { targets: silentTargets(24), timeoutMs: 2500, attempts: 2, staggerMs: 100 },
      { namespace: SMALL_NAMESPACE, descriptors: 64, kernelEvidence: 'off' },
    );
    const attempts = report.targets.flatMap(({ addresses }) => addresses.flatMap((one) => one.attempts));
    expect(attempts).toHaveLength(48);
    expect(Math.max(...attempts.map(({ startedMs }) => startedMs))).toBeGreaterThan(2400);
    for (const { outcome, elapsedMs } of attempts) {
      expect(outcome).toBe('timed-out');
      expect(elapsedMs).toBeGreaterThan(2300);
    }
  });

  it('is not delayed by slow addresses', async () => {
    const { report } = await probeInOwnProcess(
      {
        targets: [...silentTargets(50), { host: '127.0.0.1', port: 9 }, { host: '10.1.0.1', port: 9 }],
        attempts: 1,
      },
      { namespace: SMALL_NAMESPACE },
    );
    const [refused, unreachable] = report.targets.slice(-2).map(({ addresses }) => addresses[0]?.attempts[0]);
    expect(refused).toMatchObject({ outcome: 'refused' });
    expect(unreachable).toMatchObject({ outcome: 'host-unreachable' });
    expect(refused?.startedMs).toBeLessThan(2000);
  });
});

describe('under a descriptor limit', { concurrent: true }, () => {
  it.each([
    ['off', 60],
    [undefined, 60],
    ['off', 40],
  ] as const)(
    'tries every target (kernel evidence %s, %i descriptors)',
    async (kernelEvidence, descriptors) => {
      const targets = Array.from({ length: 60 }, (_, index) => ({ host: `127.0.1.${index + 1}`, port: 9 }));
      const { report } = await probeInOwnProcess(
        { targets, staggerMs: 5 },
        { descriptors, ...(kernelEvidence ? { kernelEvidence } : undefined) },
      );
      expect(outcomes(report)).toEqual({ refused: 180 });
    },
  );

  it('makes all attempts at an address that answers, among silent ones', async () => {
    const silent = await openSilentPort();
    const targets = [
      ...Array.from({ length: 12 }, () => ({ host: '127.0.0.1', port: silent.port })),
      ...Array.from({ length: 12 }, (_, index) => ({ host: `127.0.2.${index + 1}`, port: 9 })),
    ];
    const request = { targets, timeoutMs: 2500, staggerMs: 50, settleMs: 400 };
    const { report } = await probeInOwnProcess(request, { descriptors: 48, kernelEvidence: 'off' });
    await silent.close();
    expect(outcomes(report)).toEqual({ 'timed-out': 36, refused: 36 });
    expect(report).not.toHaveProperty('omitted');
  });

  it('reports a fault of the process where it has no descriptors left', async () => {
    const { report } = await probeInOwnProcess(
      { targets: [{ host: '127.0.0.1', port: 9 }] },
      { descriptors: 64, useUpDescriptors: true },
    );
    const expected = {
      outcome: 'local-fault',
      stage: 'local',
      errno: 'EMFILE',
      reason: 'this process has no file descriptors left',
    };
    expect(report.targets[0]?.addresses[0]?.attempts).toMatchObject([expected, expected, expected]);
  });
});
