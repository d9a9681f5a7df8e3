import { expect, test } from 'vitest';
import { judge } from '../../functions/reachability/judge.ts';
import type { ControlReport, VantageAnswer } from '../../functions/reachability/report.ts';
import { attemptOf, CLOCK, reportOf, TARGET, targetReport } from '../support/reports.ts';
import type { Sketch } from '../support/reports.ts';

const V4 = '192.0.2.1';
const V6 = '2001:db8:2::1';
const CONTROL = { host: 'control.example', port: 443 };

type Line = 'whole' | 'dead' | 'none';

/** A vantage whose dual-stack control shows what its lines are. */
function vantage(name: string, sketch: Sketch, lines: { v4: Line; v6: Line }): VantageAnswer {
  const report = reportOf(sketch);
  const attempts = {
    whole: attemptOf('connected'),
    dead: attemptOf('timed-out'),
    none: attemptOf('network-unreachable', { stage: 'local', errno: 'ENETUNREACH' }),
  };
  const before = {
    ...targetReport(CONTROL, { name: [V4, V6] }),
    addresses: [
      { address: V4, family: 4 as const, attempts: [attempts[lines.v4]] },
      { address: V6, family: 6 as const, attempts: [attempts[lines.v6]] },
    ],
  };
  const controls: ControlReport[] = [{ ...CONTROL, before, after: before }];
  return { vantage: name, report: { ...report, controls } };
}

function verdictOf(...answers: VantageAnswer[]) {
  return judge(TARGET, [answers, answers], CLOCK);
}

const gone: Sketch = { name: 'name-not-found' };

test('a vantage without IPv6 is used for a name that cannot be resolved', () => {
  const lines = { v4: 'whole', v6: 'none' } as const;
  const verdict = verdictOf(vantage('a', gone, lines), vantage('b', gone, lines));
  expect(verdict).toMatchObject({
    kind: 'name-failure',
    vantages: [
      { counted: true, fault: 'name' },
      { counted: true, fault: 'name' },
    ],
  });
});

test('so does one whose IPv6 line is dead while IPv4 holds', () => {
  const dead = vantage('b', gone, { v4: 'whole', v6: 'dead' });
  expect(verdictOf(vantage('a', gone, { v4: 'whole', v6: 'whole' }), dead).kind).toBe('name-failure');
});

test.each(['dead', 'none'] as const)('one whose every line is dead does not (IPv6 %s)', (v6) => {
  const verdict = verdictOf(
    vantage('a', gone, { v4: 'dead', v6 }),
    vantage('b', gone, { v4: 'whole', v6: 'whole' }),
    vantage('c', gone, { v4: 'whole', v6: 'whole' }),
  );
  expect(verdict.vantages[0]).toMatchObject({ counted: false, fault: 'vantage' });
});
